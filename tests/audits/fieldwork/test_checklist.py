"""The checklist: saved control by control, by several auditors at once, and nothing that anybody wrote is lost."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from audits.actions.audit import assign_auditor
from audits.actions.fieldwork import Answer, record_results, record_what_fits
from audits.models import Audit, Check, CheckResult, WorkingNote
from portal.core.actors import Actor
from portal.core.verdicts import Conflict
from portal.ledger.verify import verify
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, audit_in_fieldwork, catalogue_of, qualified
from tests.factories.rulebook import founded_rulebook
from tests.world import client_for


@pytest.fixture
def audit(stage: Stage) -> Audit:
    return audit_in_fieldwork(stage, catalogue=catalogue_of(families=1, controls=3))[1]


@pytest.fixture
def colleague(audit: Audit, stage: Stage) -> Actor:
    other = make_member(stage.cast.authority, "auditor")
    assign_auditor(audit=audit, auditor=other.user, by=stage.officer)
    return other


@pytest.fixture
def checks(audit: Audit) -> list[Check]:
    return list(audit.checks.select_related("control").order_by("position"))


def url_of(audit: Audit, check: Check) -> str:
    return f"/admin/audits/audit/{audit.pk}/checklist/{check.control.group_id}/"


def said(check: Check, result: str, note: str = "", version: int = 0) -> dict[str, Any]:
    key = check.pk.hex
    return {f"result_{key}": result, f"note_{key}": note, f"version_{key}": str(version)}


def test_one_control_is_saved_and_the_words_at_the_others_stay(audit: Audit, stage: Stage, checks: list[Check]) -> None:
    client, (first, second, _third) = client_for(stage.auditor), checks
    sent = said(first, "met", "Seen.") | said(second, "", "Half a sentence") | {"save": first.pk.hex}
    page = client.post(url_of(audit, first), sent)
    first.refresh_from_db()
    second.refresh_from_db()
    assert page.status_code == 200
    assert (first.result, first.note, first.version) == ("met", "Seen.", 1)
    assert (second.result, second.version) == ("", 0)
    text = page.content.decode()
    assert "Half a sentence" in text
    assert "Saved at" in text
    assert f'name="version_{first.pk.hex}" value="1"' in text


def test_a_script_gets_the_one_control_back(audit: Audit, stage: Stage, checks: list[Check]) -> None:
    client, first = client_for(stage.auditor), checks[0]
    page = client.post(
        url_of(audit, first), said(first, "met") | {"save": first.pk.hex}, headers={"HX-Request": "true"}
    )
    text = page.content.decode()
    assert text.lstrip().startswith("<section")
    assert f"control-{checks[1].pk}" not in text


def test_what_is_missing_is_said_at_that_control_alone(audit: Audit, stage: Stage, checks: list[Check]) -> None:
    client, (first, second, _third) = client_for(stage.auditor), checks
    sent = said(first, "not_met") | said(second, "not_met") | {"save": first.pk.hex}
    page = client.post(url_of(audit, first), sent)
    assert list(page.context["form"].errors) == [f"note_{first.pk.hex}"]


def test_a_clash_shows_both_texts(audit: Audit, stage: Stage, colleague: Actor, checks: list[Check]) -> None:
    client, first = client_for(stage.auditor), checks[0]
    record_results(audit=audit, answers=[Answer(first.pk, "not_met", "Their words", 0)], by=colleague)
    page = client.post(url_of(audit, first), said(first, "met", "My words") | {"save": first.pk.hex})
    text = page.content.decode()
    assert page.status_code == 409
    assert "Their words" in text
    assert "My words" in text
    assert str(colleague.user) in text
    first.refresh_from_db()
    assert (first.result, first.note) == ("not_met", "Their words")
    # Whoever saves now has seen what stands there; theirs stays among the results.
    done = client.post(url_of(audit, first), said(first, "met", "My words", 1) | {"save": first.pk.hex})
    assert done.status_code == 200
    kept = CheckResult.objects.filter(subject=first).order_by("version").values_list("note", flat=True)
    assert list(kept) == ["Their words", "My words"]


def test_both_texts_are_kept_where_one_wishes(
    audit: Audit, stage: Stage, colleague: Actor, checks: list[Check]
) -> None:
    client, first = client_for(stage.auditor), checks[0]
    record_results(audit=audit, answers=[Answer(first.pk, "partly", "Their words", 0)], by=colleague)
    client.post(url_of(audit, first), said(first, "not_met", "My words", 1) | {"both": first.pk.hex})
    first.refresh_from_db()
    assert (first.result, first.note) == ("not_met", "Their words\n\nMy words")


def test_my_words_become_a_working_note_where_theirs_stand(
    audit: Audit, stage: Stage, colleague: Actor, checks: list[Check]
) -> None:
    client, first = client_for(stage.auditor), checks[0]
    record_results(audit=audit, answers=[Answer(first.pk, "partly", "Their words", 0)], by=colleague)
    client.post(url_of(audit, first), said(first, "not_met", "My words", 1) | {"theirs": first.pk.hex})
    first.refresh_from_db()
    assert (first.result, first.note) == ("partly", "Their words")
    assert "My words" in WorkingNote.objects.get(tested=first).text


def test_of_a_whole_page_everything_but_the_clash_is_saved(
    audit: Audit, stage: Stage, colleague: Actor, checks: list[Check]
) -> None:
    client, (first, second, third) = client_for(stage.auditor), checks
    record_results(audit=audit, answers=[Answer(second.pk, "partly", "Their words", 0)], by=colleague)
    sent = said(first, "met") | said(second, "not_met", "My words") | said(third, "met")
    page = client.post(url_of(audit, first), sent)
    assert page.status_code == 409
    assert "My words" in page.content.decode()
    assert list(audit.checks.order_by("position").values_list("result", flat=True)) == ["met", "partly", "met"]


def test_a_control_of_another_audit_is_not_saved(audit: Audit, stage: Stage, checks: list[Check]) -> None:
    _, other = audit_in_fieldwork(qualified(jurisdiction="SE"))
    foreign = other.checks.first()
    assert foreign is not None
    client_for(stage.auditor).post(
        url_of(audit, checks[0]), said(foreign, "met") | said(checks[0], "met") | {"save": foreign.pk.hex}
    )
    foreign.refresh_from_db()
    assert foreign.result == ""


def test_colleagues_who_are_not_assigned_are_kept_out(audit: Audit, stage: Stage, checks: list[Check]) -> None:
    for who in (stage.officer, make_member(stage.cast.authority, "auditor")):
        client: Client = client_for(who)
        answer = client.post(url_of(audit, checks[0]), said(checks[0], "met") | {"save": checks[0].pk.hex})
        assert answer.status_code in (403, 404)
    assert not audit.checks.exclude(result="").exists()


@pytest.mark.django_db(transaction=True)
def test_auditors_at_once_lose_no_update() -> None:
    """Four auditors, each with all controls in hand, on real connections: each control is recorded once, by one."""
    founded_rulebook()
    stage, audit = audit_in_fieldwork(qualified(), catalogue=catalogue_of(families=2, controls=4))
    people = [stage.auditor, *(make_member(stage.cast.authority, "auditor") for _ in range(3))]
    for who in people[1:]:
        assign_auditor(audit=audit, auditor=who.user, by=stage.officer)
    ids = list(audit.checks.order_by("position").values_list("pk", flat=True))
    together = threading.Barrier(len(people))
    lost: list[Any] = []

    def work(number: int, who: Actor) -> None:
        mine = Audit.objects.get(pk=audit.pk)
        together.wait()
        try:
            for pk in ids[number:] + ids[:number]:
                try:
                    lost.extend(record_what_fits(audit=mine, answers=[Answer(pk, "met", f"By {number}", 0)], by=who))
                except Conflict:
                    lost.append(None)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results = CheckResult.objects.filter(subject__audit=audit)
    assert results.count() == len(ids) == audit.checks.filter(version=1).count()
    assert len(lost) == len(ids) * (len(people) - 1)
    assert all(clash.theirs.note != clash.mine.note for clash in lost)
    assert list(verify()) == []
