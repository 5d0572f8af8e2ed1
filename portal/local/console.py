"""What the person at the terminal reads: steps with their time, and one clear sentence when something stops."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Stop(Exception):
    """The work cannot go on. The message says what is wrong and what to do, in a sentence or two."""


def say(text: str = "") -> None:
    """Print a line at once; a terminal that has gone away is no reason to fail."""
    with suppress(OSError, ValueError):
        print(text, flush=True)


def complain(text: str) -> None:
    """Print a line to standard error at once."""
    with suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show a step when it begins and how long it took when it ends."""
    begun = time.monotonic()
    with suppress(OSError, ValueError):
        print(f"  {title:<44}", end="", flush=True)
    try:
        yield
    except BaseException:
        say("stopped")
        raise
    say(f"{time.monotonic() - begun:6.1f} s")
