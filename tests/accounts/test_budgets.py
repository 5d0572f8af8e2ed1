"""Pages of an organisation, a person or a machine cost as many queries with many parts as with one, whoever looks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.accounts.stories import of_bodies_and_people
from tests.contracts.details import unheld
from tests.contracts.matrix.accounts import ROWS
from tests.query_budget import Asked, asked_in, too_dear

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("budgets-accounts")]
MOST = 12
"""Queries of one page, with the session and who asks."""


@pytest.fixture(scope="module")
def asked(django_db_setup: None, django_db_blocker: Any) -> tuple[Asked, Asked]:
    """What every page of the story asks with few parts, and with many."""
    with django_db_blocker.unblock():
        return asked_in(of_bodies_and_people)


def test_pages_cost_the_same_with_many_parts(asked: tuple[Asked, Asked]) -> None:
    few, many = asked
    wrong = too_dear(few, many, most=MOST)
    assert not wrong, wrong


def test_every_page_is_held_for_everybody_who_may_see_it(asked: tuple[Asked, Asked]) -> None:
    assert not unheld(ROWS, asked[1])
