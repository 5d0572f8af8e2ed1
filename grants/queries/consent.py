"""Reads about providers' answers."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery

from grants.access import consent_lines_for
from grants.models import Consent, LineReview, RequestLine
from portal.core.actors import Actor


def with_answers(rows: QuerySet[RequestLine]) -> QuerySet[RequestLine]:
    """Lines that were not refused in review, with the latest answer to the review that counts as `latest_answer`."""
    newest = LineReview.objects.filter(line=OuterRef("pk")).order_by("-id")
    answers = Consent.objects.filter(line=OuterRef("pk"), review=OuterRef("latest_review")).order_by("-id")
    reviewed = rows.annotate(
        latest_review=Subquery(newest.values("pk")[:1]), latest_outcome=Subquery(newest.values("outcome")[:1])
    )
    return reviewed.exclude(latest_outcome="refused").annotate(latest_answer=Subquery(answers.values("answer")[:1]))


def waiting_lines(actor: Actor) -> QuerySet[RequestLine]:
    """Lines that wait for the actor's provider now."""
    rows = consent_lines_for(actor).filter(request__state="awaiting_provider")
    return with_answers(rows).filter(latest_answer__isnull=True)  # type: ignore[misc]
