"""Enforcement cases on the desk."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from audits.access import cases_on_desk
from audits.actions import enforcement as deeds
from audits.admin.base import CaseAdmin, filter_by_state
from audits.forms.text import NoteForm, NoticeForm, ReasonForm, SignForm, SuspendForm
from audits.models import DecisionSignature, EnforcementCase
from audits.queries.ladder import LADDER, decision_content, quorum_of, signatures_on, suggested_rung
from audits.states import ENFORCEMENT
from audits.views.deeds import DeedPage
from portal.core.actors import Actor
from portal.core.canonical import digest
from portal.core.requests import PortalRequest
from portal.rulebook.queries import rules
from portal.ui.forms import Described
from portal.ui.templatetags import ui


def _measures(case: EnforcementCase) -> dict[str, Any]:
    """The rungs with what they do; the one that the ladder suggests says so and is chosen."""
    book = rules(case.rulebook)
    suggested = suggested_rung(case, book)
    measures = [(step.key, _rung(step, suggested == step.key)) for step in book.enforcement.ladder]
    return {"measures": measures, "suggested": suggested}


def _rung(step: Any, suggested: bool) -> Any:
    """A rung as a choice."""
    label = f"{step.label} ({_gettext('suggested by the ladder')})" if suggested else step.label
    return Described(label, step.effect)


def _signatures(case: EnforcementCase) -> list[DecisionSignature]:
    """Signatures on what the case says now; those on what it said before are void."""
    return signatures_on(case, digest(decision_content(case)))


PAGES = (
    DeedPage(
        "suspend",
        "suspend_at_once",
        lambda case, said, by: deeds.suspend_at_once(case=case, by=by, **said),
        SuspendForm,
        _("All of the partner’s access stops at once. A signatory of another body confirms it in time, or it lapses."),
        dangerous=True,
    ),
    DeedPage(
        "notice",
        "give_notice",
        lambda case, said, by: deeds.give_notice(case=case, by=by, **said),
        NoticeForm,
        _("The partner reads this and has time to answer before anybody decides."),
        options=lambda case, _actor: _measures(case),
    ),
    DeedPage(
        "hear",
        "hear",
        lambda case, said, by: deeds.hear_case(case=case, notes=said["note"], by=by),
        NoteForm,
    ),
    DeedPage(
        "sign",
        "sign",
        lambda case, said, by: deeds.sign_decision(case=case, seen=said["seen"], by=by),
        SignForm,
        _("You sign exactly what the page of the case shows. If anything in it changes, your signature is void."),
        initial=lambda case: {"seen": digest(decision_content(case))},
        shows=lambda case: {"quorum": quorum_of(case, _signatures(case))},
    ),
    DeedPage(
        "drop",
        "drop",
        lambda case, said, by: deeds.drop_case(case=case, reason=said["reason"], by=by),
        ReasonForm,
    ),
)


class EnforcementCaseAdmin(CaseAdmin):
    """Enforcement cases: officers of the authority that runs them, signatories of every authority."""

    roles_view: ClassVar = frozenset({"case_officer", "signatory"})
    pages = PAGES
    primary = ("give_notice", "hear", "sign")
    page_template = "admin/audits/case.html"
    page_related = ("institution__organisation", "authority", "incident", "hold")
    list_display = ("link", "institution_name", "proposed_label", "measure_label", "opened", "state_tag")
    list_filter = (filter_by_state(ENFORCEMENT.choices), "measure")
    list_select_related = ("institution__organisation",)
    search_fields = ("reference", "institution__organisation__name")
    ordering = ("-opened_at", "pk")

    def visible(self, rows: Any, actor: Actor) -> Any:
        return cases_on_desk(rows, actor)

    @admin.display(description=_("Proposed"), ordering="proposed")
    def proposed_label(self, row: EnforcementCase) -> str:
        return row.get_proposed_display() or "–"

    @admin.display(description=_("Decided"), ordering="measure")
    def measure_label(self, row: EnforcementCase) -> str:
        return row.get_measure_display() or "–"

    @admin.display(description=_("Opened"), ordering="opened_at")
    def opened(self, row: EnforcementCase) -> str:
        return ui.short_day(row.opened_at)

    def parts(self, subject: EnforcementCase, actor: Actor, request: PortalRequest) -> dict[str, Any]:
        reached = subject.measure or subject.proposed
        signatures = _signatures(subject) if subject.proposed else []
        return {
            "case": subject,
            "ladder": [{"label": rung.label, "state": "now" if rung.value == reached else ""} for rung in LADDER],
            "signatures": signatures,
            "quorum": quorum_of(subject, signatures) if subject.proposed else None,
            "hold_url": reverse("admin:grants_hold_change", args=[subject.hold_id]) if subject.hold_id else "",
        }
