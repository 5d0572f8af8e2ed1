"""Reads for the desk: who reviews what, how old a case is, and what changed."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from partners.models import Application, ApplicationUserObjectPermission, Revision
from partners.models.application import REVIEW
from partners.queries.answers import evidence_named
from partners.queries.clock import country_of
from partners.queries.rulebook import rules_of
from portal.core import clock
from portal.rulebook.durations import working_days_between
from portal.rulebook.questionnaire import Difference, differences


def age_of(application: Application) -> int:
    """Working days from submission to decision, or to today, by the calendar of the authority. No query."""
    if application.submitted_at is None:
        return 0
    until = application.decided_at.date() if application.decided_at else clock.today()
    return working_days_between(application.submitted_at.date(), until, country_of(application))


def with_reviewers(rows: QuerySet[Application]) -> QuerySet[Application]:
    """The rows with the names of their assigned reviewers as `reviewer_names`, their ids as `reviewer_ids`."""
    assigned = ApplicationUserObjectPermission.objects.filter(
        content_object=OuterRef("pk"), permission__codename=REVIEW
    ).order_by("user__name")
    return rows.annotate(
        reviewer_names=ArraySubquery(assigned.values("user__name")),
        reviewer_ids=ArraySubquery(assigned.values("user_id")),
    )


def changed_questions(application: Application, old: Revision, new: Revision) -> frozenset[str]:
    """Keys of the questions whose answers differ between two revisions. No query."""
    found = differences(rules_of(application).questionnaire, old.answers, new.answers, application.institution.kind)
    return frozenset(item.key for item in found)


def what_changed(application: Application, old: Revision, new: Revision) -> tuple[Difference, ...]:
    """Every answer that differs between two revisions, for reading side by side. One query for names of documents."""
    ids = [item["id"] for revision in (old, new) for item in revision.evidence]
    names = {key: row.name for key, row in evidence_named(application.institution_id, ids).items()} if ids else {}
    return differences(
        rules_of(application).questionnaire, old.answers, new.answers, application.institution.kind, names
    )
