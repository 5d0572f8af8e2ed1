"""Reads on appeals: until when one is open, what a panel has before it, and who still has to vote."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from audits.models import Appeal, AppealDraft, PanelVote
from audits.queries.appealed import Subject, content_of, decided_at, kind_of, names_of_deciders, releases_of
from audits.queries.papers import digests_of
from audits.rules.panel import Voted
from grants.models import GrantLine
from partners.models import Person
from portal.core import clock
from portal.core.canonical import digest
from portal.rulebook.appeals import last_day_to_appeal
from portal.rulebook.places import LastDay
from portal.rulebook.queries import rules

OPEN = ("lodged", "admitted", "heard")
SITTING = ("admitted", "heard")


def last_day_of(against: Subject, country: str) -> LastDay:
    """The last day on which an appeal can be lodged: so many calendar days after that of the decision there.

    Raises Refused where there is nothing yet that could be appealed.
    """
    moment, book = decided_at(against), rules(against.rulebook)
    return last_day_to_appeal(kind_of(against), decided_at=moment, country=country, book=book)


# --- what the panel has before it -----------------------------------------------------------------
def newest_draft(appeal: Appeal) -> AppealDraft | None:
    """The draft that is voted on. One query."""
    rows: QuerySet[AppealDraft] = appeal.drafts.select_related("drafted_by")
    return rows.order_by("-number").first()


def file_of(appeal: Appeal, draft: AppealDraft) -> dict[str, Any]:
    """What a vote is bound to: everything that a member read. A change of any of it voids the votes."""
    subject, papers = appeal.subject, digests_of(appeal)
    return {
        "appeal": appeal.pk,
        "statement": appeal.statement,
        "ground": appeal.ground,
        "against": subject.pk,
        "decision": content_of(subject),
        "statements": list(appeal.statements.order_by("written_at", "pk").values_list("pk", "text")),
        "notes": list(appeal.notes.order_by("written_at", "pk").values_list("pk", "text")),
        "draft": [draft.pk, draft.outcome, draft.reasons, draft.measure, draft.until, draft.lifted_when],
        "published": draft.published_text,
        "rulebook": appeal.rulebook,
        **({"papers": papers} if papers else {}),
    }


def digest_of(appeal: Appeal, draft: AppealDraft) -> str:
    """SHA-256 of what is voted on, as it stands now. Two queries."""
    return digest(file_of(appeal, draft))


def votes_on(appeal: Appeal, draft: AppealDraft, content: str) -> list[PanelVote]:
    """Votes with effect: on this draft, as it stands, by who still sits. One query."""
    sitting = {seat.member_id for seat in appeal.sitting}
    rows = PanelVote.objects.filter(draft=draft, digest=content).select_related("member", "body").order_by("voted_at")
    return [row for row in rows if row.member_id in sitting]


def counted(rows: list[PanelVote]) -> list[Voted]:
    """Votes as the rules see them."""
    return [Voted(row.member_id, row.outcome) for row in rows]


def names_kept_out(appeal: Appeal) -> frozenset[str]:
    """What a published decision must not hold: institution, people, models, releases, environments, references."""
    institution = appeal.institution
    lines = GrantLine.objects.filter(institution_id=appeal.institution_id).select_related("release__model")
    found = {institution.name, appeal.reference, getattr(appeal.subject, "reference", "")}
    found.update(releases_of(appeal.subject))
    for line in lines:
        found |= {line.release.model.name, f"{line.release.model.name} {line.release.version}"}
    people = {*Person.objects.filter(institution_id=appeal.institution_id).values_list("name", flat=True)}
    people |= {appeal.lodged_by.name, *(seat.member.name for seat in appeal.sitting)}
    people |= names_of_deciders(appeal.subject)
    surnames = {name.split()[-1] for name in people if len(name.split()) > 1}
    environments = institution.environments.values_list("name", flat=True)
    return frozenset({*found, *people, *surnames, *environments} - {""})


# --- what sweeps look for -------------------------------------------------------------------------
def panels_to_draw() -> QuerySet[Appeal]:
    """Appeals whose time to be drawn has come."""
    return Appeal.objects.filter(state__in=SITTING, draw_at__lte=clock.now())


def stays_to_end() -> QuerySet[Appeal]:
    """Stays until a day that has passed."""
    return Appeal.objects.filter(state__in=SITTING, stay="granted", stay_until__lt=clock.today())


def reminder_days() -> tuple[int, ...]:
    """So many days before the day of the decision the panel is reminded; the furthest first."""
    return tuple(sorted(rules().appeal.reminder_days, reverse=True))


def stage_of(appeal: Appeal, days: tuple[int, ...]) -> int:
    """How many reminders are due by today, as a range; the last is that it is late."""
    if appeal.decide_by is None:
        return 0
    left = (appeal.decide_by - clock.today()).days
    return sum(left <= day for day in days) + (left < 0)


def panels_to_remind(days: tuple[int, ...]) -> QuerySet[Appeal]:
    """Appeals of which a reminder is due that was not sent, or that are late and nobody was told."""
    today = clock.today()
    due = Q(reminders__lt=len(days) + 1, decide_by__lt=today)
    for place, day in enumerate(days, start=1):
        due |= Q(reminders__lt=place, decide_by__lte=today + timedelta(days=day))
    return Appeal.objects.filter(due, state__in=SITTING)
