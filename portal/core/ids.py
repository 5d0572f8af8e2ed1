"""Identifiers: opaque, time-ordered primary keys (UUIDv7, RFC 9562)."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A new UUIDv7. Ordered by time of making, so indexes stay dense; it says nothing else about its row."""
    return UUID(int=uuid_utils.compat.uuid7().int)
