"""Large files in parts: the protocol, who may send, and what whoever means harm would try."""

from __future__ import annotations

import hashlib
import io
import threading
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.urls import reverse

from partners import parts
from partners.models import Evidence, LargeUpload, UploadPart
from partners.rules.upload import DAYS, LARGEST_PART, MOST_AT_ONCE
from partners.tasks import abandon_uploads, check_upload, check_uploads, expire_uploads
from portal.core import clock
from portal.ledger.models import Entry
from portal.notifications.models import Notice
from tests.clamav import EICAR, Daemon
from tests.factories import partners as make
from tests.factories.accounts import make_member
from tests.partners import sending
from tests.partners.hostile import office, pdf
from tests.partners.sending import PART, TUS, begin, begun, checksum, send, send_all, words
from tests.store import Server
from tests.world import client_for

pytestmark = pytest.mark.django_db
SIZE = 3 * PART + 12_345


class Sender:
    """An applicant of an institution with their browser."""

    def __init__(self) -> None:
        self.institution, self.actor = make.make_institution()
        self.client = client_for(self.actor)


@pytest.fixture
def sender() -> Sender:
    return Sender()


def settled(upload: LargeUpload) -> Evidence:
    """The document, once the worker has been at it."""
    check_upload(str(upload.pk))
    upload.refresh_from_db()
    assert upload.state == "settled"
    assert upload.evidence is not None
    return upload.evidence


def objects() -> list[str]:
    """Names of all parts that lie anywhere."""
    folders = default_storage.listdir("parts")[0] if default_storage.exists("parts") else []
    return [f"{folder}/{name}" for folder in folders for name in default_storage.listdir(f"parts/{folder}")[1]]


# --- from the first part to the document ----------------------------------------------------------


def test_a_file_arrives_in_parts_and_is_the_same_file(sender: Sender) -> None:
    content = words(SIZE)
    upload = begun(sender.client, SIZE, fields={"marking": "green", "kind": "mandate"})
    answer = send_all(sender.client, upload, content)
    document = settled(upload)
    assert answer["Upload-Document"] == document.get_absolute_url()
    assert (document.state, document.size, document.marking, document.kind) == ("stored", SIZE, "green", "mandate")
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    got: Any = sender.client.get(reverse("partners:evidence", args=[document.pk]))
    assert b"".join(got.streaming_content) == content


def test_its_parts_are_gone_when_it_is_settled_and_the_record_has_its_deeds(sender: Sender) -> None:
    before = objects()
    upload = begun(sender.client, SIZE)
    send_all(sender.client, upload, words(SIZE))
    assert len(objects()) == len(before) + 4
    document = settled(upload)
    assert objects() == before
    assert not UploadPart.objects.filter(upload=upload).exists()
    told = Entry.objects.filter(object_id__in=[upload.pk, document.pk]).order_by("seq")
    assert [entry.verb for entry in told] == [
        "upload.begin", "evidence.receive", "upload.finish", "evidence.store", "upload.settle",
    ]  # fmt: skip
    assert Notice.objects.filter(kind="large_file_checked", recipient=sender.actor.user).count() == 1


def test_a_file_in_the_bucket_goes_the_same_way(sender: Sender, bucket: Server) -> None:
    content = words(SIZE)
    upload = begun(sender.client, SIZE)
    send_all(sender.client, upload, content)
    assert sum(name.startswith("parts/") for name in bucket.objects()) == 4
    document = settled(upload)
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert not any(name.startswith("parts/") for name in bucket.objects())
    assert document.stored_name in bucket.objects()


def test_how_much_arrived_is_told_and_it_goes_on_from_there(sender: Sender) -> None:
    content = words(SIZE)
    upload = begun(sender.client, SIZE)
    send(sender.client, upload, 0, content[:PART], Upload_Checksum=checksum(content[:PART]))
    again = client_for(sender.actor)
    told = again.head(upload.get_absolute_url(), headers=TUS)
    assert (told.status_code, told["Upload-Offset"], told["Upload-Length"]) == (200, str(PART), str(SIZE))
    assert told["Cache-Control"] == "no-store"
    assert "GMT" in told["Upload-Expires"]
    for offset in range(PART, SIZE, PART):
        send(again, upload, offset, content[offset : offset + PART])
    assert settled(upload).sha256 == hashlib.sha256(content).hexdigest()


def test_it_becomes_the_next_version_of_a_document(sender: Sender) -> None:
    first = make.make_evidence(sender.institution, by=sender.actor)
    upload = begun(sender.client, SIZE, document=str(first.pk), purpose="version")
    send_all(sender.client, upload, words(SIZE))
    document = settled(upload)
    assert (document.replaces_id, document.version, document.series) == (first.pk, 2, first.series)
    refused = begin(sender.client, SIZE, document=str(first.pk), purpose="version")
    assert (refused.status_code, refused.json()["code"]) == (403, "replaced")


def test_it_becomes_a_redacted_copy_with_a_wider_marking_only(sender: Sender) -> None:
    first = make.make_evidence(sender.institution, by=sender.actor, marking="red")
    narrow = begin(sender.client, SIZE, document=str(first.pk), purpose="redacted", fields={"marking": "red"})
    assert narrow.status_code == 400
    upload = begun(sender.client, SIZE, document=str(first.pk), purpose="redacted", fields={"marking": "green"})
    send_all(sender.client, upload, words(SIZE))
    assert settled(upload).redacts_id == first.pk


def test_it_answers_the_question_for_which_it_was_uploaded(sender: Sender) -> None:
    make.an_authority(sender.institution.organisation.jurisdiction)
    application = make.begin_application(institution=sender.institution, by=sender.actor)
    asked = {"application": str(application.pk), "question": "incident_plan"}
    upload = begun(sender.client, SIZE, application=asked["application"], question=asked["question"])
    send_all(sender.client, upload, words(SIZE))
    document = settled(upload)
    assert (document.application_id, document.question) == (application.pk, "incident_plan")
    assert application.answers.get(question="incident_plan").value == [str(document.pk)]
    wrong = begin(sender.client, SIZE, application=asked["application"], question="no_such_question")
    assert wrong.status_code == 409


# --- who may --------------------------------------------------------------------------------------


def test_another_institution_finds_no_upload_there(sender: Sender) -> None:
    upload = begun(sender.client, SIZE)
    stranger = Sender().client
    for ask in (
        stranger.head(upload.get_absolute_url(), headers=TUS),
        stranger.get(upload.get_absolute_url()),
        send(stranger, upload, 0, words(PART)),
        stranger.delete(upload.get_absolute_url(), headers=TUS),
        stranger.post(reverse("partners:cancel_large_upload", args=[upload.pk])),
    ):
        assert ask.status_code == 404
    upload.refresh_from_db()
    assert (upload.state, upload.offset) == ("begun", 0)


def test_a_file_for_another_institutions_document_or_application_is_not_begun(sender: Sender) -> None:
    other = Sender()
    document = make.make_evidence(other.institution, by=other.actor)
    make.an_authority(other.institution.organisation.jurisdiction)
    application = make.begin_application(institution=other.institution, by=other.actor)
    assert begin(sender.client, SIZE, document=str(document.pk), purpose="version").status_code == 404
    assert begin(sender.client, SIZE, application=str(application.pk), question="incident_plan").status_code == 404
    assert begin(sender.client, SIZE, document="../../etc", purpose="version").status_code == 404


def test_a_colleague_who_is_no_applicant_is_told_so(sender: Sender) -> None:
    upload = begun(sender.client, SIZE)
    colleague = client_for(make_member(sender.institution.organisation, "administrator"))
    answer = send(colleague, upload, 0, words(PART))
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role")
    assert begin(colleague, SIZE).status_code == 403


def test_a_part_without_the_forms_token_is_refused(sender: Sender) -> None:
    upload = begun(sender.client, SIZE)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["sessionid"] = sender.client.cookies["sessionid"].value
    assert send(strict, upload, 0, words(PART)).status_code == 403
    upload.refresh_from_db()
    assert upload.offset == 0


# --- what does not fit ----------------------------------------------------------------------------


def test_a_part_for_another_place_is_a_conflict_and_changes_nothing(sender: Sender) -> None:
    content = words(SIZE)
    upload = begun(sender.client, SIZE)
    send(sender.client, upload, 0, content[:PART])
    before = objects()
    for offset in (0, PART - 1, PART + 1, SIZE, 2**40):
        assert send(sender.client, upload, offset, content[:PART]).status_code == 409
    upload.refresh_from_db()
    assert (upload.offset, objects()) == (PART, before)


def test_more_bytes_than_promised_are_refused(sender: Sender) -> None:
    upload = begun(sender.client, PART)
    answer = send(sender.client, upload, 0, words(PART + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_much")
    upload.refresh_from_db()
    assert upload.offset == 0


def test_a_wrong_checksum_keeps_the_place(sender: Sender) -> None:
    content = words(SIZE)
    upload = begun(sender.client, SIZE)
    send(sender.client, upload, 0, content[:PART])
    answer = send(sender.client, upload, PART, content[PART : 2 * PART], Upload_Checksum=checksum(b"something else"))
    assert (answer.status_code, answer.reason_phrase) == (460, "Checksum Mismatch")
    told = sender.client.head(upload.get_absolute_url(), headers=TUS)
    assert told["Upload-Offset"] == str(PART)
    assert send(sender.client, upload, PART, content[PART : 2 * PART], Upload_Checksum="md5 x").status_code == 400


def test_parts_are_neither_too_large_nor_crumbs(sender: Sender) -> None:
    upload = begun(sender.client, LARGEST_PART * 2)
    assert send(sender.client, upload, 0, bytes(LARGEST_PART + 1)).status_code == 413
    assert send(sender.client, upload, 0, b"x").status_code == 400
    assert send(sender.client, upload, 0, b"").status_code == 400
    upload.refresh_from_db()
    assert upload.offset == 0


def test_an_expired_upload_is_gone_also_before_the_sweep_has_seen_it(sender: Sender) -> None:
    content = words(SIZE)
    upload = begun(sender.client, SIZE)
    send(sender.client, upload, 0, content[:PART])
    with clock.at(clock.now() + timedelta(days=DAYS, hours=1)):
        assert send(client_for(sender.actor), upload, PART, content[PART : 2 * PART]).status_code == 410
        assert expire_uploads()["done"] == 1
        assert client_for(sender.actor).head(upload.get_absolute_url(), headers=TUS).status_code == 410
    upload.refresh_from_db()
    assert upload.state == "expired"
    assert not UploadPart.objects.filter(upload=upload).exists()
    assert not [name for name in objects() if name.startswith(upload.folder)]


def test_each_part_gives_it_another_week_and_a_missed_sweep_loses_nothing(sender: Sender) -> None:
    upload = begun(sender.client, SIZE)
    start = clock.now()
    with clock.at(start + timedelta(days=DAYS - 1)):
        assert send(client_for(sender.actor), upload, 0, words(PART)).status_code == 204
    with clock.at(start + timedelta(days=DAYS + 1)):
        assert expire_uploads()["done"] == 0
    with clock.at(start + timedelta(days=90)):
        assert expire_uploads()["done"] == 1
        assert expire_uploads()["done"] == 0


def test_no_part_is_taken_after_the_last(sender: Sender) -> None:
    content = words(SIZE)
    upload = begun(sender.client, SIZE)
    send_all(sender.client, upload, content)
    assert send(sender.client, upload, SIZE, words(PART)).status_code == 409
    settled(upload)
    assert send(sender.client, upload, 0, words(PART)).status_code == 409
    assert sender.client.delete(upload.get_absolute_url(), headers=TUS).status_code == 403


def test_a_cancelled_upload_is_gone_with_its_parts(sender: Sender) -> None:
    before = objects()
    upload = begun(sender.client, SIZE)
    send(sender.client, upload, 0, words(PART))
    assert sender.client.delete(upload.get_absolute_url(), headers=TUS).status_code == 204
    assert objects() == before
    assert send(sender.client, upload, PART, words(PART)).status_code == 410
    upload.refresh_from_db()
    assert upload.state == "cancelled"


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "C:\\boot\\a.csv", "a\u202evsc.csv", "a\x00b.csv", "/x.csv"])
def test_tricks_in_a_name_lead_nowhere(sender: Sender, name: str) -> None:
    upload = begun(sender.client, SIZE, name=name)
    assert not set("/\\\u202e\x00") & set(upload.name)
    send(sender.client, upload, 0, words(PART))
    part = UploadPart.objects.get(upload=upload)
    assert part.stored_name.startswith(f"parts/{upload.folder}/0-")


@pytest.mark.parametrize(
    ("size", "name", "status"),
    [
        (0, "a.csv", 400),
        (2**50, "a.csv", 413),
        (PART, "a.exe", 415),
        (PART, "", 415),
        (PART, "a.pdf.js", 415),
    ],
)
def test_what_would_be_refused_in_the_end_is_not_begun(sender: Sender, size: int, name: str, status: int) -> None:
    assert begin(sender.client, size, name=name).status_code == status
    assert not LargeUpload.objects.exists()


def test_headers_that_make_no_sense_are_told_so(sender: Sender) -> None:
    address = reverse("partners:begin_large_upload")
    assert sender.client.post(address).status_code == 400
    assert sender.client.post(address, headers={"Tus-Resumable": "0.2.2"}).status_code == 412
    for length in ("-1", "1e9", "", "9" * 40, "٣"):
        answer = sender.client.post(address, headers={**TUS, "Upload-Length": length})
        assert answer.status_code == 400, length
    bad = {**TUS, "Upload-Length": "5000000", "Upload-Metadata": "filename !!!"}
    assert sender.client.post(address, headers=bad).status_code == 400
    upload = begun(sender.client, SIZE)
    form = sender.client.patch(upload.get_absolute_url(), data=b"x", headers={**TUS, "Upload-Offset": "0"})
    assert form.status_code in (400, 415)


def test_the_protocol_is_announced(sender: Sender) -> None:
    told = sender.client.options(reverse("partners:begin_large_upload"))
    assert (told.status_code, told["Tus-Version"], told["Tus-Checksum-Algorithm"]) == (204, "1.0.0", "sha256")
    assert told["Tus-Extension"] == "creation,expiration,checksum,termination"


def test_an_institution_has_room_for_a_few_unfinished_files(sender: Sender, settings: Any) -> None:
    for _ in range(MOST_AT_ONCE):
        upload = begun(sender.client, SIZE)
    refused = begin(sender.client, SIZE)
    assert (refused.status_code, refused.json()["code"]) == (403, "quota")
    assert begin(Sender().client, SIZE).status_code == 201
    sender.client.delete(upload.get_absolute_url(), headers=TUS)
    assert begin(sender.client, SIZE).status_code == 201
    settings.MAX_UNFINISHED_BYTES = 2 * SIZE
    other = Sender()
    assert [begin(other.client, SIZE).status_code for _ in range(3)] == [201, 201, 403]


# --- what is in it --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.pdf", b"MZ" + bytes(SIZE)),
        ("report.pdf", b"\x7fELF" + bytes(SIZE)),
        ("table.csv", words(SIZE) + b"\n=cmd|' /C calc'!A0\n"),
        ("table.csv", words(PART - 4) + b"<script>alert(1)</script>" + words(SIZE)),
        ("plan.docx", office({"word/vbaProject.bin": b"x", "word/media/a.txt": bytes(range(256)) * 4000})),
        ("plan.pdf", pdf() + b"PK\x03\x04" + bytes(PART)),
        ("bomb.docx", office({"word/media/a.txt": bytes(60_000_000)})),
    ],
    ids=["program", "linux program", "starts a program", "markup over an edge", "macros", "two kinds", "bomb"],
)
def test_what_no_small_file_may_hold_no_large_one_may(sender: Sender, name: str, content: bytes) -> None:
    upload = begun(sender.client, len(content), name=name)
    send_all(sender.client, upload, content)
    document = settled(upload)
    assert document.state == "refused"
    assert document.reason
    assert document.stored_name == ""
    assert not UploadPart.objects.filter(upload=upload).exists()


@pytest.mark.clamav
def test_malware_in_a_large_file_is_found_and_dropped(sender: Sender, scanner: Daemon) -> None:
    packed = office({"word/media/picture.txt": EICAR, "word/media/more.txt": words(SIZE)})
    upload = begun(sender.client, len(packed), name="plan.docx")
    send_all(sender.client, upload, packed)
    document = settled(upload)
    assert document.state == "refused"
    assert "Test.EICAR" in document.reason
    assert document.stored_name == ""


@pytest.mark.clamav
def test_a_large_file_waits_in_quarantine_while_the_scanner_is_away(sender: Sender, no_answer: None) -> None:
    upload = begun(sender.client, SIZE)
    send_all(sender.client, upload, words(SIZE))
    assert settled(upload).state == "quarantined"


# --- crashes, and two at once ---------------------------------------------------------------------


def test_a_part_that_is_lost_or_changed_in_the_store_is_found_out(sender: Sender) -> None:
    for spoil in (lambda name: default_storage.delete(name), _overwrite):
        upload = begun(sender.client, SIZE)
        send_all(sender.client, upload, words(SIZE))
        spoil(upload.parts.order_by("offset")[1].stored_name)
        document = settled(upload)
        assert document.state == "refused"
        assert "lost" in document.reason


def _overwrite(name: str) -> None:
    with default_storage.open(name, "r+b") as file:
        file.write(b"another")


def test_a_lost_check_is_made_by_the_sweep_and_never_abandoned(sender: Sender, monkeypatch: Any) -> None:
    upload = begun(sender.client, SIZE)
    send_all(sender.client, upload, words(SIZE))
    with clock.at(clock.now() + timedelta(hours=5)):
        assert abandon_uploads()["done"] == 0
    asked: list[str] = []
    monkeypatch.setattr("partners.tasks.check_upload.delay", asked.append)
    assert check_uploads()["left"] == 1
    assert asked == [str(upload.pk)]
    assert settled(upload).state == "stored"
    assert check_uploads()["left"] == 0


def test_a_second_worker_leaves_a_check_alone_until_the_first_is_gone(sender: Sender) -> None:
    upload = begun(sender.client, SIZE)
    send_all(sender.client, upload, words(SIZE))
    LargeUpload.objects.filter(pk=upload.pk).update(claimed_until=clock.now() + timedelta(minutes=5))
    check_upload(str(upload.pk))
    upload.refresh_from_db()
    assert upload.state == "arrived"
    with clock.at(clock.now() + timedelta(minutes=6)):
        assert settled(upload).state == "stored"


def test_a_check_that_breaks_off_is_made_again(sender: Sender, monkeypatch: Any) -> None:
    upload = begun(sender.client, SIZE)
    send_all(sender.client, upload, words(SIZE))
    with monkeypatch.context() as broken:
        broken.setattr("partners.actions.upload.inspect", _pulls_the_plug)
        with pytest.raises(KeyboardInterrupt):
            check_upload(str(upload.pk))
    assert settled(upload).state == "stored"


def _pulls_the_plug(*_args: object, **_more: object) -> None:
    raise KeyboardInterrupt


def test_parts_that_a_crash_left_behind_are_removed(sender: Sender, monkeypatch: Any) -> None:
    upload = begun(sender.client, SIZE)
    send(sender.client, upload, 0, words(PART))
    with monkeypatch.context() as broken:
        broken.setattr("partners.actions.upload.discard", _pulls_the_plug)
        with pytest.raises(KeyboardInterrupt):
            sender.client.delete(upload.get_absolute_url(), headers=TUS)
    assert [name for name in objects() if name.startswith(upload.folder)]
    assert expire_uploads()["done"] == 1
    assert not [name for name in objects() if name.startswith(upload.folder)]


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_that_send_the_same_part_one_is_told(monkeypatch: Any) -> None:
    sender = Sender()
    content = words(SIZE)
    upload = begun(sender.client, SIZE)
    together = threading.Barrier(2, timeout=20)
    kept = parts.keep_part

    def both_at_once(*args: Any) -> UploadPart:
        part = kept(*args)
        together.wait()
        return part

    monkeypatch.setattr("partners.actions.upload.keep_part", both_at_once)
    statuses: list[int] = []

    def tab() -> None:
        try:
            statuses.append(send(client_for(sender.actor), upload, 0, content[:PART]).status_code)
        finally:
            connection.close()

    tabs = [threading.Thread(target=tab) for _ in range(2)]
    for one in tabs:
        one.start()
    for one in tabs:
        one.join(30)
    upload.refresh_from_db()
    assert sorted(statuses) == [204, 409]
    assert upload.offset == PART
    assert upload.parts.count() == 1
    assert len([name for name in objects() if name.startswith(upload.folder)]) == 1


def test_a_part_that_breaks_off_on_its_way_leaves_the_place(sender: Sender) -> None:
    upload = begun(sender.client, SIZE)
    short = {"wsgi.input": io.BytesIO(words(PART - 10)), "CONTENT_LENGTH": str(PART)}
    headers = {"HTTP_TUS_RESUMABLE": "1.0.0", "HTTP_UPLOAD_OFFSET": "0"}
    address, kind = upload.get_absolute_url(), "application/offset+octet-stream"
    environment: dict[str, Any] = {**headers, **short}
    answer = sender.client.generic("PATCH", address, b"x", content_type=kind, **environment)
    assert answer.status_code == 400
    upload.refresh_from_db()
    assert upload.offset == 0


def test_what_is_in_memory_does_not_grow_with_the_file(sender: Sender) -> None:
    size = 48 * PART
    content = words(size)
    upload = begun(sender.client, size)
    send_all(sender.client, upload, content, part=LARGEST_PART)
    del content
    tracemalloc.start()
    try:
        document = settled(upload)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert document.state == "stored"
    assert most < 12 * PART, f"{most / PART:.1f} MB for a file of 48"


def test_a_store_that_is_away_is_told_as_something_that_passes(
    sender: Sender, bucket: Server, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    upload = begun(sender.client, SIZE)
    there = settings.STORAGES
    away = {**bucket.options(), "endpoint_url": "http://127.0.0.1:1"}
    settings.STORAGES = {**there, "evidence": {**there["evidence"], "OPTIONS": away}}
    answer = send(sender.client, upload, 0, words(PART))
    settings.STORAGES = there
    assert (answer.status_code, answer.json()["code"]) == (503, "store")
    assert send(sender.client, upload, 0, words(PART)).status_code == 204


# --- pages ----------------------------------------------------------------------------------------


def test_unfinished_files_are_on_the_pages_on_which_one_goes_on(sender: Sender) -> None:
    upload = begun(sender.client, 40 * PART)
    send(sender.client, upload, 0, words(PART))
    for address in (reverse("partners:documents"), reverse("partners:upload")):
        page = sender.client.get(address).content.decode()
        assert "began to upload “measured.csv”" in page
        assert "1.0 MB of 40.0 MB have arrived" in page.replace("\xa0", " ")
        assert upload.get_absolute_url() in page
    stranger = Sender().client.get(reverse("partners:documents")).content.decode()
    assert "measured.csv" not in stranger


def test_a_document_on_its_way_says_what_is_done_with_it_and_the_page_follows(sender: Sender) -> None:
    upload = begun(sender.client, SIZE)
    send_all(sender.client, upload, words(SIZE))
    upload.refresh_from_db()
    assert upload.evidence is not None
    address = upload.evidence.get_absolute_url()
    page = sender.client.get(address).content.decode()
    assert "It is being checked" in page
    assert "It waits for its turn." in page
    waiting = sender.client.get(address, headers={"HX-Request": "true"})
    assert "HX-Refresh" not in waiting
    settled(upload)
    assert sender.client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert sender.client.get(upload.get_absolute_url())["Location"] == address


def test_the_page_of_an_upload_that_is_over_says_so(sender: Sender) -> None:
    upload = begun(sender.client, SIZE)
    answer = sender.client.post(reverse("partners:cancel_large_upload", args=[upload.pk]), follow=True)
    assert "The upload of “measured.csv” is cancelled." in answer.content.decode()
    assert "It was cancelled" in sender.client.get(upload.get_absolute_url()).content.decode()
    again = sender.client.post(reverse("partners:cancel_large_upload", args=[upload.pk]))
    assert again.status_code == 403


def test_words_make_a_file_of_their_size() -> None:
    assert len(sending.words(SIZE)) == SIZE
