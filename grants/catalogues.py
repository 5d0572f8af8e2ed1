"""Reading catalogues of statements: the scheme's own YAML, SATRE's YAML, and OSCAL catalogs in JSON.

Pure: bytes in, a `Read` out, nothing stored. A file that is none raises `CatalogueError` with a sentence for the
person; what is left out of a good one is listed in `Read.skipped`, with the reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from grants.models.statement import Statement
from portal.core.oscal import CatalogueError, Skipped, read_oscal
from portal.core.plain_yaml import read_yaml

BASELINE = Path(__file__).parent / "baseline" / "statements.yaml"
BASELINE_KEY = "baseline"
MAX_BYTES = 5 * 1024 * 1024
"""SATRE's has some 120 kB."""
MAX_STATEMENTS = 2000
MAX_TEXT = 4000
MAX_NAME = 60

Importance = Statement.Importance


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement as read. `safeguard` is one of the rulebook's, or nothing."""

    identifier: str
    group: str
    group_title: str
    text: str
    guidance: str
    importance: str
    safeguard: str = ""


@dataclass
class Read:
    """A catalogue as read, its statements in the order of the document, and what was left out."""

    title: str
    version: str
    format: str
    digest: str
    statements: list[StatementRow] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def read_statements(content: bytes, *, form: str, title: str = "", version: str = "") -> Read:
    """Read a catalogue in one of FORMATS. `title` and `version` are for a document that does not say them itself.

    Raises CatalogueError.
    """
    if form not in FORMATS:
        raise CatalogueError(_("The formats are: %(names)s.") % {"names": ", ".join(FORMATS)})
    if len(content) > MAX_BYTES:
        raise CatalogueError(_("The file is larger than 5 MB."))
    read = Read(title[:300], version[:60], form, hashlib.sha256(content).hexdigest())
    rows = FORMATS[form](content, read)
    seen: set[str] = set()
    for row in rows:
        if row.identifier in seen:
            read.skipped.append(Skipped(row.identifier, _("The identifier is there twice; the first one counts.")))
            continue
        seen.add(row.identifier)
        read.statements.append(row)
        if len(read.statements) > MAX_STATEMENTS:
            raise CatalogueError(_("The file has more than %(most)s statements.") % {"most": MAX_STATEMENTS})
    if not read.title or not read.version:
        raise CatalogueError(_("The file does not say its title and version. Name them beside it."))
    if not read.statements:
        raise CatalogueError(_("There is no statement in this file that could be imported."))
    return read


def _scheme(content: bytes, read: Read) -> Iterator[StatementRow]:
    """The scheme's own form: title, version, groups with statements."""
    document = read_yaml(content)
    read.title, read.version = _text(document, "title", 300), _text(document, "version", 60)
    for number, group in enumerate(_items(document, "groups"), 1):
        key, title = _text(group, "key", MAX_NAME), _text(group, "title", 300)
        if not key or not title:
            read.skipped.append(Skipped(f"groups[{number}]", _("A group needs a key and a title.")))
            continue
        for item in _items(group, "statements"):
            importance = _text(item, "importance", 20) or Importance.MANDATORY
            yield from _row(read, item, "id", key, title, "text", importance, safeguard=key[:50])


def _satre(content: bytes, read: Read) -> Iterator[StatementRow]:
    """SATRE's specification: a list of requirements with pillar, capability and importance."""
    names = {"mandatory": Importance.MANDATORY, "recommended": Importance.RECOMMENDED, "optional": Importance.OPTIONAL}
    for item in _items(read_yaml(content), "specification"):
        index, capability = _text(item, "capability_index", 20), _text(item, "capability", 200)
        # An asterisk says that a footnote tells when it is mandatory: it is to be answered all the same.
        importance = names.get(_text(item, "importance", 20).rstrip("*").lower(), "")
        yield from _row(
            read, item, "requirement_index", index, f"{index} {capability}".strip(), "statement", importance
        )


def _oscal(content: bytes, read: Read) -> Iterator[StatementRow]:
    """An OSCAL catalog: a control is a statement; properties `importance` and `safeguard` say the rest."""
    found = read_oscal(content)
    read.title, read.version = read.title or found.title, read.version or found.version
    read.skipped += found.skipped
    titles = {group.oscal_id: group.title for group in found.groups}
    for control in found.controls:
        props = {str(prop.get("name")): str(prop["value"]) for prop in control.props}
        item = {"id": control.oscal_id, "text": control.statement, "guidance": control.guidance}
        importance = props.get("importance", Importance.MANDATORY).lower()
        safeguard = props.get("safeguard", "")[:50]
        group = control.group[:MAX_NAME]
        title = titles.get(control.group, control.group)
        yield from _row(read, item, "id", group, title, "text", importance, safeguard=safeguard)


FORMATS: dict[str, Callable[[bytes, Read], Iterator[StatementRow]]] = {
    "scheme": _scheme,
    "satre": _satre,
    "oscal": _oscal,
}


def _row(
    read: Read, item: dict[str, Any], id_name: str, group: str, title: str, text_name: str, importance: str,
    safeguard: str = "",
) -> Iterator[StatementRow]:  # fmt: skip
    identifier, text = _text(item, id_name, MAX_NAME + 1), _text(item, text_name, MAX_TEXT + 1)
    where = identifier[:MAX_NAME] or group or "?"
    if not identifier or not text or not group:
        read.skipped.append(Skipped(where, _("A statement needs an identifier, a group and a text.")))
    elif len(identifier) > MAX_NAME or len(text) > MAX_TEXT:
        read.skipped.append(Skipped(where, _("Its identifier or text is too long.")))
    elif importance not in Importance.values:
        read.skipped.append(Skipped(where, _("It does not say whether it is mandatory, recommended or optional.")))
    else:
        guidance = _text(item, "guidance", MAX_TEXT)
        yield StatementRow(identifier, group, title[:300], text, guidance, str(importance), safeguard)


def _items(parent: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """The mappings in a list of the parent; anything else is passed over."""
    found = parent.get(name)
    if isinstance(found, list):
        yield from (item for item in found if isinstance(item, dict))


def _text(item: dict[str, Any], name: str, longest: int) -> str:
    value = item.get(name)
    return " ".join(value.replace("\x00", "").split())[:longest] if isinstance(value, str) else ""
