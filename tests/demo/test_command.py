"""The command that prepares the demonstration, on a small story."""

from __future__ import annotations

import json
import random

import pytest
from django.core.management import call_command
from django.test import Client

from audits.models import Incident
from grants.models import Grant
from partners.models import Application
from portal.accounts.models import Organisation, User
from portal.core.actors import SYSTEM
from portal.core.identifiers import clean_lei, clean_ror
from portal.demo import signins, story
from portal.demo.extras import institutions
from portal.demo.identifiers import make_lei, make_ror
from portal.demo.timeline import Timeline
from portal.ledger.models import Entry
from portal.rulebook.actions.version import found_rulebook
from tests.demo.conftest import Lines

pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.django_db]


def digest() -> list[tuple[str, ...]]:
    """What must be the same for the same seed: references, names, states."""
    found = [("A", *row) for row in Application.objects.values_list("reference", "state", "tier")]
    found += [("G", *row) for row in Grant.objects.values_list("reference", "state")]
    found += [("I", *row) for row in Incident.objects.values_list("reference", "state")]
    found += [("U", *row) for row in User.objects.values_list("email", "name")]
    return sorted(found)


def test_the_same_seed_tells_the_same_story(settings, tmp_path, monkeypatch) -> None:
    from django.db import transaction

    monkeypatch.setenv("DEMO_FILE", str(tmp_path / "demo.json"))
    settings.DEMO = True
    told = []
    for _ in range(2):
        point = transaction.savepoint()
        call_command("prepare_demo", institutions=1, stdout=Lines())
        told.append(digest())
        transaction.savepoint_rollback(point)
    assert told[0] == told[1]
    assert len(told[0]) > 40


def test_outside_a_demonstration_nothing_is_done(settings) -> None:
    settings.DEMO = False
    out = Lines()
    call_command("prepare_demo", stdout=out)
    assert not Organisation.objects.exists()
    assert "nothing was done" in out[0]


def test_a_record_with_other_entries_is_left_alone(settings) -> None:
    settings.DEMO = True
    found_rulebook(by=SYSTEM)
    before, out = Entry.objects.count(), Lines()
    call_command("prepare_demo", stdout=out)
    assert Entry.objects.count() == before
    assert "make reset" in out[0]


def test_the_page_is_not_there_outside_a_demonstration(settings) -> None:
    settings.DEMO = False
    assert Client().get("/demo/").status_code == 404


def test_the_page_says_so_where_no_file_is(settings, tmp_path, monkeypatch) -> None:
    settings.DEMO = True
    monkeypatch.setenv("DEMO_FILE", str(tmp_path / "none.json"))
    page = Client().get("/demo/")
    assert page.status_code == 200
    assert b"There are no sign-ins" in page.content


def test_identifiers_that_nobody_has_are_well_formed() -> None:
    rng = random.Random(7)
    for _ in range(200):
        lei, ror = make_lei(rng), make_ror(rng)
        assert clean_lei(lei) == lei
        assert clean_ror(ror) == ror


def test_a_larger_story_has_more_institutions_of_other_names() -> None:
    bodies = [body for _number, body in institutions(5, None, random.Random(1))]
    assert len(bodies) == 200
    assert len({(body.name, body.jurisdiction) for body in bodies}) == 200
    assert len({body.domain for body in bodies}) == 200


def test_stories_go_on_in_the_order_of_time() -> None:
    from datetime import UTC, datetime, timedelta

    from portal.core import clock

    start, told = datetime(2025, 3, 1, 9, tzinfo=UTC), []

    def one(name, hours):
        for step in range(3):
            told.append((clock.now(), name, step))
            yield clock.now() + timedelta(hours=hours)

    timeline = Timeline(start + timedelta(hours=9))
    timeline.tell(one("a", 5), start)
    timeline.tell(one("b", 2), start + timedelta(hours=1))
    timeline.run()
    assert told == sorted(told)
    assert [name for _at, name, _step in told] == ["a", "b", "b", "a", "b"]


def test_secrets_are_the_seeds_own(settings) -> None:
    one, two = (story.Stage(seed=seed, present=None, timeline=None) for seed in (1, 2))  # type: ignore[arg-type]
    assert signins.secret_for(one, "a@b.example") == signins.secret_for(one, "a@b.example")
    assert signins.secret_for(one, "a@b.example") != signins.secret_for(two, "a@b.example")
    assert json.dumps(signins.secret_for(one, "a@b.example")).isascii()


def test_a_story_that_breaks_off_keeps_what_it_did_and_the_others_go_on(caplog) -> None:
    from datetime import UTC, datetime, timedelta

    from portal.accounts.actions.organisation import register_organisation
    from portal.core import clock
    from portal.workflow import deed

    start = datetime(2025, 3, 3, 9, tzinfo=UTC)

    def register(name: str) -> None:
        register_organisation(kind="authority", name=name, jurisdiction="NO", by=SYSTEM)

    def breaks():
        register("Stays")
        yield clock.now() + timedelta(hours=2)
        with deed():
            register("Goes")
            raise ValueError("told wrongly")

    def goes_on():
        register("Another")
        yield clock.now() + timedelta(hours=3)
        register("One more")

    timeline = Timeline(start + timedelta(days=1))
    timeline.tell(breaks(), start)
    timeline.tell(goes_on(), start + timedelta(hours=1))
    timeline.run()
    assert set(Organisation.objects.values_list("name", flat=True)) == {"Stays", "Another", "One more"}
    assert Entry.objects.count() == 3
    assert timeline.broken == ["03 March 2025: told wrongly"]
    assert "broke off" in caplog.text
