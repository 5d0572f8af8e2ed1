"""Reads for the desk: who reviews what, how old a case is, and what changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from partners.models import Application, ApplicationUserObjectPermission, Revision
from partners.models.application import REVIEW
from partners.queries.answers import evidence_named
from partners.queries.rulebook import rules_of
from portal.core import clock
from portal.rulebook.questionnaire import Difference, differences


def working_days(since: date | datetime | None, until: date | None = None) -> int:
    """Weekdays that have passed since then."""
    if since is None:
        return 0
    day = since.date() if isinstance(since, datetime) else since
    end = until or clock.today()
    whole, rest = divmod(max((end - day).days, 0), 7)
    return whole * 5 + sum((day + timedelta(days=step + 1)).weekday() < 5 for step in range(rest))


def with_reviewers(rows: QuerySet[Application]) -> QuerySet[Application]:
    """The rows with the names of their assigned reviewers as `reviewer_names`: one subquery."""
    assigned = ApplicationUserObjectPermission.objects.filter(
        content_object=OuterRef("pk"), permission__codename=REVIEW
    ).order_by("user__name")
    return rows.annotate(reviewer_names=ArraySubquery(assigned.values("user__name")))


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
