"""The rulebook for tests: the real founding version in force, and small or broken documents made from it."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from portal.core.actors import SYSTEM
from portal.rulebook.actions.version import found_rulebook
from portal.rulebook.models import RulebookVersion
from portal.rulebook.schema import Rulebook, load, parse
from portal.rulebook.versions import FOUNDING


@cache
def founding_rules() -> Rulebook:
    """The founding version as read from its file."""
    return load(FOUNDING)


def founded_rulebook() -> RulebookVersion:
    """The founding version in force, as `manage.py load_rulebook` leaves it."""
    return found_rulebook(by=SYSTEM, rules=founding_rules())


def document(version: str = "") -> dict[str, Any]:
    """A copy of the founding document to change, under another number if one is given."""
    found = copy.deepcopy(founding_rules().dump())
    if version:
        found["meta"]["version"] = version
    return found


def rules_numbered(version: str) -> Rulebook:
    """The founding rules under another number."""
    return parse(document(version))
