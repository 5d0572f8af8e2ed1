"""Sweeps of signing keys: the next key is made, takes its turn, and ends, by ranges of time."""

from __future__ import annotations

from portal.core.actors import SYSTEM
from portal.keys.actions import end_key, ensure_keys, rotate_key
from portal.keys.queries import keys_to_end, keys_to_replace, purposes_in_want
from portal.notifications.sweeping import Tally, sweep_rows, sweep_task


@sweep_task
def make_next_keys() -> Tally:
    """Each purpose has a key that signs and one that is next."""
    wanting = purposes_in_want()
    for purpose in wanting:
        ensure_keys(purpose=purpose, by=SYSTEM)
    return Tally(done=len(wanting))


@sweep_task
def rotate_keys() -> Tally:
    """Keys that have signed for their time give way to the next."""
    return sweep_rows(keys_to_replace(), lambda key: rotate_key(purpose=key.purpose, by=SYSTEM))


@sweep_task
def end_keys() -> Tally:
    """Retired keys are published no longer once nothing that they signed is valid."""
    return sweep_rows(keys_to_end(), lambda key: end_key(key=key, by=SYSTEM))
