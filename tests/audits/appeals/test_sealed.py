"""The sealed file of a case names the documents of appeals against it: exactly those on which the panel voted."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import zipfile
from pathlib import Path
from uuid import UUID

import pytest

from audits.actions.appeal import lodge_appeal
from audits.actions.hearing import add_statement
from audits.models import PanelVote
from audits.queries.appeal import digest_of, file_of, newest_draft
from audits.queries.papers import digests_of
from partners import files
from partners.actions.case_file import ask_case_file, make_case_file
from partners.actions.evidence import upload_evidence
from partners.models import CaseFile, Evidence
from partners.rules.case_file import check
from portal.core import clock
from portal.core.actors import Actor
from portal.local.machine import poppler
from portal.seal.keys import peer_roots
from tests.factories import refusals
from tests.factories.audits import Stage
from tests.factories.fieldwork import text_file


@pytest.fixture
def made(stage: Stage) -> refusals.Refused:
    return refusals.refused()


def sealed(made: refusals.Refused) -> dict[str, bytes]:
    """The parts of a case file for another authority, which passes its own check."""
    officer = made.cast.officer
    asked = ask_case_file(application=made.application, recipient="authority", reason="Hand-over", by=officer)
    file = make_case_file(file=asked)
    data = files.read(CaseFile.objects.get(pk=file.pk, state="ready").stored_name)
    report = check(io.BytesIO(data), len(data), roots=peer_roots(), now=clock.now())
    assert report.holds, report.points
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def paper(made: refusals.Refused, name: str, about: UUID, by: Actor) -> Evidence:
    return upload_evidence(
        institution=made.cast.institution, upload=text_file(name), kind="statement", about=about, by=by
    )


def test_it_names_exactly_the_documents_on_which_the_panel_voted(made: refusals.Refused, tmp_path: Path) -> None:
    cast, application = made.cast, made.application
    grounds = paper(made, "log.txt", application.pk, cast.applicant)
    paper(made, "kept-back.txt", application.pk, cast.applicant)
    lodged = lodge_appeal(
        against=application, ground="facts", statement="Kept for a year.", documents=[grounds.pk], by=cast.applicant
    )
    appeal = refusals.with_panel(lodged)
    minutes = paper(made, "minutes.txt", appeal.pk, cast.officer)
    add_statement(appeal=appeal, text="The log was read.", documents=[minutes.pk], by=cast.officer)
    appeal = refusals.decided(appeal, "dismiss")
    parts = sealed(made)
    (listed,) = json.loads(parts["case.json"])["appeals"]
    assert (listed["reference"], listed["state"], listed["ground"]) == (appeal.reference, "dismissed", "facts")
    assert [(one["name"], one["with"], one["by"]) for one in listed["documents"]] == [
        ("log.txt", "grounds", cast.institution.name),
        ("minutes.txt", "statement", cast.authority.name),
    ]
    for one in listed["documents"]:
        content = files.read(Evidence.objects.get(pk=one["id"]).stored_name)
        assert (one["size"], one["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    voted, draft = sorted(one["sha256"] for one in listed["documents"]), newest_draft(appeal)
    assert draft is not None
    assert voted == digests_of(appeal) == file_of(appeal, draft)["papers"]
    votes = PanelVote.objects.filter(draft=draft)
    assert {vote.digest for vote in votes} == {digest_of(appeal, draft)}
    if poppler():
        (tmp_path / "case.pdf").write_bytes(parts["case.pdf"])
        told = subprocess.run([str(poppler()), "-layout", str(tmp_path / "case.pdf"), "-"], capture_output=True)
        text = told.stdout.decode()
        for one in listed["documents"]:
            assert one["name"] in text
            assert one["sha256"][:32] in text
        assert "kept-back.txt" not in text


def test_a_case_without_an_appeal_lists_none(made: refusals.Refused) -> None:
    assert json.loads(sealed(made)["case.json"])["appeals"] == []
