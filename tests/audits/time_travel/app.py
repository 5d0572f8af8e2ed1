"""The portal's own Celery app, in workers whose clock is a file: `celery -A tests.audits.time_travel.app worker`.

Everything else is as in production: the same tasks, settings, broker and database.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from celery.signals import task_postrun, task_prerun

from portal.celery import app
from portal.core import clock

__all__ = ["app"]

CLOCK = Path(os.environ["TIME_TRAVEL_CLOCK"])
"""Holds the moment that it is, as ISO 8601. It is changed only while no task runs."""
_simulated = ExitStack()


@task_prerun.connect(weak=False)
def begin(**_about: Any) -> None:
    """It is the moment that the file says; mail stays in the outbox, where the test counts it."""
    from portal.notifications.notify import mail_held_back  # models can be read only once Celery has set Django up

    _simulated.close()
    _simulated.enter_context(clock.at(datetime.fromisoformat(CLOCK.read_text())))
    _simulated.enter_context(mail_held_back(delivered_before=datetime.max.replace(tzinfo=clock.now().tzinfo)))


@task_postrun.connect(weak=False)
def end(**_about: Any) -> None:
    _simulated.close()
