"""Pages of covers for absence: who signs in whose place, and until when."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_tables2 as tables
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.access import get_authority, get_delegation
from portal.accounts.actions.delegation import give_delegation, withdraw_delegation
from portal.accounts.forms import CoverForm
from portal.accounts.forms.organisation import refuse_into
from portal.accounts.guards import signed_in
from portal.accounts.models import Delegation, Membership, Organisation
from portal.accounts.queries.delegations import DUTY, delegations_of
from portal.accounts.queries.people import members_of
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, refused, require
from portal.ui import tags
from portal.ui.lists import ListView
from portal.ui.tables import Table
from portal.ui.templatetags.ui import day
from portal.workflow import can


class CoverTable(Table):
    signatory = tables.Column(verbose_name=gettext_lazy("Who is away"), accessor="membership__user")
    deputy = tables.Column(verbose_name=gettext_lazy("Deputy"))
    starts = tables.Column(verbose_name=gettext_lazy("From"), accessor="starts_on")
    ends = tables.Column(verbose_name=gettext_lazy("Until"), accessor="ends_on")
    reason = tables.Column(verbose_name=gettext_lazy("Reason"))
    state = tables.Column(verbose_name=gettext_lazy("State"))
    end = tables.Column(verbose_name=gettext_lazy("Action"), accessor="pk", exclude_from_export=True)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        self.actor = actor
        super().__init__(*args, **kwargs)

    def render_starts(self, value: Any) -> str:
        return day(value)

    def render_ends(self, value: Any) -> str:
        return day(value)

    def render_state(self, record: Delegation) -> SafeString:
        if record.state == "given" and record.is_in_effect:
            return tags.tag(_("Signs in their place"), tags.GOOD)
        if record.state == "given" and record.ends_on < clock.today():
            return tags.tag(_("Over"), tags.OVER)
        return tags.tag_of(record)

    def render_end(self, record: Delegation) -> SafeString | str:
        if record.ends_on < clock.today() or not can(record, "withdraw", self.actor):
            return ""
        address = reverse("delegation_withdraw", args=[record.pk])
        return format_html(
            '<a href="{}">{}<span class="usa-sr-only"> {}</span></a>', address, _("End the cover"), record
        )


class DelegationList(ListView):
    """Every cover of one's own authority, the latest first."""

    title = gettext_lazy("Cover for absence")
    lead = gettext_lazy(
        "A deputy signs applications and grant requests in a signatory’s place for a time. One of the two signs a case."
    )
    table_class = CoverTable
    empty_title = gettext_lazy("Nobody covers for anybody")
    empty_text = gettext_lazy("When a signatory is away, a colleague can sign in their place for up to 92 days.")
    sorts: ClassVar = {"starts": ("-starts_on",), "ends": ("-ends_on",)}
    default_sort = "starts"

    def get_queryset(self) -> QuerySet[Delegation]:
        return delegations_of(get_authority(actor=self.request.actor, pk=self.kwargs["pk"]).pk)

    def table_options(self) -> dict[str, Any]:
        return {"actor": self.request.actor}

    @property
    def may_give(self) -> bool:
        return self.request.actor.has("administrator") or _signs_by_right(self.request.actor)

    def page_actions(self) -> list[dict[str, Any]]:
        address = reverse("delegation_give", args=[self.kwargs["pk"]])
        return [{"label": _("Name a deputy"), "url": address}] if self.may_give else []


delegations = require_safe(signed_in(DelegationList.as_view()))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def give(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Name a deputy: signatories for themselves, an administrator for whoever could not."""
    actor = request.actor
    organisation = get_authority(actor=actor, pk=pk)
    if not actor.has("administrator") and not _signs_by_right(actor):
        require(
            refused(
                _("Signatories and administrators of an authority name deputies."),
                code="wrong_role",
                rule="delegation.give",
            )
        )
    form = _form(request, organisation, actor)
    if request.method == "POST" and form.is_valid():
        try:
            made = give_delegation(by=actor, **form.cleaned_data)
        except Refused as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("%(name)s covers, and has been told.") % {"name": made.deputy})
            return redirect("delegations", pk=organisation.pk)
    return render(request, "accounts/delegation_give.html", {"form": form, "organisation": organisation})


def _signs_by_right(actor: Actor) -> bool:
    return actor.has(DUTY) and actor.stands_for is None


def _form(request: PortalRequest, organisation: Organisation, actor: Actor) -> CoverForm:
    signatories = Membership.objects.filter(organisation=organisation, state="active", roles__contains=[DUTY])
    if not actor.has("administrator"):
        signatories = signatories.filter(user=actor.user_id)
    colleagues = members_of(organisation.pk).exclude(
        memberships__in=Membership.objects.filter(organisation=organisation, state="active", roles__contains=[DUTY])
    )
    signatories = signatories.select_related("user").order_by("user__name")
    mine = signatories.filter(user=actor.user_id).first()
    return CoverForm(
        request.POST or None,
        signatories=signatories,
        colleagues=colleagues,
        initial={"membership": mine, "starts_on": clock.today()},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def withdraw(request: PortalRequest, pk: UUID) -> HttpResponse:
    """End a cover before its last day."""
    delegation = get_delegation(actor=request.actor, pk=pk)
    require(can(delegation, "withdraw", request.actor))
    if request.method != "POST":
        return render(request, "accounts/delegation_withdraw.html", {"delegation": delegation})
    withdraw_delegation(delegation=delegation, by=request.actor)
    messages.success(request, _("The cover has ended. %(name)s has been told.") % {"name": delegation.deputy})
    return redirect("delegations", pk=delegation.organisation_id)
