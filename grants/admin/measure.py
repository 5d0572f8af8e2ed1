"""Measures at the desk: proposing to narrow a line or to revoke a grant, and signing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import Http404, HttpResponse
from django.urls import URLPattern
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from grants.access import get_grant, get_measure
from grants.actions.measure import (
    drop_measure,
    propose_narrowing,
    propose_revocation,
    refuse_measure,
    sign_measure,
)
from grants.admin.pages import ask, desk_url, page
from grants.admin.row import RowAdmin, uuid_of
from grants.forms.fields import ReasonForm
from grants.forms.measure import MeasureSignForm, NarrowForm
from grants.models import GrantLine, GrantMeasure
from grants.queries.agreement import sentence
from grants.queries.measure import MeasureCase, change_of, measure_case, narrowed_line
from grants.queries.words import Words
from grants.rules.measure import may_propose, may_sign_measure
from partners.admin.confirm import confirming
from partners.queries.timeline import tiers_for, timeline
from portal.core.requests import PortalRequest
from portal.core.verdicts import first_refusal
from portal.rulebook.queries import rules
from portal.ui.panel import actions_for
from portal.workflow import can


class GrantMeasureAdmin(RowAdmin):
    """What is proposed on live grants, and what was decided."""

    model_name = "grantmeasure"
    list_display = ("title", "institution_name", "kind", "state_tag", "proposed_at", "decided_at")
    list_filter = ("state", "kind")
    list_select_related = ("grant", "institution__organisation")
    search_fields = ("grant__reference", "institution__organisation__name")
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("Grant"), ordering="grant__reference")
    def title(self, row: GrantMeasure) -> SafeString:
        return self.link(row, row.grant.reference)

    @method_decorator(require_safe)
    def change_view(
        self, request: PortalRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        actor = request.actor
        found = get_measure(actor=actor, pk=uuid_of(object_id))
        case = measure_case(found)
        urls = {verb: desk_url("grantmeasure", verb, found.pk) for verb in ("sign", "drop")}
        actions = actions_for(found, actor, urls, primary=["sign"])
        verdict = may_sign_measure(case, actor) if found.state == "proposed" and actor.has("signatory") else None
        for item in actions:
            if verdict is not None and not verdict and item["url"] == urls["sign"]:
                item["reason"] = verdict.reason
        if found.proposed_by_id != actor.user_id:
            actions = [item for item in actions if item["url"] != urls["drop"]]
        context = {
            **shown(case),
            "title": _title(found),
            "actions": actions,
            "signatures": [(row, row.digest == found.digest) for row in case.signatures],
            "timeline": timeline(found.pk, tiers=tiers_for(actor, own=False), viewer=actor),
            "crumbs": [(_("Measures"), desk_url("grantmeasure", "changelist"))],
        }
        return page(request, "admin/grants/measure.html", context)

    def get_urls(self) -> list[URLPattern]:
        return [*self.own_urls(sign=sign_page, drop=drop_page), *super().get_urls()]


def _title(measure: GrantMeasure) -> str:
    return _("%(kind)s: %(grant)s") % {"kind": measure.get_kind_display(), "grant": measure.grant.reference}


def shown(case: MeasureCase) -> dict[str, Any]:
    """What a measure would do, in words."""
    measure = case.measure
    book = rules(measure.grant.rulebook)
    line = narrowed_line(measure.line_id) if measure.line_id else None
    return {
        "measure": measure,
        "grant": measure.grant,
        "line": line,
        "sentence": sentence(measure.grant.institution.name, line, book) if line else "",
        "changes": change_of(measure) if measure.state == "proposed" else [],
        "obligations": Words(book).safeguards(measure.obligations),
        "quorum": case.quorum_state,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def narrow_page(request: PortalRequest, pk: UUID, line: UUID) -> HttpResponse:
    """Propose to narrow a line of a live grant."""
    actor = request.actor
    found = get_grant(actor=actor, pk=pk)
    if not GrantLine.objects.filter(pk=line, grant=found).exists():
        raise Http404("No such line.")
    held = narrowed_line(line)
    book = rules(found.rulebook)
    return ask(
        request,
        NarrowForm(request.POST or None, line=held, book=book),
        lambda data: propose_narrowing(line=held, by=actor, **data),
        allowed=may_propose(found, actor),
        title=_("Narrow line %(number)s of %(grant)s") % {"number": held.number, "grant": found.reference},
        lead=sentence(found.institution.name, held, book),
        button=_("Propose it"),
        done=_("Proposed. Signatories have been told, and decide by the quorum of the rulebook."),
        back=desk_url("grant", "change", found.pk),
        crumbs=[(found.reference, desk_url("grant", "change", found.pk))],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def revoke_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Propose to revoke a grant."""
    actor = request.actor
    found = get_grant(actor=actor, pk=pk)
    return ask(
        request,
        ReasonForm(request.POST or None, label=_("Why it is to end. The institution reads this.")),
        lambda data: propose_revocation(grant=found, by=actor, **data),
        allowed=may_propose(found, actor),
        title=_("Propose to revoke %(grant)s") % {"grant": found.reference},
        lead=_("Nothing ends before the signatories have decided. To stop access now, place a hold."),
        button=_("Propose it"),
        done=_("Proposed. Signatories have been told, and decide by the quorum of the rulebook."),
        back=desk_url("grant", "change", found.pk),
        crumbs=[(found.reference, desk_url("grant", "change", found.pk))],
        dangerous=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def sign_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Read what is proposed, then sign or refuse."""
    actor = request.actor
    found = get_measure(actor=actor, pk=pk)
    case = measure_case(found)

    def act(data: dict[str, Any]) -> None:
        if data["decision"] == "sign":
            sign_measure(
                measure=found, seen=data["seen"], note=data["reason"], no_conflict=data["no_conflict"], by=actor
            )
        else:
            refuse_measure(measure=found, seen=data["seen"], reason=data["reason"], by=actor)

    back = desk_url("grantmeasure", "change", found.pk)
    return ask(
        request,
        MeasureSignForm(request.POST or None, initial={"seen": found.digest}),
        act,
        allowed=first_refusal(can(found, "sign", actor), lambda: may_sign_measure(case, actor)),
        title=_("%(what)s: read and decide") % {"what": _title(found)},
        lead=_("Nothing changes before the quorum is met. With the last signature it holds at once."),
        button=_("Record my decision"),
        done=_("Your decision is recorded."),
        back=back,
        crumbs=[(_("Measures"), desk_url("grantmeasure", "changelist")), (_title(found), back)],
        template="admin/grants/measure_sign.html",
        **_signing(request, case),
    )


def _signing(request: PortalRequest, case: MeasureCase) -> dict[str, Any]:
    return {**shown(case), **confirming(request)}


@require_http_methods(["GET", "HEAD", "POST"])
def drop_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Take back what one proposed."""
    actor = request.actor
    found = get_measure(actor=actor, pk=pk)
    back = desk_url("grantmeasure", "change", found.pk)
    return ask(
        request,
        ReasonForm(request.POST or None),
        lambda data: drop_measure(measure=found, by=actor, **data),
        allowed=can(found, "drop", actor),
        title=_("Take the proposal back"),
        button=_("Take it back"),
        done=_("Taken back. The grant stays as it is."),
        back=back,
        crumbs=[(_title(found), back)],
    )
