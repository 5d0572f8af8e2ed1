"""The case page: everything about an application in tabs, and what changed between revisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from partners.access import reader_of
from partners.admin.actions import case_actions, desk_url
from partners.admin.pages import DeclareFirst, open_case, page, to_declaration
from partners.admin.presence import others_at
from partners.admin.screening import screening_tab
from partners.models import ConflictDeclaration, Revision, SectionAssessment
from partners.presence import RENEWED
from partners.queries.answers import latest_revision
from partners.queries.application import letters_of, read_sections
from partners.queries.case import Case
from partners.queries.clock import clock_of
from partners.queries.desk import changed_questions, what_changed
from partners.queries.evidence import handed_out
from partners.queries.timeline import tiers_for, timeline
from partners.rules.application import told_late
from partners.views.steps import steps_of
from partners.views.timeline import read as read_timeline
from portal.accounts.models import User
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.ui import tags

TABS = ("summary", "answers", "evidence", "people", "screening", "assessment", "signatures", "timeline")
OUTCOME_LOOK = {
    "met": tags.GOOD,
    "partly": tags.YOURS,
    "not_met": tags.NO,
    "not_applicable": tags.OVER,
}


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section with its assessments as this viewer may see them."""

    key: str
    title: str
    rows: tuple[tuple[SectionAssessment, bool, str], ...]
    mine: SectionAssessment | None
    tag: str
    url: str
    changed: bool
    carried: dict[str, Any] | None = None


@require_safe
def case_page(request: PortalRequest, pk: str) -> HttpResponseBase:
    """One case. `?tab=` chooses the part."""
    try:
        case = open_case(request, pk)
    except DeclareFirst as first:
        return to_declaration(request, first.application)
    actor: Actor = request.actor
    tab = request.GET.get("tab", "summary")
    tab = tab if tab in TABS else "summary"
    part = seen_timeline(request, case, actor) if tab == "timeline" else _PARTS[tab](case, actor)
    if isinstance(part, HttpResponseBase):
        return part
    context = {
        "title": case.application.reference,
        "application": case.application,
        "case": case,
        "tab": tab,
        "tabs": _tabs(case, tab, actor),
        "steps": steps_of(case.application),
        "facts": _facts(case, actor),
        "others": others_at(case, actor),
        "here_url": desk_url("here", case.application.pk),
        "seconds": RENEWED,
        "actions": case_actions(case, actor),
        **part,
    }
    return page(request, f"admin/partners/case_{tab}.html", context)


def _facts(case: Case, actor: Actor) -> list[tuple[str, str]]:
    application = case.application
    clock = clock_of(application)
    return [
        *_reported(case),
        (_("Pen is with"), _pen(case, actor)),
        (_("Clock"), f"{clock.label}: {clock.words}; {clock.note}" if clock else _("Stopped")),
        (_("Tier"), application.get_tier_display() or _("Not set yet")),
        (_("Authority"), application.authority.name),
        (_("Jurisdiction"), application.institution.organisation.jurisdiction_name),
        (_("Revision"), str(case.revision.number if case.revision else "–")),
        (_("Rulebook"), application.rulebook),
    ]


def _reported(case: Case) -> list[tuple[str, str]]:
    """What changed, when, and whether it was told in time."""
    application = case.application
    if application.kind != "change" or application.happened_on is None:
        return []
    known = {item.key: str(item.label) for item in case.rules.qualification.circumstances}
    limit = case.rules.qualification.change_notice_working_days
    told = (application.submitted_at or application.started_at).date()
    late = told_late(application.happened_on, told, limit, application.institution.organisation.jurisdiction)
    when = date_format(application.happened_on, "j F Y")
    in_time = _("told late: the limit is %(n)s working days") if late else _("told in time")
    return [
        (_("What changed"), "; ".join(known.get(key, key) for key in application.circumstances)),
        (_("Changed on"), f"{when} ({in_time % {'n': limit}})"),
    ]


def _pen(case: Case, actor: Actor) -> str:
    state = case.application.state
    if state == "awaiting_applicant":
        return _("The institution")
    if state in ("approved", "declined", "withdrawn"):
        return _("Nobody; it is decided") if state != "withdrawn" else _("Nobody; it was withdrawn")
    if state == "awaiting_signatures":
        return _("The signatories")
    if state == "submitted":
        return _("The case officer")
    return _("You") if actor.user_id in case.hands.assigned else _("The reviewers")


def _tabs(case: Case, tab: str, actor: Actor) -> list[dict[str, Any]]:
    sections = case.sections
    blind = case.is_blind_for(actor.user_id)
    assessed = sum(
        item.key in case.carried
        or any(
            case.is_current(row)
            for person, row in case.newest_by_person.get(item.key, {}).items()
            if not blind or person == actor.user_id
        )
        for item in sections
    )
    counts: dict[str, Any] = {
        "evidence": len(case.revision.evidence) if case.revision else 0,
        "people": len(case.hands.assigned),
        "screening": getattr(case.application, "open_hits", None),
        "assessment": f"{assessed}/{len(sections)}",
        "signatures": f"{case.quorum_state.signatures}/{case.quorum.signatures}",
    }
    labels = {
        "summary": _("Summary"),
        "answers": _("Answers"),
        "evidence": _("Evidence"),
        "people": _("People"),
        "screening": _("Screening"),
        "assessment": _("Assessment"),
        "signatures": _("Signatures"),
        "timeline": _("Timeline"),
    }
    base = desk_url("change", case.application.pk)
    return [
        {
            "label": labels[key],
            "url": base if key == "summary" else f"{base}?tab={key}",
            "current": key == tab,
            "count": counts.get(key),
        }
        for key in TABS
    ]


def section_rows(case: Case, actor: Actor) -> list[SectionRow]:
    """Every section with the assessments that the viewer may see: a blind assessor only their own."""
    blind = case.is_blind_for(actor.user_id)
    found = []
    for section in case.sections:
        people = case.newest_by_person.get(section.key, {})
        seen = [row for person, row in people.items() if not blind or person == actor.user_id]
        rows = tuple((row, case.is_current(row), _tag(row, case.is_current(row))) for row in seen)
        mine = people.get(actor.user_id) if actor.user_id else None
        shown = mine or (seen[-1] if seen else None)
        carried = _earlier(case.carried.get(section.key))
        found.append(
            SectionRow(
                key=section.key,
                title=str(section.title),
                rows=rows,
                mine=mine,
                tag=_tag(shown, case.is_current(shown)) if shown else _untouched(carried),
                url=desk_url("assess_section", case.application.pk, section.key),
                changed=shown is not None and not case.is_current(shown),
                carried=carried,
            )
        )
    return found


def _earlier(carried: dict[str, str] | None) -> dict[str, Any] | None:
    """An assessment that was carried over, in words."""
    if carried is None:
        return None
    outcome = SectionAssessment.Outcome(carried["outcome"]).label
    return {**carried, "outcome": outcome, "at": datetime.fromisoformat(carried["at"])}


def _untouched(carried: dict[str, Any] | None) -> str:
    return tags.derived_tag("as_before") if carried else tags.derived_tag("not_assessed")


def _tag(row: SectionAssessment, current: bool) -> str:
    if not current:
        return tags.derived_tag("changed", _("Changed since"))
    return tags.tag(row.get_outcome_display(), OUTCOME_LOOK[row.outcome])


# --- the tabs -------------------------------------------------------------------------------------


def _events(case: Case, actor: Actor, limit: int) -> list[Any]:
    tiers = tiers_for(actor, own=False, assigned=True)
    blind = case.is_blind_for(actor.user_id)
    nouns = ("application", "qualification", "hit")
    return timeline(case.application.pk, tiers=tiers, viewer=actor, limit=limit, nouns=nouns, blind=blind)


def _summary(case: Case, actor: Actor) -> dict[str, Any]:
    return {
        "section_rows": section_rows(case, actor),
        "recommendations": [row for row in case.seen_recommendations(actor.user_id) if case.counts(row)],
        "events": _events(case, actor, 8),
        "letters": letters_of(case.application) if case.application.decided_at else [],
        "may_assess": actor.user_id in case.hands.assigned,
    }


def _answers(case: Case, actor: Actor) -> dict[str, Any]:
    revision = case.revision
    before = _before(case, revision)
    changed = changed_questions(case.application, before, revision) if before and revision else frozenset()
    return {
        "sections": read_sections(case.application, revision.answers) if revision else [],
        "changed": changed,
        "before": before,
        "revision": revision,
    }


def _before(case: Case, revision: Revision | None) -> Revision | None:
    """The revision before that one; before the first of a renewal or change, what was sent last of what it follows."""
    if revision is None:
        return None
    if revision.number > 1:
        return Revision.objects.filter(application=case.application, number=revision.number - 1).first()
    return latest_revision(case.application.follows) if case.application.follows else None


def _evidence(case: Case, actor: Actor) -> dict[str, Any]:
    questions = {question.key: question for section in case.sections for question in section.questions}
    sent = case.revision.evidence if case.revision else []
    given = handed_out({UUID(item["id"]) for item in sent}, reader_of(case.application, case.hands, actor))
    return {
        "documents": [
            {
                **item,
                "label": str(questions[item["question"]].label) if item["question"] in questions else "",
                "given": given[UUID(item["id"])],
            }
            for item in sent
        ]
    }


def _people(case: Case, actor: Actor) -> dict[str, Any]:
    declared = (
        ConflictDeclaration.objects.filter(application=case.application).select_related("by", "body").order_by("at")
    )
    return {
        "reviewers": list(User.objects.filter(pk__in=case.hands.assigned).order_by("name")),
        "declarations": list(declared),
        "may_ask_outside": bool(case.application.TABLE.verdict("ask_outside", case.application, actor)),
    }


def _assessment(case: Case, actor: Actor) -> dict[str, Any]:
    blind = case.is_blind_for(actor.user_id)
    return {
        "section_rows": section_rows(case, actor),
        "blind": blind,
        "recommendations": case.seen_recommendations(actor.user_id),
        "current": {row.pk for row in case.current_recommendations},
        "may_assess": actor.user_id in case.hands.assigned,
    }


def _signatures(case: Case, actor: Actor) -> dict[str, Any]:
    start, until = case.validity()
    return {"quorum": case.quorum_state, "valid_from": start, "valid_until": until}


def seen_timeline(request: PortalRequest, case: Case, actor: Actor) -> dict[str, Any] | HttpResponseBase:
    """The timeline as the address asks for it, or the file of it."""
    tiers = tiers_for(actor, own=False, assigned=True)
    return read_timeline(request, case.application, tiers, audiences=True, blind=case.is_blind_for(actor.user_id))


_PARTS = {
    "summary": _summary,
    "answers": _answers,
    "evidence": _evidence,
    "people": _people,
    "screening": screening_tab,
    "assessment": _assessment,
    "signatures": _signatures,
}


@require_safe
def changes_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Two revisions side by side: `?from=` and `?to=`, the last two without them."""
    try:
        case = open_case(request, pk)
    except DeclareFirst as first:
        return to_declaration(request, first.application)
    revisions = {
        row.number: row for row in Revision.objects.filter(application=case.application).select_related("made_by")
    }
    last = max(revisions, default=0)
    follows = case.application.follows
    if follows is not None and (approved := latest_revision(follows)) is not None:
        revisions[0] = approved
    new = revisions.get(_number(request.GET.get("to"), last))
    old = revisions.get(_number(request.GET.get("from"), (new.number if new else last) - 1))
    found = what_changed(case.application, old, new) if old and new else ()
    context = {
        "title": _("What changed"),
        "application": case.application,
        "revisions": [(key, _revision_name(case, key)) for key in sorted(revisions)],
        "old": old,
        "new": new,
        "from": next((_revision_name(case, key) for key, row in revisions.items() if row is old), ""),
        "from_number": next((key for key, row in revisions.items() if row is old), None),
        "differences": found,
    }
    return page(request, "admin/partners/changes.html", context)


def _revision_name(case: Case, number: int) -> str:
    """Revision 0 is what was approved before, where the application follows another."""
    if number == 0 and case.application.follows:
        return _("what was sent with %(reference)s") % {"reference": case.application.follows.reference}
    return _("revision %(n)s") % {"n": number}


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 5 else default
