"""Acceptances of risks on the desk: what is proposed, who signed it, and signing it as read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audits.access import cases_on_desk
from audits.actions import acceptance as deeds
from audits.admin.base import filter_by_state
from audits.admin.downloads import AcceptanceDeskTable, Exported
from audits.forms.finding import RefuseAcceptanceForm, SignAcceptanceForm
from audits.forms.text import ReasonForm
from audits.models import RiskAcceptance
from audits.queries.acceptance import digest_of, quorum_of, signatures_on
from audits.states import RISK_ACCEPTANCE
from audits.views.deeds import DeedPage
from partners.admin.confirm import confirming
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.ui import tags
from portal.ui.templatetags import ui


def _shown(acceptance: RiskAcceptance) -> dict[str, Any]:
    rows = signatures_on(acceptance)
    return {
        "acceptance": acceptance,
        "finding": acceptance.finding,
        "signatures": rows,
        "quorum": quorum_of(acceptance, rows) if acceptance.state == "proposed" else None,
        "changed": acceptance.state == "proposed" and digest_of(acceptance) != acceptance.digest,
    }


PAGES = (
    DeedPage(
        "sign",
        "sign",
        lambda acceptance, said, by: deeds.sign_acceptance(acceptance=acceptance, seen=said["seen"], by=by),
        SignAcceptanceForm,
        _("You sign exactly what stands here. With the last signature of the quorum the risk is accepted at once."),
        initial=lambda acceptance: {"seen": digest_of(acceptance)},
        shows=_shown,
    ),
    DeedPage(
        "refuse",
        "refuse",
        lambda acceptance, said, by: deeds.refuse_acceptance(acceptance=acceptance, by=by, **said),
        RefuseAcceptanceForm,
        _("The finding then has to be put right."),
        initial=lambda acceptance: {"seen": digest_of(acceptance)},
        shows=_shown,
    ),
    DeedPage(
        "withdraw",
        "withdraw",
        lambda acceptance, said, by: deeds.withdraw_acceptance(acceptance=acceptance, reason=said["reason"], by=by),
        ReasonForm,
        shows=_shown,
    ),
    DeedPage(
        "revoke",
        "revoke",
        lambda acceptance, said, by: deeds.revoke_acceptance(acceptance=acceptance, reason=said["reason"], by=by),
        ReasonForm,
        _("The finding is open again at once: the partner owes a plan."),
        shows=_shown,
        dangerous=True,
    ),
)


class RiskAcceptanceAdmin(Exported):
    """Officers see those of their authority, signatories all: a quorum may need bodies of several."""

    roles_view: ClassVar = frozenset({"case_officer", "signatory"})
    export_table = AcceptanceDeskTable
    pages = PAGES
    primary = ("sign",)
    page_template = "admin/audits/acceptance.html"
    deed_template = "admin/audits/acceptance_deed.html"
    page_related = ("finding__audit", "finding__control", "institution__organisation", "authority", "proposed_by")
    list_display = ("link", "finding_title", "institution_name", "severity", "until_day", "state_tag")
    list_filter = (filter_by_state(RISK_ACCEPTANCE.choices),)
    list_select_related = ("finding", "institution__organisation")
    search_fields = ("finding__reference", "finding__title", "institution__organisation__name")
    ordering = ("-proposed_at", "pk")

    def visible(self, rows: Any, actor: Actor) -> Any:
        return cases_on_desk(rows, actor)

    def frame(self, request: PortalRequest, subject: Any) -> dict[str, Any]:
        return {**super().frame(request, subject), **confirming(request)}

    @admin.display(description=_("Finding"), ordering="finding__title")
    def finding_title(self, row: RiskAcceptance) -> str:
        return row.finding.title

    @admin.display(description=_("Reference"), ordering="finding__reference")
    def link(self, row: RiskAcceptance) -> SafeString:
        return super().link(row)

    @admin.display(description=_("Severity"), ordering="finding__severity")
    def severity(self, row: RiskAcceptance) -> SafeString:
        return tags.derived_tag(row.finding.severity, row.finding.get_severity_display())

    @admin.display(description=_("Until"), ordering="until")
    def until_day(self, row: RiskAcceptance) -> str:
        return ui.short_day(row.until)

    def parts(self, subject: RiskAcceptance, actor: Actor, request: HttpRequest) -> dict[str, Any]:
        return _shown(subject)
