"""Control catalogues at the desk: who reads them, and who imports one."""

from __future__ import annotations

import io
import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from audits.actions.catalogue import import_catalogue
from audits.actions.catalogue_import import receive_catalogue
from audits.actions.crosswalk import import_crosswalk
from audits.models import CatalogueImport, Crosswalk
from portal.core.actors import SYSTEM
from portal.core.oscal import read_oscal
from tests.contracts.matrix import roles, row
from tests.contracts.matrix.audits import at, catalogue, desk, in_fieldwork, own, with_partner
from tests.world import World

CONTROL = {"id": "c-1", "title": "One", "parts": [{"name": "statement", "prose": "Do it."}]}
READERS = roles("case_officer", "auditor", "system_administrator")
IMPORTERS = roles("case_officer", "system_administrator")
AUDIT = desk("case_officer.body", "auditor", viewers=("case_officer", "auditor"))


def document(version: str) -> bytes:
    metadata = {"title": "Matrix", "version": version, "oscal-version": "1.1.2"}
    return json.dumps({"catalog": {"metadata": metadata, "controls": [CONTROL]}}).encode()


def upload(_world: World) -> dict[str, Any]:
    return {"key": "matrix", "form": "oscal", "upload": SimpleUploadedFile("matrix.json", document("1"))}


def one(world: World) -> dict[str, Any]:
    return {"pk": world.once(catalogue).pk}


def a_control(world: World) -> dict[str, Any]:
    made = world.once(catalogue)
    return {"pk": made.pk, "control_pk": made.controls.order_by("position")[0].pk}


def two_versions(_world: World) -> list[Any]:
    return [import_catalogue(key="two", read=read_oscal(document(version)), by=SYSTEM) for version in ("1", "2")]


def both(world: World) -> dict[str, Any]:
    old, new = world.once(two_versions)
    return {"pk": new.pk, "old_pk": old.pk}


def received(world: World) -> CatalogueImport:
    file = io.BytesIO(document("3"))
    return receive_catalogue(key="matrix", form="oscal", content=file, file_name="matrix.json", by=SYSTEM)


def crosswalk(world: World) -> Crosswalk:
    world.once(two_versions)
    read = read_oscal(document("1"))
    import_catalogue(key="one", read=read, by=SYSTEM)
    return import_crosswalk(from_key="one", to_key="two", title="C", content=b"from,to\nc-1,c-1\n", by=SYSTEM)


ROWS: list[Any] = [
    row("admin:audits_catalogue_import", IMPORTERS, IMPORTERS, data=upload),
    row("admin:audits_catalogue_search", READERS),
    row("admin:audits_catalogue_control", READERS, make=a_control),
    row("admin:audits_catalogue_changes", READERS, make=both),
    row("admin:audits_catalogue_retire", IMPORTERS, IMPORTERS, make=one),
    row("admin:audits_catalogueimport_changelist", IMPORTERS, IMPORTERS),
    row(
        "admin:audits_catalogueimport_change",
        IMPORTERS,
        make=lambda world: {"object_id": world.once(received).pk},
    ),
    row("admin:audits_audit_oscal", AUDIT, make=at(in_fieldwork)),
    row("admin:audits_crosswalk_changelist", READERS, READERS),
    row("admin:audits_crosswalk_import", IMPORTERS, IMPORTERS, data=lambda _world: {"title": "Links"}),
    row(
        "admin:audits_crosswalk_change",
        READERS,
        make=lambda world: {"object_id": world.once(crosswalk).pk},
    ),
    row("admin:audits_crosswalk_retire", IMPORTERS, IMPORTERS, make=at(crosswalk)),
    row("admin:audits_audit_crosswalk", AUDIT, AUDIT, make=at(in_fieldwork)),
    row("audits:audit_oscal", own(), make=at(with_partner)),
]
