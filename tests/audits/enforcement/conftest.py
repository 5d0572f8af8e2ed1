"""A partner with a grant in force, made once a module; each test rolls back to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from grants.models import Environment, GrantRequest
from tests.factories import grants as make
from tests.factories.rulebook import founded_rulebook
from tests.rollback import rolled_back


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[make.GrantCast]:
    with django_db_blocker.unblock(), rolled_back():
        founded_rulebook()
        yield make.grant_in_force()


@pytest.fixture
def made(standing: make.GrantCast, db: None) -> make.GrantCast:
    request = GrantRequest.objects.select_related("institution__organisation", "authority").get(pk=standing.request.pk)
    return replace(standing, request=request, environment=Environment.objects.get(pk=standing.environment.pk))
