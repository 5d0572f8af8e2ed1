"""Deeds on control catalogues."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from audits.models import Catalogue, Control, ControlGroup
from partners import files
from portal.core import clock
from portal.core.actors import Actor
from portal.core.bulk import insert
from portal.core.oscal import CatalogueError, ControlRow, Read
from portal.ledger.models import Tier
from portal.workflow import as_deed, create, move

BATCH = 250
"""Controls that are written at a time; in between it is said how far the import is."""
Progress = Callable[[int, int], None]
"""Told how many controls of how many are written."""


@as_deed
def import_catalogue(
    *,
    key: str,
    read: Read,
    by: Actor,
    source: str = "",
    file_format: str = "oscal",
    file_name: str = "",
    document: bytes | None = None,
    progress: Progress | None = None,
) -> Catalogue:
    """Store a catalogue that was read, all of it or nothing. Earlier versions stay for the audits that use them.

    `document` is the OSCAL catalog that it is; with it, profiles may select from it later. The same file again gives
    the catalogue that is there. Raises CatalogueError for another file that calls itself the same version.
    """
    there: Catalogue | None = Catalogue.objects.filter(key=key, version=read.version).first()
    if there is not None:
        if there.digest == read.digest:
            return there
        raise CatalogueError(
            _("Version %(version)s of this catalogue is there already, with other content.") % {"version": read.version}
        )
    catalogue = Catalogue(
        key=key,
        version=read.version,
        title=read.title,
        source=source[:300],
        format=file_format,
        document_id=read.document_id,
        format_version=read.format_version,
        digest=read.digest,
        control_count=len(read.controls),
        skipped=[asdict(item) for item in read.skipped],
        imported_at=clock.now(),
        file_name=file_name[:200],
    )
    catalogue.clean_fields(exclude=["state", "skipped"])
    if document is not None:
        catalogue.stored_name = files.keep(document, folder="catalogues").stored_name
    detail = {"key": key, "version": read.version, "digest": read.digest, "controls": len(read.controls)}
    create(catalogue, "import", by=by, detail=detail, tier=Tier.SCHEME)
    _controls(catalogue, read.controls, _groups(catalogue, read), progress)
    return catalogue


@as_deed
def retire_catalogue(*, catalogue: Catalogue, by: Actor) -> Catalogue:
    """New audits no longer use it. Audits that do keep it."""
    return move(catalogue, "retire", by=by, detail={"key": catalogue.key, "version": catalogue.version})


def _groups(catalogue: Catalogue, read: Read) -> dict[str, ControlGroup]:
    made: dict[str, ControlGroup] = {}
    for position, row in enumerate(read.groups, 1):
        made[row.oscal_id] = ControlGroup(
            catalogue=catalogue,
            parent=made.get(row.parent),
            oscal_id=row.oscal_id,
            title=row.title,
            overview=row.overview,
            position=position,
            depth=row.depth,
        )
    insert(ControlGroup, list(made.values()))
    return made


def _controls(
    catalogue: Catalogue, rows: list[ControlRow], groups: dict[str, ControlGroup], progress: Progress | None
) -> None:
    made: dict[str, Control] = {}
    for position, row in enumerate(rows, 1):
        fields: dict[str, Any] = asdict(row)
        fields |= {"group": groups[row.group], "parent": made.get(row.parent)}
        made[row.oscal_id] = Control(catalogue=catalogue, position=position, **fields)
    controls = list(made.values())
    for start in range(0, len(controls), BATCH):
        insert(Control, controls[start : start + BATCH])
        if progress is not None:
            progress(min(start + BATCH, len(controls)), len(controls))
