"""Reading and importing control catalogues: the scheme's own, the real ones, and files that are none."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.actions.audit_report import close_audit, draft_report, respond_to_report, send_report
from audits.actions.catalogue import import_catalogue
from audits.actions.finding import agree_plan, propose_plan, remediate_finding, verify_finding
from audits.models import Catalogue, Control
from portal.core.actors import SYSTEM
from portal.core.oscal import CatalogueError, read_oscal
from portal.ledger.verify import verify
from portal.local import machine
from tests.factories.audits import BASELINE, Stage, audit_in_fieldwork, finding_in, results_for_all


def document(**changes: Any) -> dict[str, Any]:
    """A small catalog."""
    control = {"id": "c-1", "title": "One", "parts": [{"name": "statement", "prose": "Do it {{ insert: param, p }}."}]}
    catalog = {
        "uuid": "d623a4dc-f7de-5305-ae9d-f060e168fd1a",
        "metadata": {"title": "Small", "version": "1", "oscal-version": "1.1.2"},
        "params": [{"id": "p", "label": "every year"}],
        "groups": [{"id": "g", "title": "Group", "controls": [control]}],
    }
    return {"catalog": {**catalog, **changes}}


def as_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


def moderate() -> bytes:
    folder = machine.shared_data()
    assert folder is not None
    return next((Path(folder) / "nist-800-53").glob("MODERATE*")).read_bytes()


def test_baseline_of_the_scheme_is_whole_and_related_to_other_catalogues() -> None:
    read = read_oscal(BASELINE.read_bytes())
    assert len(read.controls) >= 40
    assert read.skipped == []
    assert all(control.statement and control.label for control in read.controls)
    assert all(any(prop["name"] != "label" for prop in control.props) for control in read.controls)


def test_parameters_are_written_out_in_the_statement() -> None:
    assert read_oscal(as_bytes(document())).controls[0].statement == "Do it [every year]."


def test_nested_groups_and_enhancements_keep_their_place() -> None:
    inner = {"id": "c-2", "title": "Two", "parts": [{"name": "statement", "prose": "More."}]}
    outer = {"id": "c-1", "title": "One", "parts": [{"name": "statement", "prose": "Much."}], "controls": [inner]}
    groups = [{"id": "g", "title": "G", "groups": [{"id": "h", "title": "H", "controls": [outer]}]}]
    read = read_oscal(as_bytes(document(groups=groups)))
    assert [(row.oscal_id, row.parent, row.depth) for row in read.groups] == [("g", "", 0), ("h", "g", 1)]
    assert [(row.oscal_id, row.parent, row.group) for row in read.controls] == [("c-1", "", "h"), ("c-2", "c-1", "h")]


@pytest.mark.parametrize(
    "control,why",
    [
        ({"id": "c-9", "title": "No statement"}, "no statement"),
        ({"title": "No id", "parts": [{"name": "statement", "prose": "x"}]}, "identifier"),
        ({"id": "c-1", "title": "Twice", "parts": [{"name": "statement", "prose": "x"}]}, "twice"),
        (
            {
                "id": "c-8",
                "title": "Gone",
                "props": [{"name": "status", "value": "withdrawn"}],
                "parts": [{"name": "statement", "prose": "x"}],
            },
            "Withdrawn",
        ),
    ],
)
def test_what_is_left_out_is_listed_with_the_reason(control: dict[str, Any], why: str) -> None:
    made = document()
    made["catalog"]["groups"][0]["controls"].append(control)
    read = read_oscal(as_bytes(made))
    assert len(read.controls) == 1
    assert [why in item.why for item in read.skipped] == [True]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"profile": {}}',
        b'{"catalog": []}',
        b'{"catalog": {"metadata": {"title": "x"}}}',
        as_bytes(document(groups=[])),
        as_bytes(document(groups="all")),
        b"[" * 100_000,
        as_bytes(document(uuid="\x00")),
    ],
)
def test_files_that_are_no_catalogue_are_refused_in_words(content: bytes) -> None:
    with pytest.raises(CatalogueError) as error:
        read_oscal(content)
    assert len(str(error.value)) > 20


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "title", "groups", "controls", "parts", "props", "params", "name", "prose", "value"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(groups=JSON, controls=JSON, params=JSON)
@settings(max_examples=150, deadline=None)
def test_no_document_makes_the_reader_fail_otherwise(groups: Any, controls: Any, params: Any) -> None:
    with contextlib.suppress(CatalogueError):
        read_oscal(as_bytes(document(groups=groups, controls=controls, params=params)))


def test_import_is_all_or_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    read = read_oscal(as_bytes(document()))
    read.controls[0].props.append({"name": "x", "value": "\x00"})  # PostgreSQL refuses it in JSON
    with pytest.raises(DataError):
        import_catalogue(key="small", read=read, by=SYSTEM)
    assert not Catalogue.objects.exists()


def test_same_file_again_changes_nothing_and_another_one_of_that_version_is_refused(db: None) -> None:
    first = import_catalogue(key="small", read=read_oscal(as_bytes(document())), by=SYSTEM)
    assert import_catalogue(key="small", read=read_oscal(as_bytes(document())), by=SYSTEM) == first
    other = document()
    other["catalog"]["groups"][0]["title"] = "Other"
    with pytest.raises(CatalogueError):
        import_catalogue(key="small", read=read_oscal(as_bytes(other)), by=SYSTEM)


def test_new_version_stands_beside_the_old_one(db: None) -> None:
    import_catalogue(key="small", read=read_oscal(as_bytes(document())), by=SYSTEM)
    newer = document(metadata={"title": "Small", "version": "2"})
    import_catalogue(key="small", read=read_oscal(as_bytes(newer)), by=SYSTEM)
    assert Control.objects.filter(oscal_id="c-1").count() == 2


def test_command_imports_and_says_what_it_skipped(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = document()
    made["catalog"]["groups"][0]["controls"].append({"id": "c-9", "title": "No statement"})
    path = tmp_path / "small.json"
    path.write_bytes(as_bytes(made))
    call_command("import_catalogue", "small", str(path))
    said = capsys.readouterr().out
    assert "skipped c-9" in said
    assert "1 controls in 1 groups, 1 skipped" in said


@pytest.mark.parametrize("arguments", [("small", "/nowhere.json"), ("not a slug", str(BASELINE))])
def test_command_refuses_in_words(db: None, arguments: tuple[str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("import_catalogue", *arguments)


@pytest.mark.shared_data
def test_real_moderate_catalogue_is_imported_whole(db: None) -> None:
    read = read_oscal(moderate())
    catalogue = import_catalogue(key="nist-800-53-moderate", read=read, by=SYSTEM)
    assert (catalogue.control_count, catalogue.skipped) == (287, [])
    assert catalogue.controls.filter(parent__isnull=False).count() == 110
    assert catalogue.controls.get(oscal_id="ac-2.2").parent.oscal_id == "ac-2"


@pytest.mark.shared_data
def test_audit_runs_against_the_real_moderate_catalogue(stage: Stage) -> None:
    catalogue = import_catalogue(key="nist-800-53-moderate", read=read_oscal(moderate()), by=SYSTEM)
    _, audit = audit_in_fieldwork(stage, catalogue=catalogue)
    assert audit.checks.count() == 287
    finding = finding_in(audit, stage.auditor)
    propose_plan(finding=finding, plan="By Friday.", by=stage.applicant)
    agree_plan(finding=finding, by=stage.auditor)
    remediate_finding(finding=finding, remediation="Done on Thursday.", by=stage.applicant)
    verify_finding(finding=finding, method="Seen.", by=stage.auditor)
    results_for_all(audit, stage.auditor)
    draft_report(audit=audit, summary="Sound.", by=stage.auditor)
    send_report(audit=audit, by=stage.auditor)
    respond_to_report(audit=audit, response="Thank you.", by=stage.applicant)
    close_audit(audit=audit, by=stage.second_officer)
    assert (audit.state, finding.state) == ("closed", "verified")
    assert list(verify()) == []
