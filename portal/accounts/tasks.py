"""Sweeps of accounts."""

from __future__ import annotations

from portal.accounts.actions.invitation import lapse_invitation
from portal.accounts.queries.invitations import due_to_lapse
from portal.notifications.sweeping import Tally, sweep_rows, sweep_task


@sweep_task
def lapse_invitations() -> Tally:
    """Lapse invitations whose time is over, each in its own deed."""
    return sweep_rows(due_to_lapse(), lambda row: lapse_invitation(invitation=row))
