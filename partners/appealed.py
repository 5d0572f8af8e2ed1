"""What was appealed against of a case, for its case file.

This room knows of no appeals: rooms above register who tells of them, when the portal starts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from partners.models import Application

Teller = Callable[[Application], list[dict[str, Any]]]
TELLERS: list[Teller] = []


def appeals_of(application: Application) -> list[dict[str, Any]]:
    """Each appeal against the decision in JSON types, the oldest first, with the documents that were sent in it."""
    return [one for tell in TELLERS for one in tell(application)]
