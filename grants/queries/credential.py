"""Reads about credentials and keys of holders."""

from __future__ import annotations

from datetime import UTC
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from grants.models import Credential, Grant, HolderKey, StatusEntry
from grants.rules.credential import REPLACED_BEFORE
from portal.core import clock
from portal.keys.models import SigningKey


def issued_for(grant_id: UUID) -> list[Credential]:
    """Credentials of the grant that were neither replaced nor ended. One query."""
    rows = Credential.objects.filter(grant_id=grant_id, state="issued")
    return list(rows.select_related("key").order_by("pk"))


def issued_to(thumbprint: str) -> list[Credential]:
    """Credentials that count, bound to the registered key of that thumbprint. One query."""
    rows = Credential.objects.filter(key__thumbprint=thumbprint, key__state="registered", state="issued")
    return list(rows.select_related("grant", "key").order_by("pk"))


def carried_on(grant: Grant) -> list[HolderKey]:
    """Keys, registered still, that held a credential until the grant which this one replaces ended. One query."""
    held = Credential.objects.filter(key=OuterRef("pk"), grant=grant.supersedes_id, state__in=("issued", "ended"))
    return list(HolderKey.objects.filter(Exists(held), state="registered").order_by("pk"))


def credentials_of(grant: Grant) -> list[Credential]:
    """Every credential of the grant with its key and what it is `told` to be; the newest first. One query."""
    told = StatusEntry.objects.filter(credential=OuterRef("pk"), line__isnull=True).values("value")[:1]
    rows = Credential.objects.filter(grant=grant).select_related("key", "key__registered_by")
    return list(rows.annotate(told=told).order_by("-issued_at", "-pk")[:50])


def credentials_to_replace() -> QuerySet[Credential]:
    """Issued ones that nobody believes (their signing key was withdrawn), and those that end before their grant."""
    withdrawn = Q(Exists(SigningKey.objects.filter(kid=OuterRef("kid"), state="withdrawn")))
    ends_early = Q(
        expires_at__lte=clock.now() + REPLACED_BEFORE, grant__ends_on__gt=TruncDate("expires_at", tzinfo=UTC)
    )
    rows = Credential.objects.filter(state="issued", grant__state="in_force", grant__ends_on__gte=clock.today())
    return rows.filter(withdrawn | ends_early).select_related("key")
