"""Observers of deeds: told at the end and inside the transaction, never of what was taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import pytest

from portal.accounts.actions.organisation import amend_organisation, close_organisation, register_organisation
from portal.accounts.models import Organisation
from portal.core.actors import SYSTEM, Actor
from portal.core.observers import Happening, ignore, observe
from portal.core.verdicts import Refused
from portal.ledger.models import Entry
from portal.workflow import deed, tell_observers
from tests.factories.accounts import make_organisation

pytestmark = pytest.mark.django_db
ADMIN = Actor(kind="person", roles=frozenset({"system_administrator"}), name="An administrator")


class Listener:
    def __init__(self) -> None:
        self.calls: list[list[Happening]] = []

    def __call__(self, happenings: Sequence[Happening]) -> None:
        self.calls.append(list(happenings))

    @property
    def verbs(self) -> list[str]:
        return [happening.verb for call in self.calls for happening in call]


@pytest.fixture
def listener() -> Iterator[Listener]:
    heard = Listener()
    observe(["organisation"], heard)
    observe(["organisation"], heard)
    yield heard
    ignore(heard)


def rename(body: Organisation, name: str) -> None:
    amend_organisation(organisation=body, name=name, website="", by=SYSTEM)


def test_an_observer_hears_once_of_a_deed_with_all_that_happened_in_it(listener: Listener) -> None:
    body = make_organisation()
    listener.calls.clear()
    with deed():
        rename(body, "Another name")
        close_organisation(organisation=body, reason="It ended", by=ADMIN)
        assert not listener.calls, "only at the end"
    assert len(listener.calls) == 1
    closed = listener.calls[0][1]
    assert listener.verbs == ["amend", "close"]
    assert (closed.noun, closed.before, closed.after, closed.detail["reason"]) == (
        "organisation", "active", "closed", "It ended",
    )  # fmt: skip


def test_an_observer_hears_nothing_of_a_deed_that_was_refused_inside_another(listener: Listener) -> None:
    body = make_organisation()
    listener.calls.clear()
    with deed():
        rename(body, "Another name")
        with suppress(Refused), deed():
            rename(body, "A third name")
            close_organisation(organisation=body, reason="It ended", by=SYSTEM)
    assert listener.verbs == ["amend"]


def test_what_an_observer_raises_undoes_the_deed() -> None:
    def refuse(happenings: Sequence[Happening]) -> None:
        raise RuntimeError("no room")

    body, entries = make_organisation(), Entry.objects.count()
    observe(["organisation"], refuse)
    try:
        with pytest.raises(RuntimeError):
            rename(body, "Another name")
    finally:
        ignore(refuse)
    body.refresh_from_db()
    assert body.name != "Another name"
    assert Entry.objects.count() == entries


def test_an_observer_may_do_a_deed_of_its_own_and_others_hear_of_that_one(listener: Listener) -> None:
    def found_another(happenings: Sequence[Happening]) -> None:
        if any(happening.verb == "close" for happening in happenings):
            register_organisation(name="The successor", kind="provider", jurisdiction="NO", by=SYSTEM)

    body = make_organisation()
    listener.calls.clear()
    observe(["organisation"], found_another)
    try:
        close_organisation(organisation=body, reason="It ended", by=ADMIN)
    finally:
        ignore(found_another)
    assert listener.verbs == ["close", "register"]
    assert Entry.objects.latest("seq").verb == "organisation.register"


def test_observers_can_be_told_before_the_end_and_are_not_told_again(listener: Listener) -> None:
    body = make_organisation()
    listener.calls.clear()
    with deed():
        rename(body, "First name")
        tell_observers()
        assert listener.verbs == ["amend"]
        rename(body, "Second name")
    assert listener.verbs == ["amend", "amend"]
