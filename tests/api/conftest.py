"""The grants' stage, and counts that are not written in the middle of a test that counts queries."""

from __future__ import annotations

import pytest

from portal.api import limits, tally
from tests.grants.conftest import db, made, partner, stage

__all__ = ["db", "made", "partner", "stage"]


@pytest.fixture(autouse=True)
def _no_writing_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "SECONDS", 1e9)
    tally._counts.clear()
    limits._buckets.clear()
