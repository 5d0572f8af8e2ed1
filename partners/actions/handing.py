"""Handing work to a worker as soon as a deed is done. What the broker does not take, a sweep finds due."""

from __future__ import annotations

import logging
from functools import partial
from uuid import UUID

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)
ONCE_MORE = {"max_retries": 1, "interval_start": 0.2, "interval_step": 0}


def hand_out(task: str, pk: UUID) -> None:
    """Send the task with that id once the deed around this is committed."""
    transaction.on_commit(partial(_send, task, str(pk)), robust=True)


def _send(task: str, pk: str) -> None:
    try:
        current_app.send_task(task, args=(pk,), retry=True, retry_policy=ONCE_MORE)
    except Exception as error:  # noqa: BLE001 -- the deed is done, and must not fail for the transport
        logger.warning("The broker did not take %s of %s (%s); the sweep will.", task, pk, error)
