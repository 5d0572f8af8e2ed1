"""A partner and a grant in force, made once for each module by the real actions; what a test does to them is undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from grants.models import Environment, GrantRequest
from tests.factories import grants as make
from tests.factories.partners import Cast
from tests.rollback import db, rolled_back

__all__ = ["db"]


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
