"""After an update that counts something otherwise it is made anew by itself, and until then readers are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client

from portal.core import clock
from portal.dashboards.models import Cursor, Spell, Tally
from portal.dashboards.queries.kept import kept
from portal.dashboards.queries.monthly_report import due_months
from portal.dashboards.rollup import keep, texts
from portal.dashboards.rollup.keep import rebuild, renew_next
from portal.dashboards.rollup.sources import SOURCES, Source
from portal.dashboards.tasks import renew_rollups
from tests.dashboards.rollup.kept import everything, keep_all
from tests.factories.accounts import make_member, make_organisation
from tests.factories.audits import Stage, planned_audit, triaged_incident
from tests.world import client_for

pytestmark = pytest.mark.django_db
ANEW, BEHIND = b"being counted anew", b"These figures are behind"
Code = Callable[..., None]


@pytest.fixture
def code(monkeypatch: pytest.MonkeyPatch) -> Code:
    """Have the portal count by these sources, as if an earlier or later version of it ran."""

    def runs(*sources: Source) -> None:
        monkeypatch.setattr(keep, "SOURCES", sources)
        monkeypatch.setattr(texts, "SOURCES", sources)

    return runs


@pytest.fixture
def told(stage: Stage) -> Stage:
    """Some deeds on record."""
    planned_audit(stage)
    triaged_incident(stage, severity="high")
    return stage


@pytest.fixture
def board() -> Client:
    return client_for(make_member(make_organisation("oversight"), "oversight_member"))


def _named(name: str) -> Source:
    return next(one for one in SOURCES if one.name == name)


def _of(source: Source) -> int:
    return Spell.objects.filter(measure__in=source.measures).count()


INCIDENTS = next(one for one in SOURCES if "incidents_open" in one.measures)
BEFORE = replace(INCIDENTS, select=INCIDENTS.select.replace("'late'", "'too_late'").replace("'in_time'", "'on_time'"))
WITHOUT = tuple(one for one in SOURCES if one is not INCIDENTS)
EARLIER = tuple(BEFORE if one is INCIDENTS else one for one in SOURCES)


def test_every_source_has_a_name_and_a_text_of_its_own() -> None:
    assert len({one.name for one in SOURCES}) == len({texts.text_of(one) for one in SOURCES}) == len(SOURCES)
    assert texts.text_of(BEFORE) != texts.text_of(INCIDENTS)


def test_where_nothing_was_updated_there_is_nothing_to_do(told: Stage) -> None:
    keep_all()
    before = everything()
    assert kept().renewing == 0
    assert renew_next() == ""
    assert renew_rollups()["done"] == 0
    assert everything() == before


def test_what_was_counted_otherwise_is_made_anew(told: Stage, code: Code) -> None:
    code(*EARLIER)
    keep_all()
    assert Tally.objects.filter(measure="incidents_open", in_column="on_time").exists()
    code(*SOURCES)
    assert kept().renewing == 1
    assert renew_next() == INCIDENTS.name
    assert kept().renewing == 0
    found = everything()
    assert not Tally.objects.filter(measure="incidents_open", in_column="on_time").exists()
    rebuild()
    assert everything() == found


def test_what_was_not_counted_before_is_counted_from_the_beginning(told: Stage, code: Code) -> None:
    code(*WITHOUT)
    keep_all()
    assert not _of(INCIDENTS)
    code(*SOURCES)
    assert renew_rollups()["done"] == 1
    assert _of(INCIDENTS)
    found = everything()
    rebuild()
    assert everything() == found


def test_what_is_not_counted_any_more_is_dropped_and_nothing_else(told: Stage, code: Code) -> None:
    keep_all()
    others = Spell.objects.exclude(measure__in=INCIDENTS.measures).count()
    code(*WITHOUT)
    assert renew_next() == ""
    assert not _of(INCIDENTS)
    assert Spell.objects.count() == others > 0
    assert INCIDENTS.name not in Cursor.objects.get().made_by


def test_measure_that_goes_over_to_another_source_is_counted_once(told: Stage, code: Code) -> None:
    kept_name = replace(INCIDENTS, name="as it was called before")
    code(*(kept_name if one is INCIDENTS else one for one in SOURCES))
    keep_all()
    before = everything()
    code(*SOURCES)
    assert renew_next() == INCIDENTS.name
    assert everything() == before
    assert kept_name.name not in Cursor.objects.get().made_by


def test_sums_from_before_the_first_update_are_made_anew(told: Stage) -> None:
    """A database that was kept by a version which noted nothing."""
    keep_all()
    before = everything()
    Cursor.objects.update(made_by={})
    assert kept().renewing == len(SOURCES)
    assert renew_rollups()["done"] == len(SOURCES)
    assert everything() == before


def test_renewal_that_breaks_off_leaves_what_was_there(told: Stage, code: Code) -> None:
    code(*EARLIER)
    keep_all()
    before = everything()
    broken = replace(INCIDENTS, select=INCIDENTS.select + " LIMIT 'many'")
    code(*(broken if one is INCIDENTS else one for one in SOURCES))
    with pytest.raises(DatabaseError):
        renew_next()
    code(*EARLIER)
    assert everything() == before
    assert kept().renewing == 0


def test_readers_are_told_until_it_is_done_and_no_report_is_made(told: Stage, code: Code, board: Client) -> None:
    code(*EARLIER)
    keep_all()
    code(*SOURCES)
    with clock.at(clock.now() + timedelta(days=40)):
        for page in ("/oversight/", "/oversight/incidents/"):
            assert ANEW in board.get(page).content
        assert due_months() == []
        renew_next()
        for page in ("/oversight/", "/oversight/incidents/"):
            assert ANEW not in board.get(page).content
        assert due_months()


def test_readers_are_told_when_the_sums_are_behind(told: Stage, board: Client) -> None:
    keep_all()
    begun = clock.now()
    with clock.at(begun + timedelta(days=1)):
        planned_audit(told)
        assert BEHIND not in board.get("/oversight/").content
    with clock.at(begun + timedelta(days=1, minutes=11)):
        assert BEHIND in board.get("/oversight/").content
        assert BEHIND not in board.get(f"/oversight/?until={begun.date()}").content
        keep_all()
        assert BEHIND not in board.get("/oversight/").content
