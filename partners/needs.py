"""What needs somebody now, for the home pages: cards of applicants, case officers, reviewers and signatories."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.access import visible_cases
from partners.models import Application, Qualification, Query, Recommendation, Signature
from partners.models.qualification import LIVE
from portal.accounts import needs
from portal.accounts.needs import Need
from portal.core import clock
from portal.core.actors import Actor

DESK = "admin:partners_application_changelist"


def register_needs() -> None:
    """Called once, when the app is ready."""
    needs.register("applicant", "partners.applications", for_applicant)
    needs.register("case_officer", "partners.cases", for_case_officer)
    needs.register("reviewer", "partners.reviews", for_reviewer)
    needs.register("signatory", "partners.signatures", for_signatory)


def _counted(rows: QuerySet[Any], field: str) -> tuple[int, datetime | None]:
    """How many, and since when the first of them waits. One query."""
    found = rows.order_by().values_list(field, flat=True)[:1000]
    times = [item for item in found if item is not None]
    return len(times), min(times, default=None)


def _at(day: Any) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None


def for_applicant(actor: Actor) -> list[Need]:
    """Questions to answer, a draft to finish, a qualification that ends soon. Three queries."""
    own = Query.objects.filter(application__institution_id=actor.body_id, state="open")
    asked = own.aggregate(oldest=Min("asked_at"), due=Min("due_on"))
    questions = Need(
        own.count() if asked["oldest"] else 0,
        _("questions of the authority to answer"),
        reverse("partners:applications"),
        asked["oldest"],
        _at(asked["due"]),
        "amber" if asked["oldest"] else "",
    )
    drafts, oldest = _counted(Application.objects.filter(institution_id=actor.body_id, state="draft"), "started_at")
    draft = Need(drafts, _("application to finish and send"), reverse("partners:applications"), oldest)
    soon = clock.today() + timedelta(days=90)
    ends = (
        Qualification.objects.filter(institution_id=actor.body_id, state__in=LIVE, valid_until__lte=soon)
        .values_list("valid_until", flat=True)
        .first()
    )
    found = [questions, draft]
    if ends:
        found.append(Need(1, _("qualification that ends soon"), reverse("partners:start"), due=_at(ends), tone="amber"))
    return found


def for_case_officer(actor: Actor) -> list[Need]:
    """What has arrived, what waits for a reviewer, what can go to the signatories. Three queries."""
    mine = visible_cases(Application.objects.all(), actor).filter(authority_id=actor.body_id)
    review = mine.filter(state="under_review")
    recommended = Exists(Recommendation.objects.filter(application=OuterRef("pk")))
    nobody = review.filter(reviewer_rows__isnull=True)
    return [
        _desk(mine.filter(state="submitted"), "submitted_at", _("applications to screen"), "?state=submitted"),
        _desk(nobody, "screened_at", _("cases without a reviewer"), "?state=under_review"),
        _desk(review.filter(recommended), "screened_at", _("cases with a recommendation"), "?state=under_review"),
    ]


def for_reviewer(actor: Actor) -> list[Need]:
    """Cases to assess, and answers that have come. Two queries."""
    mine = visible_cases(Application.objects.all(), actor).filter(reviewer_rows__user=actor.user_id)
    filed = Recommendation.objects.filter(application=OuterRef("pk"), by=actor.user_id)
    answered = Query.objects.filter(application__in=mine, asked_by=actor.user_id, state="answered")
    count, oldest = _counted(answered, "answered_at")
    return [
        _desk(mine.filter(~Exists(filed), state="under_review"), "screened_at", _("cases to assess"), "?whose=me"),
        Need(count, _("answers to your questions"), reverse(DESK) + "?whose=me", oldest, tone="amber" if count else ""),
    ]


def for_signatory(actor: Actor) -> list[Need]:
    """Cases that wait for this person's signature. One query."""
    signed = Signature.objects.filter(Q(void__isnull=True), application=OuterRef("pk"), by=actor.user_id)
    waiting = visible_cases(Application.objects.all(), actor).filter(~Exists(signed), state="awaiting_signatures")
    return [_desk(waiting, "sent_at", _("cases that wait for signatures"), "?state=awaiting_signatures")]


def _desk(rows: QuerySet[Application], field: str, label: str, query: str) -> Need:
    count, oldest = _counted(rows, field)
    return Need(count, label, reverse(DESK) + query, oldest)
