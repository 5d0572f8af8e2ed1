"""Reads about environments."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from grants.models import Attestation, Environment
from portal.core.actors import Actor


def environments_for(actor: Actor) -> QuerySet[Environment]:
    """The environments that the actor may look at: their institution's, or every one for an authority."""
    rows = Environment.objects.select_related("institution__organisation")
    if actor.has("case_officer", "reviewer", "signatory", "auditor"):
        return rows
    if actor.body_kind == "institution" and actor.has("applicant", "administrator", "representative"):
        return rows.filter(institution_id=actor.body_id)
    return rows.none()


def attested(environment_ids: Collection[UUID]) -> dict[UUID, dict[str, Attestation]]:
    """Environment → safeguard → the latest attestation. One query."""
    found: dict[UUID, dict[str, Attestation]] = {pk: {} for pk in environment_ids}
    rows = Attestation.objects.filter(environment_id__in=environment_ids).select_related("attested_by")
    newest = rows.order_by("environment_id", "safeguard", "-id").distinct("environment_id", "safeguard")
    for row in newest:
        found[row.environment_id][row.safeguard] = row
    return found


def safeguards_of(environment_ids: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    """Environment → the safeguards that it attests as met or better. One query."""
    return {
        pk: frozenset(key for key, row in rows.items() if row.value != Attestation.Value.NOT_MET)
        for pk, rows in attested(environment_ids).items()
    }
