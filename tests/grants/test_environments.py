"""Environments: statements answered, accredited for a time, suspended by any change until an authority has looked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from grants import tasks
from grants.actions.accreditation import accept_change, accredit_environment, send_back, suspend_environment
from grants.actions.environment import attest_environment, attest_statements, change_environment
from grants.actions.statement import adopt_catalogue, import_statements
from grants.catalogues import BASELINE, read_statements
from grants.models import Accreditation, Attestation, Environment, StatementCatalogue
from grants.queries.decision import decide
from grants.queries.environment import facts_of, last_accreditation
from grants.queries.statement import grouped, safeguards_of, stated
from grants.rules.attestation import Answer, changes, drifts
from grants.views.attested import attested_context
from partners.actions.evidence import upload_evidence
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import Conflict, Refused
from portal.local import machine
from portal.notifications.models import Notice
from portal.rulebook.queries import rules
from tests.factories import grants as make
from tests.factories.accounts import make_member
from tests.factories.partners import Cast

GONE = "environment_not_accredited"
METS = Answer("met", "As described in section 4.")


def code_of(refusal: pytest.ExceptionInfo[Any]) -> str:
    return str(refusal.value.verdict.code)


def satre() -> bytes:
    folder = machine.shared_data()
    assert folder is not None
    return (Path(folder) / "satre" / "specification.yaml").read_bytes()


def document_of(environment: Environment, by: Actor, name: str = "plan.txt", content: bytes = b"A plan.\n") -> Any:
    upload = SimpleUploadedFile(name, content)
    return upload_evidence(institution=environment.institution, upload=upload, by=by, about=environment.pk)


def everything(environment: Environment, answer: Answer = METS) -> dict[Any, Answer]:
    return {row.key: answer for row in stated(environment)}


def number_of(kind: str) -> int:
    return Notice.objects.filter(kind=kind).count()


# --- statements ------------------------------------------------------------------------------------


def test_every_safeguard_of_the_rulebook_has_statements_in_the_baseline(partner: Cast) -> None:
    read = read_statements(BASELINE.read_bytes(), form="scheme")
    assert [row.safeguard for row in read.statements if row.importance == "mandatory"]
    assert {row.safeguard for row in read.statements} == {item.key for item in rules().scope.safeguards}
    assert read.skipped == []


def test_a_new_environment_answers_the_baseline_and_nothing_is_answered(partner: Cast) -> None:
    environment = make.make_environment(partner.institution, partner.applicant, attested=False)
    rows = stated(environment)
    assert {row.key[0] for row in rows} == {"baseline"}
    assert not any(row.attestation for row in rows)
    assert safeguards_of([environment.pk])[environment.pk] == frozenset()


def test_one_statement_not_met_leaves_its_safeguard_unmet(partner: Cast) -> None:
    environment = make.make_environment(partner.institution, partner.applicant)
    attest_statements(
        environment=environment, answers={("baseline", "log-2"): Answer("not_met", "Not yet.")}, by=partner.applicant
    )
    met = safeguards_of([environment.pk])[environment.pk]
    assert "logging" not in met
    assert "rate_limiting" in met


def test_a_recommended_statement_not_met_does_not(partner: Cast) -> None:
    environment = make.make_environment(partner.institution, partner.applicant)
    attest_statements(environment=environment, answers={("baseline", "log-5"): Answer("not_met")}, by=partner.applicant)
    assert "logging" in safeguards_of([environment.pk])[environment.pk]


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({("baseline", "nothing-9"): METS}, "unknown_statement"),
        ({("satre", "1.1.01"): METS}, "unknown_statement"),
        ({("baseline", "log-1"): Answer("perhaps", "So.")}, "unknown_term"),
        ({("baseline", "log-1"): Answer("met", "  ")}, "no_how"),
        ({("baseline", "log-1"): Answer("met", "As described.")}, "nothing_new"),
    ],
)
def test_what_is_no_answer_is_refused(partner: Cast, answers: dict[Any, Answer], code: str) -> None:
    environment = make.make_environment(partner.institution, partner.applicant)
    with pytest.raises(Refused) as refusal:
        attest_statements(environment=environment, answers=answers, by=partner.applicant)
    assert code_of(refusal) == code


def test_a_document_of_another_institution_or_environment_shows_nothing(partner: Cast) -> None:
    environment = make.make_environment(partner.institution, partner.applicant)
    other = make.make_environment(partner.institution, partner.applicant)
    document = document_of(other, partner.applicant)
    answer = Answer("met", "See the plan.", frozenset({document.pk}))
    with pytest.raises(Refused) as refusal:
        attest_statements(environment=environment, answers={("baseline", "log-1"): answer}, by=partner.applicant)
    assert code_of(refusal) == "no_document"


HOSTILE = [
    ("plan.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
    ("plan.pdf", b"MZ\x90\x00 this is a program"),
    ("plan.pdf", b"%PDF-1.7\n<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>\n%%EOF"),
    ("plan.txt", b"\x00\x01\x02\x03"),
    ("plan.html", b"<html><body onload=alert(1)></body></html>"),
    ("plan.zip", b"PK\x03\x04not really"),
    ("plan.txt", b""),
]


@pytest.mark.parametrize(("name", "content"), HOSTILE, ids=[f"{name}-{len(body)}" for name, body in HOSTILE])
def test_a_hostile_upload_is_refused_and_shows_nothing(partner: Cast, name: str, content: bytes) -> None:
    environment = make.make_environment(partner.institution, partner.applicant)
    document = document_of(environment, partner.applicant, name, content)
    assert document.state == "refused"
    assert document.reason
    answer = Answer("met", "See the plan.", frozenset({document.pk}))
    with pytest.raises(Refused) as refusal:
        attest_statements(environment=environment, answers={("baseline", "log-1"): answer}, by=partner.applicant)
    assert code_of(refusal) == "no_document"


def test_attestations_and_accreditations_are_never_rewritten(made: make.GrantCast) -> None:
    for model in (Attestation, Accreditation):
        assert model._default_manager.exists()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {model._meta.db_table} SET id = id")


# --- accreditation ---------------------------------------------------------------------------------


def test_nothing_is_accredited_before_every_mandatory_statement_is_answered(partner: Cast) -> None:
    environment = make.make_environment(partner.institution, partner.applicant, attested=False)
    answers = everything(environment)
    del answers["baseline", "ret-2"]
    attest_statements(environment=environment, answers=answers, by=partner.applicant)
    with pytest.raises(Refused) as refusal:
        accredit_environment(environment=environment, by=partner.officer)
    assert code_of(refusal) == "statements_open"
    attest_statements(environment=environment, answers={("baseline", "ret-2"): METS}, by=partner.applicant)
    accredit_environment(environment=environment, by=partner.officer)
    assert environment.state == "accredited"


def test_an_accreditation_keeps_what_was_accepted(partner: Cast) -> None:
    environment = make.make_environment(partner.institution, partner.applicant)
    accredit_environment(environment=environment, by=partner.officer, note="Seen on site.")
    kept = last_accreditation(environment)
    assert kept is not None
    assert kept.facts == facts_of(environment)
    assert kept.digest == environment.facts_digest
    assert (kept.until, kept.by, kept.body) == (environment.accredited_until, partner.officer.user, partner.authority)


def test_an_officer_accredits_exactly_what_was_read(partner: Cast) -> None:
    environment = make.make_environment(partner.institution, partner.applicant)
    read = environment.facts_digest
    attest_statements(
        environment=environment, answers={("baseline", "log-2"): Answer("met", "Otherwise.")}, by=partner.applicant
    )
    with pytest.raises(Conflict) as refusal:
        accredit_environment(environment=environment, by=partner.officer, seen=read)
    assert code_of(refusal) == "facts_changed"
    accredit_environment(environment=environment, by=partner.officer, seen=environment.facts_digest)


def test_an_institution_cannot_accredit_itself(partner: Cast) -> None:
    environment = make.make_environment(partner.institution, partner.applicant)
    with pytest.raises(Refused) as refusal:
        accredit_environment(environment=environment, by=partner.applicant)
    assert code_of(refusal) == "wrong_role"


def test_sending_back_says_why_and_changes_nothing_else(partner: Cast) -> None:
    environment = make.make_environment(partner.institution, partner.applicant)
    send_back(environment=environment, remark="Say who keeps the keys.", by=partner.officer)
    assert (environment.state, environment.remark) == ("attested", "Say who keeps the keys.")
    assert number_of("environment_sent_back") >= 1
    attest_statements(environment=environment, answers={("baseline", "log-2"): METS}, by=partner.applicant)
    assert environment.remark == ""


def test_suspending_takes_a_reason_and_stops_access(made: make.GrantCast) -> None:
    with pytest.raises(Refused) as refusal:
        suspend_environment(environment=made.environment, reason=" ", by=made.officer)
    assert code_of(refusal) == "no_reason"
    suspend_environment(environment=made.environment, reason="Logs were lost.", by=made.officer)
    assert decide(made.question()).code == GONE
    assert made.environment.suspended_why == "Logs were lost."
    assert number_of("environment_suspended") >= 1


# --- drift -----------------------------------------------------------------------------------------


def _statement(made: make.GrantCast) -> None:
    answers = {("baseline", "iso-1"): Answer("met", "One more service is on the list.")}
    attest_statements(environment=made.environment, answers=answers, by=made.applicant)


def _document(made: make.GrantCast) -> None:
    document = document_of(made.environment, made.applicant)
    answers = {("baseline", "iso-1"): Answer("met", "As described.", frozenset({document.pk}))}
    attest_statements(environment=made.environment, answers=answers, by=made.applicant)


def _place(field: str, value: str) -> Callable[[make.GrantCast], None]:
    def change(made: make.GrantCast) -> None:
        found = made.environment
        now = {name: getattr(found, name) for name in ("name", "country", "owner", "description")}
        change_environment(environment=found, by=made.applicant, **{**now, field: value})

    return change


@pytest.mark.parametrize(
    "change",
    [_statement, _document, _place("country", "SE"), _place("owner", "Somebody else")],
    ids=["statement", "document", "country", "owner"],
)
def test_any_change_to_an_attested_fact_stops_access_until_looked_at(
    made: make.GrantCast, change: Callable[[make.GrantCast], None]
) -> None:
    assert decide(made.question()).permitted
    until = made.environment.accredited_until
    change(made)
    assert made.environment.state == "suspended"
    assert decide(made.question()).code == GONE
    assert number_of("environment_drift") >= 1
    accept_change(environment=made.environment, by=made.officer, seen=made.environment.facts_digest)
    assert decide(made.question()).permitted
    assert made.environment.accredited_until == until


def test_name_and_description_are_no_attested_facts(made: make.GrantCast) -> None:
    _place("name", "Fjell laboratory, east wing")(made)
    _place("description", "Twelve hosts.")(made)
    assert made.environment.state == "accredited"
    assert decide(made.question()).permitted


def test_an_officer_sees_what_was_accredited_beside_what_is_attested_now(made: make.GrantCast) -> None:
    _statement(made)
    _place("owner", "Somebody else")(made)
    found = attested_context(made.environment, last_accreditation(made.environment))["changes"]
    assert [item.what for item in found] == ["Answers for it", "iso-1"]
    assert (found[0].before, found[0].now) == (["Head of laboratory"], ["Somebody else"])
    assert found[1].before == ["Met", "As described."]
    assert found[1].now == ["Met", "One more service is on the list."]


def test_a_change_taken_back_is_looked_at_all_the_same(made: make.GrantCast) -> None:
    _place("country", "SE")(made)
    _place("country", "NO")(made)
    assert made.environment.state == "suspended"
    assert decide(made.question()).code == GONE


def test_a_change_is_not_accepted_once_the_accreditation_is_over(made: make.GrantCast) -> None:
    _statement(made)
    with time_machine.travel(clock.now() + timedelta(days=1200), tick=False), pytest.raises(Refused) as refusal:
        accept_change(environment=made.environment, by=made.officer)
    assert code_of(refusal) == "no_accreditation"


@pytest.mark.parametrize(
    ("state", "before", "value", "expected"),
    [
        ("registered", False, "not_met", False),
        ("attested", True, "not_met", False),
        ("expired", True, "met", False),
        ("accredited", True, "met", True),
        ("accredited", True, "exceeds", True),
        ("accredited", False, "met", False),
        ("accredited", False, "not_met", True),
        ("suspended", False, "met", True),
    ],
)
def test_what_counts_as_drift(state: str, before: bool, value: str, expected: bool) -> None:
    key = ("baseline", "log-1")
    fresh = {key: Answer(value, "How.")}
    assert drifts(state, fresh, {key: Answer("met", "Before.")} if before else {}, {key}) is expected


def test_differences_name_what_was_added_and_what_went() -> None:
    before = {"country": "NO", "owner": "A", "answers": {"k:1": {"value": "met"}, "k:2": {"value": "met"}}}
    now = {"country": "NO", "owner": "A", "answers": {"k:2": {"value": "met"}, "k:3": {"value": "met"}}}
    found = changes(before, now)
    assert [(item.what, bool(item.before), bool(item.now)) for item in found] == [
        ("k:1", True, False),
        ("k:3", False, True),
    ]


# --- the end of an accreditation -------------------------------------------------------------------


def test_reminders_come_once_for_each_range_and_a_missed_day_loses_none(made: make.GrantCast) -> None:
    until = made.environment.accredited_until
    assert until is not None
    told = []
    for left in (61, 59, 58, 29, 3, 2, 0):
        with time_machine.travel(_noon(until - timedelta(days=left)), tick=False):
            tasks.announce_accreditations()
            made.environment.refresh_from_db()
            told.append(made.environment.notice_sent)
    assert told == [None, 60, 60, 30, 7, 7, 7]
    assert number_of("environment_accreditation_ending") % 3 == 0


def test_an_accreditation_ends_with_its_last_day_swept_or_not(made: make.GrantCast) -> None:
    until = made.environment.accredited_until
    assert until is not None
    with time_machine.travel(_noon(until + timedelta(days=1)), tick=False):
        question = made.question(today=until + timedelta(days=1))
        assert not decide(question).permitted
        tasks.expire_accreditations()
        tasks.expire_accreditations()
        made.environment.refresh_from_db()
        assert made.environment.state == "expired"
        heard = set(Notice.objects.filter(kind="environment_accreditation_run_out").values_list("recipient", flat=True))
        assert {made.applicant.user_id, made.officer.user_id, made.staff.user_id} <= heard
        accredit_environment(environment=made.environment, by=made.officer)
        assert made.environment.state == "accredited"


def _noon(day: Any) -> str:
    return f"{day.isoformat()}T12:00:00Z"


# --- other catalogues ------------------------------------------------------------------------------

SMALL = """
title: Small
version: "{version}"
groups:
  - key: people
    title: People
    statements:
{rows}
"""


def small(version: str, **texts: str) -> Any:
    rows = "\n".join(f"      - id: {key}\n        text: {text}" for key, text in texts.items())
    return read_statements(SMALL.format(version=version, rows=rows).encode(), form="scheme")


def test_an_adopted_catalogue_is_answered_beside_the_baseline(partner: Cast) -> None:
    environment = make.make_environment(partner.institution, partner.applicant)
    catalogue = import_statements(key="small", read=small("1", a="People are trained."), by=SYSTEM)
    adopt_catalogue(environment=environment, catalogue=catalogue, by=partner.applicant)
    with pytest.raises(Refused) as refusal:
        accredit_environment(environment=environment, by=partner.officer)
    assert code_of(refusal) == "statements_open"
    attest_environment(environment=environment, values={"small:people": ("met", "Every year.")}, by=partner.applicant)
    accredit_environment(environment=environment, by=partner.officer)
    with pytest.raises(Refused) as refusal:
        adopt_catalogue(environment=environment, catalogue=catalogue, by=partner.applicant)
    assert code_of(refusal) == "nothing_new"


def test_a_newer_version_keeps_answers_and_says_what_is_new(partner: Cast) -> None:
    environment = make.make_environment(partner.institution, partner.applicant)
    first = import_statements(key="small", read=small("1", a="One.", b="Two.", c="Three."), by=SYSTEM)
    adopt_catalogue(environment=environment, catalogue=first, by=partner.applicant)
    attest_environment(environment=environment, values={"people": ("met", "So.")}, by=partner.applicant)
    accredit_environment(environment=environment, by=partner.officer)
    second = import_statements(key="small", read=small("2", a="One.", b="Two, and more.", d="Four."), by=SYSTEM)
    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "in_use")
    rows = {row.key[1]: row for row in stated(environment) if row.key[0] == "small"}
    assert list(rows) == ["a", "b", "d"]
    assert {key: (row.value, row.is_new, row.is_stale) for key, row in rows.items()} == {
        "a": ("met", False, False),
        "b": ("met", False, True),
        "d": ("", True, False),
    }
    environment.refresh_from_db()
    assert environment.state == "accredited", "what was accepted has not changed"
    assert number_of("environment_new_statements") >= 1
    attest_statements(environment=environment, answers={("small", "d"): METS}, by=partner.applicant)
    assert environment.state == "accredited", "a first answer to a new statement is no drift"
    attest_statements(environment=environment, answers={("small", "b"): Answer("met", "So.")}, by=partner.applicant)
    assert environment.state == "suspended", "an answer to other words is"


def test_the_same_file_again_is_nothing_new_and_another_one_of_the_same_version_is_refused(partner: Cast) -> None:
    first = import_statements(key="small", read=small("1", a="One."), by=SYSTEM)
    assert import_statements(key="small", read=small("1", a="One."), by=SYSTEM) == first
    with pytest.raises(ValueError, match="there already"):
        import_statements(key="small", read=small("1", a="Other."), by=SYSTEM)
    assert StatementCatalogue.objects.filter(key="small").count() == 1


@pytest.mark.shared_data
def test_satre_is_imported_whole_and_all_of_its_mandatory_statements_must_be_answered(partner: Cast) -> None:
    read = read_statements(satre(), form="satre", title="SATRE", version="2.0.0")
    assert (len(read.statements), read.skipped) == (185, [])
    catalogue = import_statements(key="satre", read=read, by=SYSTEM, source="specification.yaml")
    assert (catalogue.statement_count, catalogue.mandatory_count) == (185, 95)
    environment = make.make_environment(partner.institution, partner.applicant)
    adopt_catalogue(environment=environment, catalogue=catalogue, by=partner.applicant)
    mandatory = [row.key for row in stated(environment) if row.key[0] == "satre" and row.statement.is_mandatory]
    assert len(mandatory) == 95
    answers = dict.fromkeys(mandatory[1:], METS)
    attest_statements(environment=environment, answers=answers, by=partner.applicant)
    with pytest.raises(Refused) as refusal:
        accredit_environment(environment=environment, by=partner.officer)
    assert code_of(refusal) == "statements_open"
    attest_statements(environment=environment, answers={mandatory[0]: METS}, by=partner.applicant)
    accredit_environment(environment=environment, by=partner.officer)
    assert environment.state == "accredited"
    chapters = [group for group in grouped(stated(environment)) if group.catalogue.key == "satre"]
    assert sum(len(group.rows) for group in chapters) == 185
    assert all(group.open_mandatory == 0 for group in chapters)


def test_only_the_institutions_own_applicants_attest(partner: Cast) -> None:
    environment = make.make_environment(partner.institution, partner.applicant)
    stranger = make.qualified().applicant
    for by in (stranger, partner.officer, make_member(partner.institution.organisation, "representative")):
        with pytest.raises(Refused):
            attest_statements(environment=environment, answers={("baseline", "log-1"): METS}, by=by)
