"""Deeds: the one way in which anything with a lifecycle changes.

A deed is a function in an app's `actions`, keyword-only, with `by=`. Inside `with deed():` it calls
`create`, `move` or `record`; each locks the row, asks the state table (role, state, guard), writes the
row and queues the ledger entry. Entries are written last, just before the commit, so that the head of
the record is locked for as short as possible and never while waiting for another lock.
"""

from portal.core.append_only import append_only
from portal.workflow.lifecycle import LifecycleModel, LifecycleQuerySet, Record, StateIsNotYours
from portal.workflow.moves import RETENTION_DAYS, can, create, create_all, move, record, record_all
from portal.workflow.transaction import (
    as_deed,
    as_one,
    at_the_end,
    deed,
    lock,
    one_page,
    remember,
    require_deed,
    tell_observers,
)
from portal.workflow.triggers import lifecycle_triggers

__all__ = [
    "RETENTION_DAYS",
    "LifecycleModel",
    "LifecycleQuerySet",
    "Record",
    "StateIsNotYours",
    "append_only",
    "as_deed",
    "as_one",
    "at_the_end",
    "can",
    "create",
    "create_all",
    "deed",
    "lifecycle_triggers",
    "lock",
    "move",
    "one_page",
    "record",
    "record_all",
    "remember",
    "require_deed",
    "tell_observers",
]
