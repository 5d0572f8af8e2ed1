"""Reads about who had a part in a case."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from partners.models import Application, ApplicationUserObjectPermission
from partners.models.application import REVIEW
from partners.rules.hands import Hands
from portal.core.prepared import rows_of

_PARTS = """
SELECT CASE WHEN conflict THEN 'conflicted' ELSE 'clear' END, by_id
    FROM partners_conflictdeclaration WHERE application_id = %(case)s
UNION SELECT 'author', saved_by_id FROM partners_answer WHERE application_id = %(case)s
UNION SELECT 'author', made_by_id FROM partners_revision WHERE application_id = %(case)s
UNION SELECT 'author', unnest(authors) FROM partners_revision WHERE application_id = %(case)s
UNION SELECT 'assessor', by_id FROM partners_sectionassessment WHERE application_id = %(case)s
UNION SELECT 'assessor', by_id FROM partners_recommendation WHERE application_id = %(case)s
UNION SELECT 'assigned', held.user_id FROM partners_applicationuserobjectpermission held
    JOIN auth_permission named ON named.id = held.permission_id
    WHERE held.content_object_id = %(case)s AND named.codename = %(review)s
"""
"""(part, person), each once. Nearly every deed on a case asks this, and a union of querysets takes far longer to write
than to run.
"""


def hands_of(application: Application) -> Hands:
    """Everyone who had a part in the case. One query."""
    found: dict[str, set[UUID]] = defaultdict(set)
    for part, person in rows_of(_PARTS, {"case": application.pk, "review": REVIEW}):
        found[part].add(person)
    return Hands(
        authors=frozenset(found["author"]) | _ids(application.started_by_id, application.submitted_by_id),
        screeners=_ids(application.screened_by_id, application.sent_by_id, *application.handled_by),
        assessors=frozenset(found["assessor"]),
        conflicted=frozenset(found["conflicted"]),
        clear=frozenset(found["clear"] - found["conflicted"]),
        assigned=frozenset(found["assigned"]),
        deciders=_deciders(application),
    )


def _deciders(application: Application) -> frozenset[UUID]:
    """Who signed or refused what was set aside on appeal, and whom they stood for. One query, only where it was."""
    if application.set_aside_at is None:
        return frozenset()
    rows = application.signature_rows.filter(at__lte=application.set_aside_at).values_list("by_id", "stands_for_id")
    return _ids(*(person for row in rows for person in row))


def _assigned(application: Application) -> QuerySet[Any]:
    return ApplicationUserObjectPermission.objects.filter(content_object=application.pk, permission__codename=REVIEW)


def assigned_reviewers(application: Application) -> frozenset[UUID]:
    """Accounts that hold the object permission to review the application. One query."""
    return frozenset(_assigned(application).values_list("user_id", flat=True))


def _ids(*ids: UUID | None) -> frozenset[UUID]:
    return frozenset(item for item in ids if item is not None)
