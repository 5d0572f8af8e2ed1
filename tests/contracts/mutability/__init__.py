"""Which rows may change. Every model of ours is in exactly one set; README.md beside this folder says how."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any

KINDS = ("LIFECYCLE", "APPEND_ONLY", "GUARDED", "MUTABLE")


def listed() -> dict[str, dict[str, Any]]:
    """Kind → {"app.Model": note} over every module in this folder."""
    found: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    for module in pkgutil.iter_modules(__path__):
        names = import_module(f"{__name__}.{module.name}")
        for kind in KINDS:
            given = getattr(names, kind, {})
            found[kind] |= given if isinstance(given, dict) else dict.fromkeys(given, "")
    return found
