"""Reads on appeals: until when one is open, what a panel has before it, and who still has to vote."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from audits.models import Appeal, AppealDraft, EnforcementCase, PanelVote
from audits.queries.cases import authority_of
from audits.rules.panel import Voted
from grants.models import GrantLine, Hold
from partners.models import Person
from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.canonical import digest
from portal.core.verdicts import Refused, refused
from portal.rulebook.places import day_in
from portal.rulebook.queries import rules

OPEN = ("lodged", "admitted", "heard")
SITTING = ("admitted", "heard")


def office_of(against: EnforcementCase | Hold) -> tuple[UUID | None, str]:
    """The partner's authority, and the country by whose calendar the time to appeal runs. Few queries."""
    named: UUID | None = getattr(against, "authority_id", None)
    authority_id = named or authority_of(against.institution)
    offices = Organisation.objects.filter(pk=authority_id) if authority_id else Organisation.objects.none()
    country = offices.values_list("jurisdiction", flat=True).first()
    return authority_id, country or against.institution.organisation.jurisdiction


def last_day_of(against: EnforcementCase | Hold, rule: Any, country: str) -> date:
    """The last day on which an appeal can be lodged: so many calendar days after that of the decision there.

    Raises Refused where there is nothing yet that could be appealed.
    """
    if isinstance(against, Hold):
        began = against.placed_at
    elif against.decided_at is None or against.measure == "no_action":
        text = _("There is no decision yet that could be appealed.")
        raise Refused(refused(text, code="not_decided", rule="appeal.lodge"))
    else:
        began = against.decided_at
    return day_in(began, country) + timedelta(days=rule.window_days)


# --- what the panel has before it -----------------------------------------------------------------
def newest_draft(appeal: Appeal) -> AppealDraft | None:
    """The draft that is voted on. One query."""
    rows: QuerySet[AppealDraft] = appeal.drafts.select_related("drafted_by")
    return rows.order_by("-number").first()


def file_of(appeal: Appeal, draft: AppealDraft) -> dict[str, Any]:
    """What a vote is bound to: everything that a member read. A change of any of it voids the votes."""
    subject = appeal.subject
    return {
        "appeal": appeal.pk,
        "statement": appeal.statement,
        "ground": appeal.ground,
        "against": subject.pk,
        "decision": _decision(subject),
        "statements": list(appeal.statements.order_by("written_at", "pk").values_list("pk", "text")),
        "notes": list(appeal.notes.order_by("written_at", "pk").values_list("pk", "text")),
        "draft": [draft.pk, draft.outcome, draft.reasons, draft.measure, draft.until, draft.lifted_when],
        "published": draft.published_text,
        "rulebook": appeal.rulebook,
    }


def _decision(subject: EnforcementCase | Hold) -> list[Any]:
    if isinstance(subject, Hold):
        return [subject.state, subject.reason, subject.lifted_when]
    return [subject.measure, subject.facts, subject.reasons, subject.answer, subject.effect_until, subject.lifted_when]


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
    for line in lines:
        found |= {line.release.model.name, f"{line.release.model.name} {line.release.version}"}
    people = {*Person.objects.filter(institution_id=appeal.institution_id).values_list("name", flat=True)}
    people |= {appeal.lodged_by.name, *(seat.member.name for seat in appeal.sitting)}
    people |= _deciders(appeal.subject)
    surnames = {name.split()[-1] for name in people if len(name.split()) > 1}
    environments = institution.environments.values_list("name", flat=True)
    return frozenset({*found, *people, *surnames, *environments} - {""})


def _deciders(subject: EnforcementCase | Hold) -> set[str]:
    if isinstance(subject, Hold):
        return {user.name for user in (subject.placed_by, subject.confirmed_by) if user is not None}
    signers = subject.signatures.values_list("signer__name", flat=True)
    return {*signers, *(u.name for u in (subject.opened_by, subject.proposed_by, subject.heard_by) if u is not None)}


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
