"""Sweeps of accounts."""

from __future__ import annotations

from celery import shared_task

from portal.accounts.actions.invitation import lapse_invitation
from portal.accounts.queries.invitations import due_to_lapse

BATCH = 200


@shared_task
def lapse_invitations() -> int:
    """Lapse invitations whose time is over, each in its own deed. Returns how many; running twice lapses each once."""
    rows = due_to_lapse(BATCH)
    for invitation in rows:
        lapse_invitation(invitation=invitation)
    return len(rows)
