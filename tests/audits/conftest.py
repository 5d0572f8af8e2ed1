"""What every test of this app stands on: the founding rulebook, and a qualified institution made once a module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.factories.audits import Stage, qualified
from tests.factories.rulebook import founded_rulebook
from tests.rollback import rolled_back


@pytest.fixture(scope="module")
def staged(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    """Made by the real actions in a transaction around the module's tests; each test rolls back to it."""
    with django_db_blocker.unblock(), rolled_back():
        founded_rulebook()
        yield qualified()


@pytest.fixture
def stage(staged: Stage, db: None) -> Stage:
    """A qualified institution and everyone around it; who is who may be changed by the test."""
    return replace(staged, cast=replace(staged.cast))
