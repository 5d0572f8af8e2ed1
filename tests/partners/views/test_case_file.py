"""A case file: whole, sealed, only what its recipient may have; and taken in elsewhere only where every point holds."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any, TypeVar

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from partners import files, scanning
from partners.actions.case_file import ask_case_file, make_case_file, take_in_case
from partners.actions.evidence import describe_evidence
from partners.models import CaseFile, Evidence, ImportedCase
from partners.rules.case_file import MANIFEST, SIGNATURE, Report, check
from partners.tasks import make_file, make_files
from portal.core import clock
from portal.core.actors import Actor
from portal.core.canonical import canonical
from portal.core.verdicts import Refused
from portal.ledger.append import commitment
from portal.ledger.merkle import leaf_hash
from portal.ledger.models import Entry
from portal.ledger.proof import root_by
from portal.seal.cms import seal_detached
from portal.seal.keys import own_roots, peer_roots
from portal.seal.pdf import seals_of
from portal.workflow import LifecycleModel
from tests.factories import partners as make
from tests.factories.accounts import make_member
from tests.query_budget import queries_of
from tests.seal.test_seal import another
from tests.world import client_for

pytestmark = pytest.mark.django_db
Parts = dict[str, bytes]


@pytest.fixture
def made() -> make.Cast:
    return make.sign(make.application_to_sign())


M = TypeVar("M", bound=LifecycleModel)


def one(model: type[M], **known: Any) -> M:
    found = model.objects.get(**known)
    assert isinstance(found, model)
    return found


def packed(made: make.Cast, recipient: str = "authority") -> CaseFile:
    file = ask_case_file(application=made.application, recipient=recipient, reason="Hand-over", by=made.officer)
    make_case_file(file=file)
    file.refresh_from_db()
    assert file.state == "ready", file.problem
    return file


def parts_of(file: CaseFile) -> Parts:
    with zipfile.ZipFile(io.BytesIO(files.read(file.stored_name))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Parts, **more: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def resealed(parts: Parts) -> Parts:
    """The parts with a manifest that fits them, sealed by the key that is set up."""
    manifest = json.loads(parts[MANIFEST])
    manifest["files"] = [
        {"path": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        for name, data in sorted(parts.items())
        if name not in (MANIFEST, SIGNATURE)
    ]
    data = canonical(manifest)
    return {**parts, MANIFEST: data, SIGNATURE: seal_detached(data, at=clock.now())}


def looked_at(data: bytes) -> Report:
    return check(io.BytesIO(data), len(data), roots=peer_roots(), now=clock.now())


# --- what is made ---------------------------------------------------------------------------------


def test_a_case_file_passes_its_own_check(made: make.Cast) -> None:
    file = packed(made)
    data = files.read(file.stored_name)
    assert hashlib.sha256(data).hexdigest() == file.sha256
    report = looked_at(data)
    assert report.holds, report.points
    assert report.content["application"]["reference"] == made.application.reference
    assert len(report.content["signatures"]) == 2
    assert {item["digest"] for item in report.content["signatures"]} == {report.content["dossier_digest"]}


def test_it_holds_the_case_its_documents_and_letters(made: make.Cast) -> None:
    parts = parts_of(packed(made))
    case = json.loads(parts["case.json"])
    assert canonical(case) == parts["case.json"]
    assert {"case.pdf", "ledger.json", "letters/001.pdf", "letters/002.pdf"} <= set(parts)
    for document in case["documents"]:
        assert hashlib.sha256(parts[document["path"]]).hexdigest() == document["sha256"]
    assert case["assessments"]
    assert case["sections"][0]["key"] == "organisation"


def test_its_pdf_is_tagged_and_sealed(made: make.Cast) -> None:
    data = parts_of(packed(made))["case.pdf"]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        assert len(pdf.pages) > 2
    (seal,) = seals_of(data, roots=own_roots(), at=clock.now())
    assert seal.whole
    assert seal.checked.trusted


def test_entries_of_the_record_can_be_held_against_it(made: make.Cast) -> None:
    said = json.loads(parts_of(packed(made))["ledger.json"])
    assert said["entries"]
    for item in said["entries"]:
        entry = Entry.objects.get(seq=item["entry"]["seq"])
        path = [bytes.fromhex(beside) for beside in item["proof"]]
        leaf = leaf_hash(canonical(item["entry"]))
        assert root_by(leaf, index=entry.seq - 1, size=said["size"], path=path) == bytes.fromhex(said["root"])
        assert item["entry"] == json.loads(canonical(entry.public()))
        if item["opened"]:
            opened = commitment(bytes.fromhex(item["opened"]["salt"]), item["opened"]["content"].encode())
            assert opened.hex() == item["entry"]["commitment"]


@pytest.mark.parametrize(("marking", "given"), [("amber", True), ("amber_strict", False), ("red", False)])
def test_another_authority_gets_documents_as_their_marking_allows(marking: str, given: bool) -> None:
    made = make.application_to_sign()
    for document in Evidence.objects.filter(institution=made.institution, state="stored"):
        describe_evidence(evidence=document, kind=document.kind, marking=marking, valid_until=None, by=made.applicant)
    (document,) = json.loads(parts_of(packed(made))["case.json"])["documents"]
    assert bool(document["path"]) is given
    (own,) = json.loads(parts_of(packed(made, "own"))["case.json"])["documents"]
    assert own["path"]


def test_a_redacted_copy_goes_in_place_of_what_is_withheld() -> None:
    made = make.application_to_sign()
    document = Evidence.objects.get(institution=made.institution, state="stored")
    describe_evidence(evidence=document, kind=document.kind, marking="red", valid_until=None, by=made.applicant)
    copy = make.upload_redacted(
        evidence=document, upload=make.upload("copy.png", make.png("black")), marking="green", by=made.applicant
    )
    parts = parts_of(packed(made))
    (said,) = json.loads(parts["case.json"])["documents"]
    assert said["redacted"]
    assert hashlib.sha256(parts[said["path"]]).hexdigest() == copy.sha256


def test_names_that_people_gave_are_no_paths(made: make.Cast) -> None:
    Evidence.objects.filter(institution=made.institution).update(name="../../etc/passwd.png")
    assert all(".." not in name for name in parts_of(packed(made)))


def test_a_file_that_is_gone_fails_with_a_reason(made: make.Cast) -> None:
    document = Evidence.objects.filter(institution=made.institution, state="stored").first()
    assert document
    files.drop(document.stored_name)
    file = ask_case_file(application=made.application, recipient="own", reason="Hand-over", by=made.officer)
    make_case_file(file=file)
    file.refresh_from_db()
    assert file.state == "failed"
    assert file.problem


def test_made_twice_it_is_kept_once(made: make.Cast) -> None:
    file = packed(made)
    before = file.sha256
    make_file(str(file.pk))
    make_case_file(file=one(CaseFile, pk=file.pk))
    file.refresh_from_db()
    assert file.sha256 == before


def test_what_the_broker_lost_is_handed_out_again(made: make.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    file = ask_case_file(application=made.application, recipient="own", reason="Hand-over", by=made.officer)
    asked: list[str] = []
    monkeypatch.setattr(make_file, "delay", asked.append)
    make_files()
    assert asked == [str(file.pk)]


# --- pages ----------------------------------------------------------------------------------------


def url(name: str, *args: object) -> str:
    return reverse(f"admin:partners_{name}", args=args)


def test_an_officer_asks_for_it_and_whoever_takes_it_is_recorded(made: make.Cast) -> None:
    client = client_for(made.officer)
    page = url("application_file", made.application.pk)
    assert client.get(page).status_code == 200
    assert client.post(page, {"recipient": "authority", "reason": ""}).status_code == 200
    assert not CaseFile.objects.exists()
    assert client.post(page, {"recipient": "authority", "reason": "Hand-over"}).status_code == 302
    file = one(CaseFile)
    assert "SHA-256" in client.get(page).content.decode()
    for part in ("zip", "pdf"):
        take = url("application_take_file", made.application.pk, file.pk, part)
        assert client.get(take).status_code == 405
        response = client.post(take)
        assert response.status_code == 200
        assert response["Content-Disposition"].startswith("attachment")
    assert Entry.objects.filter(verb="case_file.take", object_id=file.pk).count() == 2
    timeline = client.get(url("application_change", made.application.pk) + "?tab=timeline&kind=copies")
    assert "Case file taken" in timeline.content.decode()


def test_a_large_one_is_made_by_a_job(made: make.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("partners.admin.case_file.SMALL", 1)
    monkeypatch.setattr(make_file, "delay", asked.append)
    client = client_for(made.officer)
    page = url("application_file", made.application.pk)
    with pytest.MonkeyPatch.context() as inside:
        inside.setattr("django.db.transaction.on_commit", lambda act: act())
        client.post(page, {"recipient": "own", "reason": "Hand-over"})
    file = one(CaseFile)
    assert asked == [str(file.pk)]
    assert "0 of" in client.get(page).content.decode()
    make_file(str(file.pk))
    file.refresh_from_db()
    assert (file.state, file.done) == ("ready", file.parts)


def test_nobody_else_has_it(made: make.Cast) -> None:
    file = packed(made)
    for who, expected in ((made.signatory, (403,)), (made.reviewer, (403,)), (made.applicant, (302, 403, 404))):
        for address in (
            url("application_file", made.application.pk),
            url("application_take_file", made.application.pk, file.pk, "zip"),
        ):
            assert client_for(who).post(address, {"recipient": "own", "reason": "x"}).status_code in expected
    other = make.sign(make.application_to_sign(jurisdiction="SE"))
    take = url("application_take_file", other.application.pk, file.pk, "zip")
    assert client_for(other.officer).post(take).status_code == 404


# --- taken in elsewhere ---------------------------------------------------------------------------


@pytest.fixture
def elsewhere() -> Actor:
    return make_member(make.make_authority("SE"), "case_officer")


def sent(who: Actor, data: bytes) -> Any:
    return client_for(who).post(url("importedcase_import"), {"file": SimpleUploadedFile("case.zip", data)})


def test_another_authority_takes_it_in_once(made: make.Cast, elsewhere: Actor) -> None:
    data = files.read(packed(made).stored_name)
    first, second = sent(elsewhere, data), sent(elsewhere, data)
    kept = one(ImportedCase)
    assert first["Location"] == second["Location"] == url("importedcase_change", kept.pk)
    assert (kept.reference, kept.institution) == (made.application.reference, made.institution.name)
    page = client_for(elsewhere).get(first["Location"]).content.decode()
    assert made.institution.name in page
    assert "For reading only" in page
    assert kept.sha256 in page
    assert Entry.objects.filter(verb="imported_case.take_in").count() == 1
    assert client_for(made.officer).get(first["Location"]).status_code == 404
    sent(made.officer, data)
    assert ImportedCase.objects.count() == 2


def test_its_parts_are_taken_one_by_one_and_recorded(made: make.Cast, elsewhere: Actor) -> None:
    sent(elsewhere, files.read(packed(made).stored_name))
    kept, client = one(ImportedCase), client_for(elsewhere)
    take = url("importedcase_take", kept.pk)
    whole = client.post(take)
    assert hashlib.sha256(whole.getvalue()).hexdigest() == kept.sha256
    document = kept.content["documents"][0]["path"]
    taken = client.post(take, {"path": document})
    assert taken["Content-Type"] == "image/png"
    assert taken["Content-Disposition"].startswith("attachment")
    for path in ("../manifest.json", "documents/999.png", MANIFEST):
        assert client.post(take, {"path": path}).status_code == 404
    assert Entry.objects.filter(verb="imported_case.take").count() == 2


def test_a_portal_that_is_not_named_is_not_trusted(made: make.Cast, elsewhere: Actor, settings: Any) -> None:
    ours = (settings.SEAL_KEY, settings.SEAL_CHAIN)
    another(settings)
    theirs, data = settings.SEAL_CHAIN, files.read(packed(made).stored_name)
    settings.SEAL_KEY, settings.SEAL_CHAIN = ours
    page = sent(elsewhere, data).content.decode()
    assert "which this portal does not trust" in page
    assert not ImportedCase.objects.exists()
    settings.SEAL_PEERS = theirs
    assert sent(elsewhere, data).status_code == 302
    assert one(ImportedCase).signer == "Another portal"


def _changed(name: str, data: bytes) -> Callable[[Parts], Parts]:
    return lambda parts: {**parts, name: data}


def _without(name: str) -> Callable[[Parts], Parts]:
    return lambda parts: {key: data for key, data in parts.items() if key != name}


ATTACKS: dict[str, Callable[[Parts], Parts]] = {
    "a changed case": _changed("case.json", b"{}"),
    "a changed PDF": _changed("case.pdf", b"%PDF-1.7"),
    "an added document": _changed("documents/099.png", make.png()),
    "a missing document": _without("documents/001.png"),
    "no manifest": _without(MANIFEST),
    "no signature": _without(SIGNATURE),
    "an empty signature": _changed(SIGNATURE, b""),
    "a manifest that is no object": _changed(MANIFEST, b"[]"),
    "a deep manifest": _changed(MANIFEST, b"[" * 100_000),
    "a changed manifest": lambda parts: {**parts, MANIFEST: parts[MANIFEST].replace(b"Hand-over", b"Hand-ovor")},
    "a path that leads out": _changed("../../evil.png", make.png()),
    "an absolute path": _changed("/etc/passwd", b"root"),
    "a path with backslashes": _changed("documents\\..\\..\\x.png", b"x"),
    "a name in other capitals": _changed("CASE.JSON", b"{}"),
    "a bomb": _changed("documents/098.txt", bytes(60_000_000)),
    "a program": _changed("documents/097.exe1234", b"MZ"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_tampered_with_is_not_taken_in(made: make.Cast, elsewhere: Actor, attack: str) -> None:
    parts = parts_of(packed(made))
    response = sent(elsewhere, zipped(ATTACKS[attack](parts)))
    assert response.status_code == 200
    assert "Does not hold" in response.content.decode()
    assert not ImportedCase.objects.exists()


RESEALED: dict[str, Callable[[Parts], Parts]] = {
    "a path that leads out": _changed("documents/../../evil.png", make.png()),
    "a case of another schema": _changed("case.json", canonical({"schema": "x", "version": 1})),
    "a case that is no object": _changed("case.json", b"[]"),
    "a case that is not canonical": lambda parts: {**parts, "case.json": parts["case.json"] + b" "},
    "no case": _without("case.json"),
}


@pytest.mark.parametrize("attack", RESEALED)
def test_not_even_a_trusted_seal_makes_up_for_it(made: make.Cast, attack: str) -> None:
    report = looked_at(zipped(resealed(RESEALED[attack](parts_of(packed(made))))))
    assert not report.holds
    assert len([point for point in report.points if not point.holds]) == 1


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06" + bytes(18), b"nothing", b"PK\x03\x04" * 100])
def test_rubbish_is_not_taken_in(elsewhere: Actor, data: bytes) -> None:
    report = looked_at(data)
    assert not report.holds
    assert sent(elsewhere, data).status_code == 200


def test_a_zip_behind_something_else_is_not_taken_in(made: make.Cast) -> None:
    data = files.read(packed(made).stored_name)
    assert not looked_at(b"%PDF-1.7 " + data).holds
    twice = io.BytesIO(data)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(twice, "a") as archive:
        archive.writestr("case.json", b"{}")
    assert not looked_at(twice.getvalue()).holds


def test_malware_in_it_is_not_kept(made: make.Cast, elsewhere: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    data = files.read(packed(made).stored_name)
    monkeypatch.setattr(scanning, "is_configured", lambda: True)
    for found in (scanning.Scan(signature="Eicar"), scanning.Scan(trouble="away")):
        monkeypatch.setattr(scanning, "scan", lambda content, found=found: found)
        assert sent(elsewhere, data).status_code == 200
        assert not ImportedCase.objects.exists()


def test_an_unchecked_file_cannot_be_taken_in(elsewhere: Actor) -> None:
    with pytest.raises(Refused):
        take_in_case(content=io.BytesIO(b"x"), size=1, report=Report(), by=elsewhere)


def test_pages_cost_the_same_whatever_there_is(made: make.Cast, elsewhere: Actor) -> None:
    page = url("application_file", made.application.pk)
    officer = client_for(made.officer)
    packed(made)
    queries_of(officer, page)  # what a process reads once and keeps
    few = len(queries_of(officer, page))
    for _ in range(3):
        packed(made)
    assert len(queries_of(officer, page)) == few <= 16
    sent(elsewhere, files.read(packed(made).stored_name))
    client = client_for(elsewhere)
    assert len(queries_of(client, url("importedcase_change", one(ImportedCase).pk))) <= 8
