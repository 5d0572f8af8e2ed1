"""The public check of letters: genuine, no longer valid, altered, not ours; little is told, nothing kept."""

from __future__ import annotations

import io
import zlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings as live
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from partners import files
from partners.actions.qualification import (
    lapse_qualification,
    remove_qualification,
    restrict_qualification,
    suspend_qualification,
)
from partners.forms.verify import MOST_BYTES
from partners.models import Letter, Qualification
from partners.rules.letter import new_code, written
from partners.views import verify
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.seal.pdf import seal_pdf
from tests.factories import partners as make
from tests.partners.test_letters import refused
from tests.seal.test_seal import another

pytestmark = pytest.mark.django_db
GENUINE, SENT = "Genuine: this letter is ours, unchanged", "We sent a letter with this code"
ENDED, ALTERED = "Genuine, but what it says no longer holds", "Altered: this is not the letter as we sent it"
UNKNOWN, UNRECORDED = "Not ours: we have no such letter", "Sealed by us, but not among our letters"


@pytest.fixture(autouse=True)
def _nobody_asked_yet() -> None:
    cache.clear()


@pytest.fixture
def letter() -> Letter:
    made = make.sign(make.application_to_sign())
    return Letter.objects.get(application=made.application, kind="approval")


def content(letter: Letter) -> bytes:
    return files.read(letter.stored_name)


def shown(data: bytes, name: str = "letter.pdf") -> str:
    response = Client().post(reverse("partners:verify"), {"letter": SimpleUploadedFile(name, data)})
    assert response.status_code == 200
    return response.content.decode()


def typed(code: str, status: int = 200) -> str:
    response = Client().get(reverse("partners:verify"), {"code": code})
    assert response.status_code == status
    return response.content.decode()


# --- by the file ----------------------------------------------------------------------------------


def test_the_file_as_it_was_sent_is_genuine(letter: Letter) -> None:
    page = shown(content(letter), "renamed.PDF")
    assert GENUINE in page
    assert letter.application.institution.name in page
    assert "Valid, and over the whole file" in page


@pytest.mark.parametrize("kind", ["refusal", "question"])
def test_every_kind_of_letter_can_be_checked_by_its_file(kind: str) -> None:
    if kind == "refusal":
        made = refused()
    else:
        made = make.reviewed_application()
        make.ask(made)
    page = shown(content(Letter.objects.get(application=made.application, kind=kind)))
    assert GENUINE in page
    assert made.institution.name in page


def test_an_update_after_the_seal_is_altered(letter: Letter) -> None:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(content(letter)))
    writer.root["/Lang"] = generic.TextStringObject("xx")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(content(letter))
    assert ALTERED in shown(out.getvalue())
    assert ALTERED in shown(content(letter) + b"\n")


def test_a_changed_byte_is_altered(letter: Letter) -> None:
    data = bytearray(content(letter))
    data[len(data) // 3] ^= 1
    assert ALTERED in shown(bytes(data))


def test_a_letter_without_its_seal_is_altered_where_its_code_is_left(letter: Letter) -> None:
    with pikepdf.open(io.BytesIO(content(letter))) as pdf:
        del pdf.Root.AcroForm
        for page in pdf.pages:
            page.Annots = pikepdf.Array([one for one in page.get("/Annots", []) if one.Subtype != "/Widget"])
        out = io.BytesIO()
        pdf.save(out)
    assert ALTERED in shown(out.getvalue())


def test_what_was_changed_tells_no_more_than_the_code(letter: Letter) -> None:
    made = refused()
    row = Letter.objects.get(application=made.application)
    page = shown(content(row) + b"\n")
    assert ALTERED in page
    assert made.institution.name not in page


def test_a_file_of_somebody_else_is_not_ours(letter: Letter, settings: Any) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        out = io.BytesIO()
        pdf.save(out)
    assert UNKNOWN in shown(out.getvalue())
    ours = (settings.SEAL_KEY, settings.SEAL_CHAIN)
    another(settings)
    forged = seal_pdf(out.getvalue(), at=clock.now(), reason="Letter", tooltip="Seal")
    settings.SEAL_KEY, settings.SEAL_CHAIN = ours
    assert UNKNOWN in shown(forged)


def test_a_letter_that_we_sealed_and_do_not_know_is_told_apart() -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        out = io.BytesIO()
        pdf.save(out)
    assert UNRECORDED in shown(seal_pdf(out.getvalue(), at=clock.now(), reason="Letter", tooltip="Seal"))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"<script>alert(1)</script>", b"\x89PNG", b"x%PDF-1.7"])
def test_only_pdfs_are_looked_at(data: bytes) -> None:
    assert "This is not a PDF" in shown(data)


def test_large_files_are_not_looked_at() -> None:
    assert "larger than 2 MB" in shown(b"%PDF-" + bytes(MOST_BYTES))


def test_a_bomb_is_not_opened() -> None:
    bomb = zlib.compress(bytes(50_000_000))
    head = f"%PDF-1.7\n1 0 obj\n<</Length {len(bomb)}/Filter/FlateDecode>>\nstream\n".encode()
    assert UNKNOWN in shown(head + bomb + b"\nendstream\nendobj\n%%EOF")
    assert UNKNOWN in shown(b"%PDF-" + b"/ByteRange [0 5 60 90]" * 50_000)


def test_nothing_of_an_upload_is_kept(letter: Letter) -> None:
    root = Path(live.MEDIA_ROOT)
    before = sorted(path for path in root.rglob("*") if path.is_file())
    shown(content(letter) + b"\n")
    shown(b"%PDF-1.7 nothing")
    assert sorted(path for path in root.rglob("*") if path.is_file()) == before


# --- by the code ----------------------------------------------------------------------------------


def test_a_code_leads_to_what_the_register_says(letter: Letter) -> None:
    page = typed(written(letter.code or ""))
    assert SENT in page
    assert letter.application.institution.name in page
    assert letter.application.qualification.reference in page


def test_a_code_of_a_refusal_tells_neither_kind_nor_institution() -> None:
    made = refused()
    row = Letter.objects.get(application=made.application)
    page = typed(row.code or "")
    assert SENT in page
    assert made.authority.name in page
    assert made.institution.name not in page
    assert "refusal" not in page.lower()


def test_a_code_that_nobody_gave_is_not_ours() -> None:
    assert UNKNOWN in typed(new_code())
    assert "This is no code of a letter" in typed("ABCD-EFGH")


# --- how things stand now -------------------------------------------------------------------------


@pytest.mark.parametrize("deed", [suspend_qualification, remove_qualification])
def test_a_letter_is_no_longer_valid_once_its_qualification_is_held(letter: Letter, deed: Any) -> None:
    deed(qualification=letter.application.qualification, reason="A breach.", by=SYSTEM)
    for page in (typed(letter.code or ""), shown(content(letter))):
        assert ENDED in page
        assert "A breach." not in page


def test_a_restriction_is_told_and_its_reason_is_not(letter: Letter) -> None:
    restrict_qualification(qualification=letter.application.qualification, reason="A breach.", by=SYSTEM)
    page = typed(letter.code or "")
    assert SENT in page
    assert "within limits" in page
    assert "A breach." not in page


def test_a_letter_is_no_longer_valid_once_its_time_is_over(letter: Letter) -> None:
    held = letter.application.qualification
    with clock.at(clock.now() + timedelta(days=(held.valid_until - clock.today()).days + 1)):
        assert ENDED in typed(letter.code or "")
        lapse_qualification(qualification=held, by=SYSTEM)
        assert ENDED in shown(content(letter))


def test_what_took_its_place_is_named() -> None:
    made = make.sign(make.application_to_sign())
    letter = Letter.objects.get(application=made.application, kind="certificate")
    renewal = make.begin_application(institution=made.institution, kind="renewal", by=made.applicant)
    assert SENT in typed(letter.code or "")  # asking alone changes nothing
    make.sign(make.send(make.assess(make.assign(make.screen(make.submit(replace(made, application=renewal)))))))
    held = Qualification.objects.get(institution=made.institution, state="in_force")
    page = typed(letter.code or "")
    assert ENDED in page
    assert f"{held.reference}, has taken its place" in page


# --- limits ---------------------------------------------------------------------------------------


def test_guessing_is_slowed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "CODES", verify.Limit("few", 3, timedelta(minutes=10)))
    for _ in range(3):
        typed(new_code())
    assert "Too many checks" in typed(new_code(), status=429)
    assert Client().get(reverse("partners:verify")).status_code == 200  # the page itself stays open


def test_uploads_are_slowed_down_apart_from_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "FILES", verify.Limit("few-files", 1, timedelta(minutes=10)))
    shown(b"%PDF-1.7")
    response = Client().post(reverse("partners:verify"), {"letter": SimpleUploadedFile("a.pdf", b"%PDF-1.7")})
    assert response.status_code == 429
    typed(new_code())


def test_the_page_is_linked_where_the_register_is() -> None:
    page = Client().get(reverse("transparency:register")).content.decode()
    assert reverse("partners:verify") in page


def test_answers_are_not_kept_by_browsers_or_proxies(letter: Letter) -> None:
    response = Client().get(reverse("partners:verify"), {"code": letter.code or ""})
    assert "no-store" in response["Cache-Control"]
