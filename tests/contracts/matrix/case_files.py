"""Case files: made at the desk, taken, and taken in from elsewhere."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from partners import files
from partners.actions.case_file import ask_case_file, make_case_file, take_in_case
from partners.models import CaseFile, ImportedCase
from partners.rules.case_file import check
from portal.core import clock
from portal.seal.keys import peer_roots
from tests.contracts.matrix import desk_model, roles, row
from tests.contracts.matrix.partners import OFFICERS, case, deed, in_review
from tests.world import World


def _made(world: World) -> CaseFile:
    """A file of a case of our authority, made for our case officer."""
    made = world.once(in_review)
    file = ask_case_file(
        application=made.application, recipient="authority", reason="Hand-over", by=world.actor("case_officer")
    )
    return make_case_file(file=file)


def _imported(world: World) -> ImportedCase:
    """The same file, taken in by our own authority."""
    data = files.read(world.once(_made).stored_name)
    report = check(io.BytesIO(data), len(data), roots=peer_roots(), now=clock.now())
    by = world.actor("case_officer")
    return take_in_case(content=io.BytesIO(data), size=len(data), report=report, by=by)[0]


def made_file(world: World) -> dict[str, Any]:
    file = world.once(_made)
    return {"pk": file.application_id, "file_pk": file.pk, "part": "zip"}


def imported(world: World) -> dict[str, Any]:
    return {"object_id": world.once(_imported).pk}


def imported_pk(world: World) -> dict[str, Any]:
    return {"pk": world.once(_imported).pk}


def rubbish(_world: World) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("case.zip", b"PK\x03\x04 nothing")}


OFFICER = roles("case_officer")
ROWS: list[Any] = [
    deed(
        "file",
        in_review,
        case(*OFFICERS, sees=("reviewer",)),
        data=lambda _world: {"recipient": "authority", "reason": "Hand-over"},
    ),
    row(
        "admin:partners_application_take_file",
        post=case(*OFFICERS, sees=("reviewer",)),
        make=made_file,
    ),
    *desk_model("partners_importedcase", *OFFICERS, make=imported, hidden=("case_officer.stranger",)),
    row("admin:partners_importedcase_import", OFFICER, OFFICER, data=rubbish),
    row(
        "admin:partners_importedcase_take",
        post=roles(*OFFICERS).but("case_officer.stranger", gets="404"),
        make=imported_pk,
    ),
]
