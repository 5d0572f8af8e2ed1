"""An audit in OSCAL: what two validators that others wrote say of it, and that it says what the portal holds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from audits.actions.audit_report import draft_report, send_report
from audits.actions.catalogue import import_catalogue
from audits.actions.fieldwork import Answer, record_results
from audits.actions.finding import agree_plan, propose_plan, remediate_finding, verify_finding
from audits.models import Audit, Catalogue
from audits.oscal import CATALOG, PLAN, POAM, RESULTS, documents
from audits.oscal.parts import line, prose, token, uuid
from audits.oscal.poam import STATUS
from audits.queries.exports import audit_facts
from audits.states import FINDING
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.catalogues import read_catalogue
from tests.audits.exports.validators import Validators, findings
from tests.factories.audits import Stage, audit_in_fieldwork, finding_in

CSV = (
    b"id,title,statement,group,guidance\n"
    b'1.1,Doors,"Lock them.\nAll of them.",1 Places & more,At night.\n'
    b"1.2,\xc3\x9cbersicht,Have one.,1 Places & more,\n"
    b"a b/c,<b>Bold</b>,**Not** [markup](x).,,\n"
    b"x-9,Plain,Do it.,,\n"
)

OLDER = {"OSCAL_VERSION_DIFFERS"}
"""Said of every document older than the schema that is held against it: 1.1.2 is what other tools read today."""


@pytest.fixture(scope="session")
def validators() -> Validators:
    return Validators()


def table() -> Catalogue:
    read = read_catalogue(CSV, form="csv", title="A table", version="2 (draft)")
    return import_catalogue(key="table", read=read, by=SYSTEM, file_format="csv")


def every_result(stage: Stage, audit: Audit) -> None:
    """Every result there is, in turn."""
    results = ("met", "partly", "not_met", "not_applicable")
    answers = [
        Answer(check_id=check.pk, result=results[number % 4], note=f"Seen.\n\n  {number}  " * (number % 3), version=0)
        for number, check in enumerate(audit.checks.order_by("position"))
    ]
    record_results(audit=audit, answers=answers, by=stage.auditor)


def written(facts: Any, folder: Path) -> dict[str, Path]:
    folder.mkdir(exist_ok=True)
    made = {}
    for name, document in documents(facts).items():
        made[name] = folder / name
        made[name].write_text(json.dumps(document))
    return made


def held(audit: Audit) -> Audit:
    return Audit.objects.select_related("institution__organisation", "authority", "catalogue").get(pk=audit.pk)


def in_every_state(stage: Stage, audit: Audit) -> None:
    """Findings in every state but an accepted risk, which asks for signatures."""
    for steps in range(5):
        finding = finding_in(audit, stage.auditor)
        if steps > 0:
            propose_plan(finding=finding, plan="By Friday.\n\nAll of it.", by=stage.applicant)
        if steps > 1:
            agree_plan(finding=finding, by=stage.auditor)
        if steps > 2:
            remediate_finding(finding=finding, remediation="Done.", by=stage.applicant)
        if steps > 3:
            verify_finding(finding=finding, method="Seen.", by=stage.auditor)


@pytest.mark.parametrize("make", [table, None], ids=["from a table", "baseline"])
def test_both_validators_pass_what_is_exported_at_every_stage(
    stage: Stage, validators: Validators, tmp_path: Path, make: Any
) -> None:
    _, audit = audit_in_fieldwork(stage, catalogue=make() if make else None)
    check_all(validators, written(audit_facts(held(audit), inside=True), tmp_path / "begun"), tmp_path)
    every_result(stage, audit)
    in_every_state(stage, audit)
    draft_report(audit=audit, summary="Sound.\n\nMostly.", by=stage.auditor)
    send_report(audit=audit, by=stage.auditor)
    facts = audit_facts(held(audit), inside=True)
    accepted = replace(facts.findings[0], id=uuid4(), state="risk_accepted", accepted_until=clock.today())
    assert {finding.state for finding in facts.findings} | {accepted.state} == set(STATUS)
    made = written(replace(facts, findings=[*facts.findings, accepted]), tmp_path / "sent")
    assert set(made) == {CATALOG, PLAN, RESULTS, POAM}
    check_all(validators, made, tmp_path)


def check_all(validators: Validators, made: dict[str, Path], tmp_path: Path) -> None:
    for name, file in made.items():
        said = validators.oscal_validate(file, beside=file.parent)
        assert said.passed, f"{name}: {said.words[:3000]}"
        assert {item["code"] for item in findings(said)} <= OLDER, name
    told = validators.trestle(made.values(), workspace=tmp_path / f"{next(iter(made.values())).parent.name}-workspace")
    assert told.passed, told.words[-3000:]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda results: results.pop("import-ap"),
        lambda results: results.update(uuid="not-a-uuid"),
        lambda results: results["results"][0].pop("start"),
    ],
)
def test_validators_refuse_what_is_wrong(stage: Stage, validators: Validators, tmp_path: Path, spoil: Any) -> None:
    """Were they asked wrongly, nothing above would mean anything."""
    _, audit = audit_in_fieldwork(stage, catalogue=table())
    every_result(stage, audit)
    file = written(audit_facts(held(audit), inside=True), tmp_path / "spoilt")[RESULTS]
    document = json.loads(file.read_text())
    spoil(document["assessment-results"])
    file.write_text(json.dumps(document))
    assert not validators.oscal_validate(file, beside=file.parent).passed
    assert not validators.trestle([file], workspace=tmp_path / "trestle").passed


def test_it_says_what_the_portal_holds(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage, catalogue=table())
    every_result(stage, audit)
    finding = finding_in(audit, stage.auditor)
    made = documents(audit_facts(held(audit), inside=True))
    result = made[RESULTS]["assessment-results"]["results"][0]
    assert [item["props"][0]["value"] for item in result["observations"]] == [
        "met",
        "partly",
        "not_met",
        "not_applicable",
    ]
    assert [item["target"]["status"]["state"] for item in result["findings"]] == [
        "satisfied",
        "not-satisfied",
        "not-satisfied",
    ]
    controls = [one for group in made[CATALOG]["catalog"]["groups"] for one in group["controls"]]
    statements = {part["id"] for one in controls for part in one["parts"]}
    assert {item["target"]["target-id"] for item in result["findings"]} <= statements
    (item,) = made[POAM]["plan-of-action-and-milestones"]["poam-items"]
    (risk,) = made[POAM]["plan-of-action-and-milestones"]["risks"]
    assert item["title"].startswith(finding.reference)
    assert (risk["status"], risk["deadline"][:10]) == ("open", finding.remedy_due.isoformat())
    assert risk == result["risks"][0]


def test_nobody_is_named_and_notes_stay_inside(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage, catalogue=table())
    every_result(stage, audit)
    for inside in (True, False):
        said = json.dumps(documents(audit_facts(held(audit), inside=inside)))
        assert ("Seen." in said) is inside
        for person in (stage.auditor, stage.applicant, stage.officer):
            assert person.user.email not in said
            assert str(person.user) not in said


@pytest.mark.parametrize(
    "text", ["ac-2", "ac-2.1", "AML.T0000.001", "1.1.01", "a b/c", "ISM-0001", "é-1", "_x", "", "1 2"]
)
def test_identifiers_are_written_as_the_format_wants_them_and_stay_apart(text: str) -> None:
    made = token(text)
    assert made[0].isalpha() or made[0] == "_"
    assert not set(made) & set(" /")
    assert made != token(text + "/")
    assert token(made) == made


def test_every_state_of_a_finding_has_a_status() -> None:
    assert set(STATUS) == {state for state, _label in FINDING.choices}


def test_texts_are_never_empty() -> None:
    assert (line(" \n "), prose("\n"), line(" a\n b ")) == ("–", "–", "a b")


def test_the_same_thing_has_the_same_identifier_each_time(stage: Stage) -> None:
    assert uuid("x", 1) == uuid("x", 1) != uuid("y", 1)
    assert uuid("x", 1)[14] == "5"
