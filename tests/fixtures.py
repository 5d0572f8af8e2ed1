"""Fixtures that every test may use: clients for people and machines, and the world of personas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import sql
from django.core.management.commands import flush
from django.test import Client

from portal.core.actors import Actor
from tests import world as worlds


@pytest.fixture
def client_for(db: None) -> Callable[[Actor], Client]:
    """`client_for(actor)`: signed in as the actor, in their body, with a second factor unless their roles sleep."""
    return worlds.client_for


@pytest.fixture
def world(db: None) -> worlds.World:
    """Two bodies of each kind, and for every role an owner, a colleague and a stranger."""
    return worlds.World()


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_triggers() -> Iterator[None]:
    """Tests with real transactions empty the tables afterwards by TRUNCATE, which the append-only triggers refuse."""
    plain = flush.sql_flush

    def flushed(style: Any, connection: Any, *args: Any, **kwargs: Any) -> list[str]:
        statements = plain(style, connection, *args, **kwargs)
        if not statements:
            return statements
        return ["SET session_replication_role = replica", *statements, "SET session_replication_role = origin"]

    flush.sql_flush = flushed
    yield
    flush.sql_flush = sql.sql_flush


__all__ = ["client_for", "world"]
