"""Where files are kept: a folder of this machine, or a bucket of a real S3-compatible server."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from django.core.files.storage import storages
from django.http import Http404
from django.urls import reverse

from partners import files
from partners.tasks import scan_uploads
from tests.clamav import EICAR, Daemon
from tests.factories import partners as make
from tests.store import BUCKET, Server
from tests.world import client_for

LARGE = 20_000_000


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest) -> str:
    """Both places in turn."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    return str(request.param)


def test_what_is_kept_is_read_again_and_dropped(kept: str) -> None:
    content = b"What we do.\n"
    place = files.keep(content)
    assert (place.size, place.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert files.read(place.stored_name) == content
    files.drop(place.stored_name)
    with pytest.raises(Http404):
        files.read(place.stored_name)
    files.drop(place.stored_name)


def test_a_large_file_goes_in_and_out_by_blocks(kept: str) -> None:
    with tempfile.TemporaryFile() as file:
        block = bytes(range(256)) * 4096
        for _ in range(LARGE // len(block)):
            file.write(block)
        place = files.keep(file)
        file.seek(0)
        assert place.sha256 == hashlib.file_digest(file, "sha256").hexdigest()
    found = hashlib.sha256()
    with closing(files.stream(place.stored_name)) as stream:
        while part := stream.read(files.BLOCK):
            assert len(part) <= files.BLOCK
            found.update(part)
    assert found.hexdigest() == place.sha256


def test_names_are_random_and_tell_nothing(kept: str) -> None:
    one, two = files.keep(b"same"), files.keep(b"same")
    assert one.stored_name != two.stored_name
    assert len(one.stored_name.rsplit("/", 1)[1]) == 40


def test_a_file_is_handed_out_as_an_attachment_from_either(kept: str) -> None:
    place = files.keep(b"0123456789")
    answer = files.attachment(place.stored_name, name="plan.txt", content_type="text/plain")
    assert answer["Content-Disposition"] == 'attachment; filename="plan.txt"'
    assert answer["Cache-Control"] == "private, no-store"
    assert b"".join(cast(Any, answer.streaming_content)) == b"0123456789"


@pytest.mark.django_db
def test_a_document_goes_through_the_bucket_and_only_its_readers_get_it(bucket: Server) -> None:
    made = make.cast()
    document = make.make_evidence(made.institution, by=made.applicant)
    assert document.state == "stored"
    assert document.stored_name in bucket.objects()
    address = reverse("partners:evidence", args=[document.pk])
    answer: Any = client_for(made.applicant).get(address)
    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == document.sha256
    stranger = make.cast()
    assert client_for(stranger.applicant).get(address).status_code == 404


@pytest.mark.django_db
@pytest.mark.clamav
def test_what_waits_in_the_bucket_is_scanned_from_there(scanner: Daemon, bucket: Server, settings: Any) -> None:
    made = make.cast()
    settings.CLAMD_ADDRESS = "127.0.0.1:1"
    good = make.make_evidence(made.institution, by=made.applicant)
    same_size = make.upload("plan.txt", b"x" * len(EICAR))
    bad = make.upload_evidence(institution=made.institution, upload=same_size, by=made.applicant)
    lay = bucket.folder / BUCKET / bad.stored_name
    lay.write_bytes(EICAR)
    settings.CLAMD_ADDRESS = scanner.address
    scan_uploads()
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, bad.state) == ("stored", "refused")
    assert good.stored_name in bucket.objects()
    assert not lay.exists()


def test_no_object_can_be_had_without_the_key(bucket: Server) -> None:
    place = files.keep(b"secret")
    with pytest.raises(NotImplementedError):
        files.store().url(place.stored_name)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{bucket.address}/{BUCKET}/{place.stored_name}", timeout=5)
    assert refused.value.code in (400, 403)


def test_a_wrong_key_is_refused_by_the_store_and_is_no_missing_file(bucket: Server, settings: Any) -> None:
    place = files.keep(b"secret")
    wrong = {**bucket.options(), "secret_key": "wrong"}
    settings.STORAGES = {**settings.STORAGES, "evidence": {**settings.STORAGES["evidence"], "OPTIONS": wrong}}
    with pytest.raises(files.StoreAway):
        files.read(place.stored_name)
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {**settings.STORAGES["evidence"], "OPTIONS": bucket.options()},
    }


def test_nothing_is_loaded_for_a_store_that_is_not_set_up() -> None:
    code = (
        "import sys, django; django.setup(); import partners.views.files; from partners import files; files.store();"
        "print([name for name in ('boto3', 'storages', 'partners.bucket') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_default_is_the_folder_for_files(settings: Any) -> None:
    place = files.keep(io.BytesIO(b"here"))
    assert (Path(settings.MEDIA_ROOT) / place.stored_name).read_bytes() == b"here"
    assert storages["evidence"] is files.store()
