"""The page of a version costs as many queries when there are many versions as when there are two, whoever reads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import reverse

from portal.core.actors import SYSTEM
from portal.rulebook.actions.version import open_consultation, propose_version, put_in_force
from tests.contracts.details import unheld
from tests.contracts.matrix.rulebook import ROWS
from tests.factories.rulebook import founded_rulebook, rules_numbered
from tests.query_budget import Opened, asked_in, too_dear
from tests.rulebook.test_versions import adopted, member
from tests.world import World

MOST = 12
"""Queries of one page, with the session and who asks."""


def of_a_version(parts: int) -> Iterator[Opened]:
    """Versions that superseded it are many; one more is open for consultation."""
    world, founding = World(), founded_rulebook()
    for number in range(1, parts + 1):
        put_in_force(version=adopted(f"1.{number}"), by=SYSTEM)
    open_consultation(version=propose_version(rules=rules_numbered("2.0"), by=member()), by=member())
    for name in ("rulebook:version", "rulebook:document"):
        for who in ("anonymous", "applicant", "case_officer"):
            yield Opened((name, who), world.client(who), reverse(name, args=[founding.version]))


@pytest.mark.django_db
def test_pages_cost_the_same_with_many_versions() -> None:
    few, many = asked_in(of_a_version)
    wrong = too_dear(few, many, most=MOST)
    assert not wrong, wrong
    assert not unheld(ROWS, many)
