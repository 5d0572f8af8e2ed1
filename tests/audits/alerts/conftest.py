"""A grant in force with a gateway that reports, made once a module; each test rolls back to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from portal.accounts.models import Gateway
from portal.core import clock
from tests.factories import grants as make
from tests.factories.rulebook import founded_rulebook
from tests.factories.watched import gateway_of
from tests.rollback import rolled_back

Watched = tuple[make.GrantCast, Gateway]


@pytest.fixture(scope="module")
def granted(django_db_setup: None, django_db_blocker: Any) -> Iterator[Watched]:
    with django_db_blocker.unblock(), rolled_back():
        founded_rulebook()
        made = make.grant_in_force()
        yield made, gateway_of(made)


@pytest.fixture
def watched(granted: Watched, db: None) -> Watched:
    made, gateway = granted
    return replace(made), gateway


@pytest.fixture
def noon() -> Iterator[datetime]:
    """The time stands still at noon of today, so that hours and days are the same whenever the test runs."""
    moment = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    with clock.at(moment):
        yield moment
