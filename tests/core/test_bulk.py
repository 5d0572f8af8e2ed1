"""Many rows at once: the same rows by INSERT and by COPY, and every trigger fires."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from portal.core import bulk
from portal.ledger.models import Entry, Event, Node
from portal.ledger.verify import verify
from portal.workflow import deed
from tests.factories.accounts import make_organisation

pytestmark = pytest.mark.django_db


def test_what_copy_writes_is_read_back_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MANY", 1)
    made = make_organisation("institution", "Nordfjord \\. \t “Institute”\n\\N", "NO")
    entry = Entry.objects.get(object_id=made.pk)
    event = Event.objects.get(entry=entry)
    assert event.about[0] == made.pk
    assert len(event.salt) == 32
    assert list(verify()) == []


def test_both_ways_write_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = []
    for many in (1, 10_000):
        monkeypatch.setattr(bulk, "MANY", many)
        node = Node(level=60, index=many, hash=bytes(range(32)))
        bulk.insert(Node, [node])
        assert not node._state.adding
        rows.append(Node.objects.values_list("level", "hash").get(level=60, index=many))
    assert rows[0] == rows[1]


def test_nothing_is_nothing() -> None:
    bulk.insert(Node, [])


def test_copy_fires_the_triggers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row in a state that no row begins in is refused, whichever way it comes."""
    monkeypatch.setattr(bulk, "MANY", 1)
    one = make_organisation("institution", "Nordfjord", "NO")
    copy = type(one)(name="Another", kind="institution", jurisdiction="NO")
    copy.state = "nowhere"
    with pytest.raises(DatabaseError), transaction.atomic():
        bulk.insert(type(copy), [copy])


def test_a_deed_of_many_is_recorded_once_each() -> None:
    before = Entry.objects.count()
    with deed():
        for number in range(bulk.MANY + 5):
            make_organisation("institution", f"Institute {number}", "NO")
    assert Entry.objects.count() == before + bulk.MANY + 5
    assert list(verify()) == []
