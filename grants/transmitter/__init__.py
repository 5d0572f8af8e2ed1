"""The process that pushes signals to gateways (`manage.py transmit`): one loop, one connection, a task for each stream.

`work` is what it reads and writes, `push` how a receiver is reached, `loop` what happens when.
"""

from __future__ import annotations

from collections.abc import Callable

ON_WAKE: list[Callable[[], object]] = []
"""What else is due in the same second, such as the files of status lists: called by the process on each wake.

Each may be called at any time and twice at once; what it raises is logged.
"""
BEAT, BEAT_SECONDS = "transmitter:beat", 60
"""Where in the cache a process says that it lives, and how long that is believed: for the page of jobs."""
