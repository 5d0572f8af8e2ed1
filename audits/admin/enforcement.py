"""Enforcement cases on the desk."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from audits.access import enforcement_on_desk
from audits.actions import enforcement as deeds
from audits.actions import facts, lifting
from audits.admin.base import filter_by_state
from audits.admin.documents import WithPapers
from audits.forms.enforcement import (
    LIMITS,
    ConfirmConditionForm,
    LinkForm,
    MeetForm,
    NoticeForm,
    ReturnConditionForm,
    UnlinkForm,
)
from audits.forms.text import NoteForm, ReasonForm, SignForm, SuspendForm
from audits.models import CaseFact, DecisionSignature, EnforcementCase, LiftCondition
from audits.queries.facts import facts_of, offered_facts, picked, unlinkable
from audits.queries.ladder import LADDER, decision_content, quorum_of, signatures_on, suggested_rung
from audits.queries.lifting import conditions_of, lifting_content, lifting_quorum
from audits.queries.measure import events_of
from audits.queries.papers import papers_of, with_papers
from audits.queries.reach import choices_of, closed_by, limited_by, reach_of, scope_of
from audits.states import ENFORCEMENT
from audits.views.conditions import condition_of, meet, to_judge, to_meet
from audits.views.deeds import DeedPage
from portal.core.actors import Actor
from portal.core.canonical import digest
from portal.core.requests import PortalRequest
from portal.rulebook.queries import rules
from portal.ui.forms import Described
from portal.ui.templatetags import ui


def _notice(case: EnforcementCase) -> dict[str, Any]:
    """The rungs with what they do, of which the one that the ladder suggests is chosen; and what can be closed."""
    book = rules(case.rulebook)
    suggested = suggested_rung(case, book)
    measures = [(step.key, _rung(step, suggested == step.key)) for step in book.enforcement.ladder]
    return {"measures": measures, "suggested": suggested, **choices_of(case)}


def _rung(step: Any, suggested: bool) -> Any:
    """A rung as a choice."""
    label = f"{step.label} ({_gettext('suggested by the ladder')})" if suggested else step.label
    return Described(label, step.effect)


def _signatures(case: EnforcementCase) -> list[DecisionSignature]:
    """Signatures on what was decided, or on what the case says now; those on what it said before are void."""
    return signatures_on(case, case.decided_digest or _content(case))


def _content(case: EnforcementCase) -> str:
    """The digest of what is signed, worked out once for a page."""
    found: str = case.__dict__.setdefault("shown_content", "") or digest(decision_content(case))
    case.__dict__["shown_content"] = found
    return found


def _lifting(case: EnforcementCase, conditions: Sequence[LiftCondition] | None = None) -> str:
    """The digest of what is signed on the lifting, worked out once for a page."""
    found: str = case.__dict__.setdefault("shown_lifting", "") or digest(lifting_content(case, conditions))
    case.__dict__["shown_lifting"] = found
    return found


def _give_notice(case: EnforcementCase, said: dict[str, Any], by: Actor) -> EnforcementCase:
    closes = closed_by(case, said.pop("closes", ()))
    lowered = {name: said.pop(name, None) for name in LIMITS}
    limits = limited_by(case, said.pop("limited", ()), lowered)
    return deeds.give_notice(case=case, closes=closes, limits=limits, by=by, **said)


PAGES = (
    DeedPage(
        "facts",
        "link_fact",
        lambda case, said, by: facts.link_facts(case=case, facts=picked(case, said["facts"]), by=by),
        LinkForm,
        _("What is linked is shown to the partner with the notice, and is part of what signatories sign."),
        options=lambda case, _actor: {"facts": offered_facts(case)},
    ),
    DeedPage(
        "unlink",
        "unlink_fact",
        lambda case, said, by: facts.unlink_fact(
            case=case, fact=CaseFact(pk=said["fact"]), reason=said["reason"], by=by
        ),
        UnlinkForm,
        _("Who linked it, and who had a part in it, still do not decide the case."),
        options=lambda case, _actor: {"facts": unlinkable(case)},
    ),
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
        _give_notice,
        NoticeForm,
        _("The partner reads this and has time to answer before anybody decides."),
        options=lambda case, _actor: _notice(case),
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
        initial=lambda case: {"seen": _content(case)},
        shows=lambda case: {"quorum": quorum_of(case, _signatures(case)), "reach": reach_of(case), "case": case},
    ),
    DeedPage(
        "drop",
        "drop",
        lambda case, said, by: deeds.drop_case(case=case, reason=said["reason"], by=by),
        ReasonForm,
    ),
    DeedPage("met", "meet_condition", meet, MeetForm, options=to_meet),
    DeedPage(
        "confirm",
        "confirm_condition",
        lambda case, said, by: lifting.confirm_condition(case=case, condition=condition_of(case, said), by=by),
        ConfirmConditionForm,
        _("Look at how it was met. You cannot confirm what you said yourself."),
        options=lambda case, _actor: to_judge(case),
    ),
    DeedPage(
        "return",
        "return_condition",
        lambda case, said, by: lifting.return_condition(
            case=case, condition=condition_of(case, said), reason=said["reason"], by=by
        ),
        ReturnConditionForm,
        options=lambda case, _actor: to_judge(case),
    ),
    DeedPage(
        "propose-lifting",
        "propose_lifting",
        lambda case, said, by: lifting.propose_lifting(case=case, reason=said["reason"], by=by),
        ReasonForm,
        _("Signatories decide. Until they have, the measure stays as it is."),
    ),
    DeedPage(
        "sign-lifting",
        "sign_lifting",
        lambda case, said, by: lifting.sign_lifting(case=case, seen=said["seen"], by=by),
        SignForm,
        _("With the last signature the measure ends, at once. You sign what the page of the case shows."),
        initial=lambda case: {"seen": _lifting(case)},
        shows=lambda case: {"quorum": lifting_quorum(case, signatures_on(case, _lifting(case)))},
    ),
)


class EnforcementCaseAdmin(WithPapers):
    """Enforcement cases: officers of the authority that runs them, signatories of every authority."""

    roles_view: ClassVar = frozenset({"case_officer", "signatory"})
    pages = PAGES
    deed_template = "admin/audits/case_deed.html"
    primary = ("give_notice", "hear", "sign", "sign_lifting", "propose_lifting", "confirm_condition")
    page_template = "admin/audits/case.html"
    page_related = ("institution__organisation", "authority", "incident", "hold")
    list_display = ("link", "institution_name", "proposed_label", "measure_label", "opened", "state_tag")
    list_filter = (filter_by_state(ENFORCEMENT.choices), "measure")
    list_select_related = ("institution__organisation",)
    search_fields = ("reference", "institution__organisation__name")
    ordering = ("-opened_at", "pk")

    def on_page(self, rows: Any) -> Any:
        return with_papers(super().on_page(rows))

    def visible(self, rows: Any, actor: Actor) -> Any:
        return enforcement_on_desk(rows, actor)

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
        decided = subject.state == "decided"
        conditions = conditions_of(subject) if decided else []
        content = (subject.decided_digest or _content(subject)) if subject.heard_at else ""
        lifted = _lifting(subject, conditions) if subject.lifting_proposed_at else ""
        signed = signatures_on(subject, content, lifted) if content or lifted else []
        signatures, lifts = ([one for one in signed if one.digest == what] for what in (content, lifted))
        return {
            "case": subject,
            "ladder": [{"label": rung.label, "state": "now" if rung.value == reached else ""} for rung in LADDER],
            "facts": facts_of(subject, desk=True),
            "reach": reach_of(subject) if subject.proposed and not decided else None,
            "papers": papers_of(subject, partial(self.address_of_id, subject)) if subject.answer else [],
            "scope": scope_of(subject),
            "conditions": conditions,
            "measure_events": events_of(subject) if decided else [],
            "signatures": signatures,
            "quorum": quorum_of(subject, signatures) if subject.proposed else None,
            "lifting_signatures": lifts,
            "lifting_quorum": lifting_quorum(subject, lifts) if subject.lifting_proposed_at else None,
            "hold_url": reverse("admin:grants_hold_change", args=[subject.hold_id]) if subject.hold_id else "",
        }
