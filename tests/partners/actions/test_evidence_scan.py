"""The malware scan by ClamAV's own daemon: clean, infected, down, slow, and back again."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.http import Http404
from django.urls import reverse

from partners import scanning
from partners.access import get_evidence
from partners.models import Evidence
from partners.queries.answers import answers_of
from partners.tasks import abandon_uploads, scan_document, scan_stored_documents, scan_uploads
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Refused
from portal.ledger.models import Entry
from portal.notifications.models import Notice
from tests.clamav import EICAR, Daemon, harmless_files
from tests.factories import partners as make
from tests.factories.accounts import make_member
from tests.world import client_for

pytestmark = [pytest.mark.django_db, pytest.mark.clamav]
FOUND = "Test.EICAR.UNOFFICIAL"
"""So the daemon marks what a database says that its makers did not sign."""


def bytes_kept() -> list[str]:
    """Every file under MEDIA_ROOT's evidence."""
    found: list[str] = []
    folders = default_storage.listdir("evidence")[0] if default_storage.exists("evidence") else []
    for folder in folders:
        found += [f"evidence/{folder}/{name}" for name in default_storage.listdir(f"evidence/{folder}")[1]]
    return found


def send(made: make.Cast, content: bytes = b"What we do.\n", name: str = "plan.txt", **more: Any) -> Evidence:
    return make.upload_evidence(
        institution=made.institution,
        application=made.application,
        question="incident_plan",
        upload=make.upload(name, content),
        by=made.applicant,
        **more,
    )


def may_download(actor: Actor, document: Evidence) -> bool:
    try:
        return get_evidence(actor=actor, pk=document.pk).pk == document.pk
    except (Http404, Refused):
        return False


# --- the daemon's answers -------------------------------------------------------------------------


def test_the_daemon_says_by_what_it_scanned(scanner: Daemon) -> None:
    found = scanning.scan(b"Nothing bad.")
    assert found.is_clean
    assert found.scanner.startswith("ClamAV ")
    assert scanning.answers()


def test_every_file_made_for_testing_scanners_is_found(scanner: Daemon) -> None:
    missed = [
        path.name for path in harmless_files() if not scanning.scan(path.read_bytes()).signature.startswith("Test.")
    ]
    assert len(harmless_files()) > 20
    assert missed == []


def test_what_is_packed_into_a_document_is_found_too(scanner: Daemon) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/picture.txt", EICAR)
    assert scanning.scan(packed.getvalue()).signature == FOUND


def test_a_daemon_that_is_down_slow_or_refuses_is_trouble_and_no_finding(
    scanner: Daemon, settings: Any, tmp_path: Path
) -> None:
    assert "size limit" in scanning.scan(b"0" * 5_000_000).trouble
    scanner.stall()
    slow = scanning.scan(b"Nothing bad.", seconds=0.3)
    scanner.go_on()
    assert (slow.trouble, slow.is_clean) == ("no answer in time", False)
    for address in (str(tmp_path / "nobody"), "127.0.0.1:1", "[::1]:1", "nonsense"):
        settings.CLAMD_ADDRESS = address
        assert scanning.scan(b"Nothing bad.").trouble
        assert not scanning.answers()


# --- uploads --------------------------------------------------------------------------------------


def test_a_clean_document_is_stored_with_when_and_by_what_it_was_scanned(scanner: Daemon) -> None:
    document = send(make.cast())
    assert document.state == "stored"
    assert document.scanner.startswith("ClamAV ")
    assert document.scanned_at is not None


def test_without_a_scanner_it_is_stored_and_shows_that_it_was_not_scanned() -> None:
    document = send(make.cast())
    assert (document.state, document.scanned_at, document.scanner) == ("stored", None, "")


def test_an_infected_document_is_refused_by_name_and_its_bytes_are_never_kept(scanner: Daemon) -> None:
    made = make.cast()
    before = bytes_kept()
    document = send(made, EICAR)
    assert (document.state, document.stored_name, document.sha256) == ("refused", "", "")
    assert "Test.EICAR" in document.reason
    assert bytes_kept() == before
    assert not may_download(made.applicant, document)


def test_uploader_and_authority_are_told_of_malware_and_the_authority_not_of_which_document(scanner: Daemon) -> None:
    made = make.cast()
    document = send(made, EICAR, "secret-name.txt")
    mine = Notice.objects.get(kind="malware_found", about=document.pk)
    theirs = Notice.objects.get(kind="malware_in_upload")
    assert mine.recipient == made.applicant.user
    assert theirs.recipient == made.officer.user
    assert "Test.EICAR" in theirs.body
    assert "secret-name" not in f"{theirs.title} {theirs.body}"
    assert client_for(made.officer).get(theirs.url).status_code == 200


def test_while_the_daemon_is_down_a_document_waits_and_nobody_may_open_it(settings: Any, tmp_path: Path) -> None:
    made = make.submitted_application()
    settings.CLAMD_ADDRESS = str(tmp_path / "nobody")
    document = send(made)
    assert document.state == "quarantined"
    for actor in (made.applicant, made.officer, make_member(made.institution.organisation, "administrator")):
        assert not may_download(actor, document)


def test_a_slow_daemon_keeps_nobody_waiting(scanner: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make.cast()
    monkeypatch.setattr(scanning, "UPLOAD_SECONDS", 0.3)
    scanner.stall()
    document = send(made)
    scanner.go_on()
    assert document.state == "quarantined"


def test_a_bad_file_is_refused_at_once_also_while_the_daemon_is_down(no_answer: None) -> None:
    assert send(make.cast(), b"MZ this is a program").state == "refused"


def test_what_waits_does_not_answer_and_answers_by_itself_once_it_is_clean(clamd: Daemon, settings: Any) -> None:
    made = make.cast()
    before = answers_of(made.application)["incident_plan"]
    settings.CLAMD_ADDRESS = clamd.address + ".not-yet"
    document = send(made)
    assert answers_of(made.application)["incident_plan"] == before
    assert scan_uploads() == {"done": 0, "failed": 0, "left": 1, "error": ""}
    settings.CLAMD_ADDRESS = clamd.address
    assert scan_uploads()["done"] == 1
    assert scan_uploads()["done"] == 0
    document.refresh_from_db()
    assert document.state == "stored"
    assert document.scanned_at is not None
    assert may_download(made.applicant, document)
    assert answers_of(made.application)["incident_plan"] == [*before, str(document.pk)]
    assert Notice.objects.filter(kind="document_scanned", recipient=made.applicant.user).count() == 1


def test_a_section_that_was_sent_meanwhile_is_not_changed(clamd: Daemon, settings: Any) -> None:
    made = make.cast()
    settings.CLAMD_ADDRESS = clamd.address + ".not-yet"
    send(made)
    make.submit(made)
    before = answers_of(made.application)
    settings.CLAMD_ADDRESS = clamd.address
    assert scan_uploads()["done"] == 1
    assert answers_of(made.application) == before


def test_malware_that_waited_is_refused_and_its_bytes_are_dropped(clamd: Daemon, settings: Any) -> None:
    made = make.cast()
    settings.CLAMD_ADDRESS = clamd.address + ".not-yet"
    document = send(made, EICAR)
    kept = document.stored_name
    assert default_storage.exists(kept)
    settings.CLAMD_ADDRESS = clamd.address
    assert scan_uploads()["done"] == 1
    document.refresh_from_db()
    assert (document.state, document.stored_name) == ("refused", "")
    assert not default_storage.exists(kept)
    assert Notice.objects.filter(kind__in=["malware_found", "malware_in_upload"]).count() == 2
    verbs = list(Entry.objects.filter(object_id=document.pk).order_by("seq").values_list("verb", flat=True))
    assert verbs == ["evidence.receive", "evidence.quarantine", "evidence.refuse"]


def test_a_file_that_was_lost_in_quarantine_is_refused_with_what_to_do(clamd: Daemon, settings: Any) -> None:
    made = make.cast()
    settings.CLAMD_ADDRESS = clamd.address + ".not-yet"
    document = send(made)
    default_storage.delete(document.stored_name)
    settings.CLAMD_ADDRESS = clamd.address
    scan_uploads()
    document.refresh_from_db()
    assert document.state == "refused"
    assert "Upload it again" in document.reason


def test_what_waits_is_never_given_up(no_answer: None) -> None:
    document = send(make.cast())
    with clock.at(clock.now() + timedelta(days=30)):
        abandon_uploads()
    document.refresh_from_db()
    assert document.state == "quarantined"


# --- the page -------------------------------------------------------------------------------------


def post(made: make.Cast, content: bytes) -> str:
    url = reverse("partners:section", args=[made.application.pk, "incident_response"])
    data: dict[str, Any] = {
        "version": "999999",
        "page": "p",
        "asked": ["incident_plan"],
        "upload-incident_plan": make.upload("plan.txt", content),
        "upload": "incident_plan",
    }
    return client_for(made.applicant).post(url, data, follow=True).content.decode()


def test_the_page_names_what_was_found(scanner: Daemon) -> None:
    made = make.cast()
    before = answers_of(made.application)["incident_plan"]
    page = post(made, EICAR)
    assert "plan.txt: The malware scan found “Test.EICAR.UNOFFICIAL” in it" in page
    assert answers_of(made.application)["incident_plan"] in ([], before)


def test_the_page_says_that_a_document_waits(no_answer: None) -> None:
    page = post(make.cast(), b"What we do.\n")
    assert "does not count as an answer" in page
    assert "Waiting for scan" in page


def test_the_page_says_where_nothing_is_scanned(settings: Any, clamd: Daemon) -> None:
    made, words = make.cast(), "does not scan uploads for malware"
    assert words in post(made, b"What we do.\n")
    settings.CLAMD_ADDRESS = clamd.address
    assert words not in post(made, b"What we do.\n")


# --- what was stored before there was a scanner ---------------------------------------------------


def test_documents_of_before_are_scanned_once_a_scanner_is_there(clamd: Daemon, settings: Any) -> None:
    made = make.cast()
    old = send(made)
    assert scan_stored_documents()["done"] == 0
    settings.CLAMD_ADDRESS = clamd.address
    assert scan_stored_documents()["done"] >= 1
    old.refresh_from_db()
    assert old.state == "stored"
    assert old.scanner.startswith("ClamAV ")
    assert scan_stored_documents() == {"done": 0, "failed": 0, "left": 0, "error": ""}


def test_malware_of_before_is_taken_back_and_the_institution_hears(clamd: Daemon, settings: Any) -> None:
    made = make.cast()
    colleague = make_member(made.institution.organisation, "applicant")
    old = send(made, b"x" * len(EICAR))
    with default_storage.open(old.stored_name, "wb") as file:
        file.write(EICAR)
    kept = old.stored_name
    settings.CLAMD_ADDRESS = clamd.address
    scan_stored_documents()
    old.refresh_from_db()
    assert (old.state, old.stored_name) == ("refused", "")
    assert FOUND in old.reason
    assert not default_storage.exists(kept)
    assert not may_download(made.applicant, old)
    verbs = Entry.objects.filter(object_id=old.pk).order_by("seq").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["evidence.recall", "evidence.refuse"]
    told = Notice.objects.filter(kind="document_recalled")
    assert {notice.recipient_id for notice in told} == {made.applicant.user_id, colleague.user_id}


def test_while_the_scanner_is_away_documents_of_before_stay_as_they_are(no_answer: None, settings: Any) -> None:
    scanner_address, settings.CLAMD_ADDRESS = settings.CLAMD_ADDRESS, ""
    old = send(make.cast())
    settings.CLAMD_ADDRESS = scanner_address
    tally = scan_stored_documents()
    assert (tally["done"], tally["left"] > 0) == (0, True)
    old.refresh_from_db()
    assert (old.state, old.scanned_at) == ("stored", None)


def test_a_document_too_long_for_a_sweep_is_scanned_by_a_task_of_its_own(
    scanner: Daemon, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner_address, settings.CLAMD_ADDRESS = settings.CLAMD_ADDRESS, ""
    old = send(make.cast())
    settings.CLAMD_ADDRESS = scanner_address
    asked: list[str] = []
    monkeypatch.setattr("partners.tasks.LONG_SCAN", 0)
    monkeypatch.setattr("partners.tasks.scan_document.delay", asked.append)
    for _ in range(2):
        assert scan_stored_documents()["left"] > 0
    assert asked.count(str(old.pk)) == 1, "handed out once, however often the sweep comes"
    scan_document(str(old.pk))
    old.refresh_from_db()
    assert old.scanned_at is not None
