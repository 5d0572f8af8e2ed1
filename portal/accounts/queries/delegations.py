"""Who covers for whom today."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from portal.accounts.models import Delegation, Membership
from portal.core import clock

DUTY = "signatory"
"""The one role that can be covered."""


def live_delegations(today: date | None = None) -> QuerySet[Delegation]:
    """Those that are in effect today, of people who are still members with the role."""
    today = today or clock.today()
    return Delegation.objects.filter(
        state="given",
        starts_on__lte=today,
        ends_on__gte=today,
        membership__state="active",
        membership__roles__contains=[DUTY],
        membership__user__is_active=True,
    )


def with_cover(rows: QuerySet[Membership], today: date | None = None) -> QuerySet[Membership]:
    """The memberships, each with whom its person covers for in that organisation today, as `covers_for`."""
    covered = live_delegations(today).filter(deputy=OuterRef("user"), organisation=OuterRef("organisation"))
    return rows.annotate(covers_for=Subquery(covered.order_by("given_at", "pk").values("membership__user")[:1]))


def delegations_of(organisation_id: UUID) -> QuerySet[Any]:
    """All covers of an organisation, the latest first."""
    rows = Delegation.objects.filter(organisation_id=organisation_id)
    return rows.select_related("membership__user", "membership__organisation", "deputy", "given_by").order_by(
        "-starts_on", "-pk"
    )
