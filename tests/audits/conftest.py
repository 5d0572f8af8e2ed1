"""What every test of this app stands on: the founding rulebook in force."""

from __future__ import annotations

import pytest

from tests.factories.audits import Stage, qualified
from tests.factories.rulebook import founded_rulebook


@pytest.fixture(autouse=True)
def _rulebook(db: None) -> None:
    founded_rulebook()


@pytest.fixture
def stage() -> Stage:
    """A qualified institution and everyone around it."""
    return qualified()
