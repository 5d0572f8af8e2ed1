"""A partner and a grant in force, made once for each module by the real actions; what a test does to them is undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from grants.models import Environment, GrantRequest
from tests.factories import grants as make
from tests.factories.partners import Cast


@contextmanager
def rolled_back() -> Iterator[None]:
    """A savepoint that is always undone; the deeds inside take it for the test's own transaction."""
    atomic = transaction.atomic()
    atomic._from_testcase = True  # type: ignore[attr-defined]
    with atomic:
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """In place of a transaction for each test, one for the module: the stage is set once."""
    with django_db_blocker.unblock(), rolled_back():
        yield


@pytest.fixture(scope="module")
def stage(db: None) -> tuple[Cast, make.GrantCast]:
    partner = make.qualified()
    return partner, make.grant_in_force(made=partner)


@pytest.fixture
def partner(stage: tuple[Cast, make.GrantCast]) -> Iterator[Cast]:
    """A trusted partner with everybody who qualified it."""
    with rolled_back():
        yield replace(stage[0])


@pytest.fixture
def made(partner: Cast, stage: tuple[Cast, make.GrantCast]) -> make.GrantCast:
    """A grant in force for one line of evaluation."""
    shared = stage[1]
    request = GrantRequest.objects.select_related("institution__organisation", "authority").get(pk=shared.request.pk)
    return replace(shared, request=request, environment=Environment.objects.get(pk=shared.environment.pk))
