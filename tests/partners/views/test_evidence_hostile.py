"""Hostile files and names through the page, with ClamAV's own daemon behind it: nothing is kept or comes back."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import escape

from partners.models import Evidence
from portal.core.actors import Actor
from portal.notifications.models.notice import Notice
from tests.clamav import EICAR, Daemon
from tests.factories import partners as make
from tests.factories.accounts import make_member
from tests.partners.hostile import KINDS, NAMES, hostile, office
from tests.world import client_for

pytestmark = [pytest.mark.django_db, pytest.mark.clamav]


@pytest.fixture
def applicant(scanner: Daemon) -> Actor:
    return make.make_institution()[1]


def send(actor: Actor, name: str, content: bytes) -> Any:
    file = SimpleUploadedFile("a", content)
    file.name = name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")  # as browsers write it
    return client_for(actor).post(reverse("partners:upload"), {"upload": file, "marking": "amber"})


def kept() -> int:
    """Files that lie under the folder of evidence."""
    folders = default_storage.listdir("evidence")[0] if default_storage.exists("evidence") else []
    return sum(len(default_storage.listdir(f"evidence/{folder}")[1]) for folder in folders)


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_files_are_refused_on_the_page_and_nothing_of_them_is_kept(applicant: Actor, kind: str) -> None:
    before = kept()
    for name in KINDS[kind]:
        response = send(applicant, *hostile(kind, name))
        document = Evidence.objects.latest("pk")
        assert response.status_code == 200
        assert escape(f"{document.name}: {document.reason}") in response.content.decode()
        assert (document.state, document.stored_name, document.sha256) == ("refused", "", "")
    assert Evidence.objects.count() == len(KINDS[kind])
    assert kept() == before


@pytest.mark.parametrize("kind", NAMES)
def test_hostile_names_are_harmless_wherever_they_are_shown(applicant: Actor, kind: str) -> None:
    response = send(applicant, NAMES[kind][0], make.png())
    document = Evidence.objects.get()
    assert response["Location"] == document.get_absolute_url()
    client = client_for(applicant)
    for url in (document.get_absolute_url(), reverse("partners:documents")):
        page = client.get(url).content.decode()
        for unsafe in ("<img src=x", "49{%", "\u202e", "\u2066"):
            assert unsafe not in page
    given = client.get(reverse("partners:evidence", args=[document.pk]))
    assert given["Content-Disposition"].startswith("attachment; filename")
    assert not {"\r", "\n", "/", "\\"} & set(given["Content-Disposition"].replace('\\"', ""))
    assert "Set-Cookie" not in given.headers


MALWARE = {
    "text": ("notes.txt", EICAR),
    "document": ("report.docx", office({"word/media/picture.txt": EICAR})),
    "sheet": ("figures.xlsx", office({"xl/media/picture.txt": EICAR}, "xl")),
    "slides": ("talk.pptx", office({"ppt/media/picture.txt": EICAR}, "ppt")),
}


@pytest.mark.parametrize("kind", MALWARE)
def test_malware_in_what_looks_honest_is_found_by_the_daemon_and_told(applicant: Actor, kind: str) -> None:
    before = kept()
    authority = make.an_authority("NO")
    officer = make_member(authority, "case_officer")
    response = send(applicant, *MALWARE[kind])
    document = Evidence.objects.get()
    assert "The malware scan found “Test.EICAR" in response.content.decode()
    assert (document.state, document.stored_name) == ("refused", "")
    assert kept() == before
    told = Notice.objects.filter(kind__in=["malware_found", "malware_in_upload"]).values_list("recipient", flat=True)
    assert set(told) == {applicant.user_id, officer.user_id}
    page = client_for(applicant).get(document.get_absolute_url()).content.decode()
    assert "It was refused" in page
    assert "Test.EICAR" in page


def test_an_honest_document_passes_page_daemon_and_download(applicant: Actor) -> None:
    send(applicant, "report.docx", office({"word/media/picture.txt": "What we do. " * 40}))
    document = Evidence.objects.get()
    page = client_for(applicant).get(document.get_absolute_url()).content.decode()
    assert "Clean on" in page
    assert "by ClamAV" in page
    given: Any = client_for(applicant).get(reverse("partners:evidence", args=[document.pk]))
    assert b"".join(given.streaming_content).startswith(b"PK")
