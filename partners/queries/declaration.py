"""Reads about declarations, and about who may make them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from partners.models import Declaration
from portal.accounts.models import User
from portal.accounts.queries.people import members_with


def declarations_about(about: UUID) -> list[Declaration]:
    """What was declared for an application, a request or a grant, the first first. One query."""
    return list(Declaration.objects.filter(about=about).select_related("by").order_by("at", "id"))


def representatives_of(institution_id: UUID) -> QuerySet[User]:
    """Who is entitled to bind the institution."""
    return members_with("representative", institution_id).order_by("name", "id")


def last_capacity(user_id: UUID | None, institution_id: UUID) -> str:
    """In what capacity the person bound the institution last, "" where they never did. One query."""
    rows = Declaration.objects.filter(by_id=user_id, institution_id=institution_id)
    return rows.order_by("-at").values_list("capacity", flat=True).first() or ""
