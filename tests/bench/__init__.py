"""Benches: how fast, against what, in the same run. `python -m tests.bench [name …]`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measurement: what, the value as a person reads it, the target, and whether it was met."""

    name: str
    value: str
    target: str
    ok: bool


__all__ = ["Row"]
