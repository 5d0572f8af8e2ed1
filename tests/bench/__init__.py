"""Benches: what the portal promises about speed, each as a ratio to something bare measured in the same run.

`make bench` runs every module here that has `run() -> list[Row]`; `make bench ARGS=queue` runs one. They need a
database of their own, made anew each time from the migrated template. Not part of the tests.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measured figure. `at_most` says which side of the target is good; `note` gives the figures behind a ratio."""

    name: str
    value: float
    target: float
    at_most: bool = True
    unit: str = "×"
    note: str = ""

    @property
    def met(self) -> bool:
        return self.value <= self.target if self.at_most else self.value >= self.target
