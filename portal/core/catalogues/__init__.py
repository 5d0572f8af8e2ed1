"""Reading control catalogues in any of the forms that are published: OSCAL catalogs and profiles, SATRE, ATLAS, CSV.

Pure: bytes in, a `Read` out (portal.core.oscal), nothing stored. What is no catalogue raises `CatalogueError` with a
sentence for the person; what is left out of a good one is in `Read.skipped`, with the place and the reason.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from portal.core.catalogues.atlas import read_atlas
from portal.core.catalogues.profile import resolve
from portal.core.catalogues.satre import read_satre
from portal.core.catalogues.table import read_table
from portal.core.oscal import CatalogueError, Read, read_catalog, read_json

FORMS = ("oscal", "satre", "atlas", "csv")


def read_catalogue(
    content: bytes, *, form: str, title: str = "", version: str = "", sources: Mapping[str, bytes] | None = None
) -> Read:
    """Read a file in one of FORMS.

    `title` and `version` are for files that do not say them themselves. `sources` are the catalogs from which an
    OSCAL profile selects, by the name of their file. Raises CatalogueError.
    """
    if form == "oscal":
        return _oscal(content, sources or {})
    if form not in FORMS:
        raise CatalogueError(_("The forms are: %(names)s.") % {"names": ", ".join(FORMS)})
    read = Read(
        title=" ".join(title.split())[:300],
        version=" ".join(version.split())[:60],
        document_id="",
        format_version="",
        digest=hashlib.sha256(content).hexdigest(),
    )
    {"satre": read_satre, "atlas": read_atlas, "csv": read_table}[form](content, read)
    if not read.title or not read.version:
        raise CatalogueError(_("The file does not say its title and version. Name them beside it."))
    if not read.controls:
        raise CatalogueError(_("There is no control in this file that could be imported."))
    return read


def document_of(content: bytes, *, form: str, sources: Mapping[str, bytes] | None = None) -> bytes | None:
    """The OSCAL catalog that a file is, or resolves to: what profiles may select from later. None for other forms."""
    if form != "oscal":
        return None
    document = read_json(content)
    return json.dumps(_resolved(document, sources or {})[0], ensure_ascii=False).encode()


def _oscal(content: bytes, sources: Mapping[str, bytes]) -> Read:
    document, left_out = _resolved(read_json(content), sources)
    read = read_catalog(document, digest=hashlib.sha256(content).hexdigest())
    read.skipped += left_out
    return read


def _resolved(document: dict[str, Any], sources: Mapping[str, bytes]) -> tuple[dict[str, Any], list[Any]]:
    if "profile" not in document:
        return document, []
    return resolve(document, {name: read_json(content) for name, content in sources.items()})
