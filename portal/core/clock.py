"""The one clock. Everything asks `now()`, so that a demonstration or a test can tell two years in a minute."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime

_simulated: ContextVar[datetime | None] = ContextVar("simulated_now", default=None)


def now() -> datetime:
    """The current instant, timezone-aware, in UTC."""
    return _simulated.get() or datetime.now(UTC)


def today() -> date:
    """The current date in UTC."""
    return now().date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Within the block, `now()` is the moment given (aware). Blocks nest; the inner one wins."""
    if moment.tzinfo is None:
        raise ValueError("A simulated moment needs a time zone.")
    token = _simulated.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _simulated.reset(token)
