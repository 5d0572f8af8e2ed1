"""Reading control catalogues: OSCAL catalogs in JSON (NIST OSCAL 1.x, “catalog” model), into plain rows.

Pure: bytes in, a `Read` out, nothing stored. A document that is no catalogue raises `CatalogueError` with a
sentence for the person; what is left out of a good one is listed in `Read.skipped`, with the reason.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

MAX_BYTES = 20 * 1024 * 1024
"""The largest catalogues that are published have some 10 MB."""
MAX_NODES = 1_000_000
"""Lists and objects in a file. SP 800-53, whole, has a tenth of it; so many take some 200 MB to hold."""
MAX_CONTROLS = 20_000
MAX_TEXT = 100_000
"""Characters of a statement or of guidance. More is no text that an auditor could test against."""
MAX_FILLED = 2_000
"""Characters that stand for one parameter."""
MAX_DEPTH = 12
"""Groups, controls and parts nested deeper than this are no catalogue that a person could read."""
_INSERT = re.compile(r"\{\{\s*insert:\s*param,\s*([^\s}]+)\s*\}\}")
_SPACES = re.compile(r"[ \t]+")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class CatalogueError(ValueError):
    """The file is not a catalogue that can be imported. The message says what is wrong and what to do."""


@dataclass(frozen=True)
class Skipped:
    """Something in the document that was left out: where it is, and why."""

    where: str
    why: str


@dataclass(frozen=True)
class GroupRow:
    """A group; `parent` is the identifier of the group around it."""

    oscal_id: str
    title: str
    overview: str
    parent: str
    depth: int


@dataclass(frozen=True)
class ControlRow:
    """A control; `parent` is the control that it enhances, if any."""

    oscal_id: str
    group: str
    parent: str
    label: str
    klass: str
    title: str
    statement: str
    guidance: str
    props: list[dict[str, Any]]
    params: list[dict[str, Any]]
    links: list[dict[str, Any]]
    statement_id: str = ""
    """The identifier of the part that is the statement, where the document gives it one."""


@dataclass
class Read:
    """A catalogue as read: its description, groups and controls in the order of the document, what was left out."""

    title: str
    version: str
    document_id: str
    format_version: str
    digest: str
    groups: list[GroupRow] = field(default_factory=list)
    controls: list[ControlRow] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def read_oscal(content: bytes) -> Read:
    """Read an OSCAL catalog (JSON). Raises CatalogueError."""
    return read_catalog(read_json(content), digest=hashlib.sha256(content).hexdigest())


def read_catalog(document: dict[str, Any], *, digest: str) -> Read:
    """Read an OSCAL catalog that was parsed; `digest` is of the file that it came in. Raises CatalogueError."""
    catalog = document.get("catalog")
    if not isinstance(catalog, dict):
        raise CatalogueError(
            _("This is no OSCAL catalog: it has no “catalog” at its top. Profiles must be resolved to a catalog first.")
        )
    metadata = catalog.get("metadata")
    if not isinstance(metadata, dict):
        raise CatalogueError(_("The catalog has no metadata, so its title and version are unknown."))
    read = Read(
        title=_text(metadata.get("title"), 300),
        version=_text(metadata.get("version"), 60),
        document_id=_uuid(catalog.get("uuid")),
        format_version=_text(metadata.get("oscal-version"), 20),
        digest=digest,
    )
    if not read.title or not read.version:
        raise CatalogueError(_("The catalog’s metadata must name a title and a version."))
    _Reader(read, _params(catalog, 0)).catalog(catalog)
    if not read.controls:
        raise CatalogueError(_("There is no control in this catalog that could be imported."))
    return read


def read_json(content: bytes) -> dict[str, Any]:
    """A JSON object that PostgreSQL can keep: no NUL, no half of a surrogate pair, no number that JSON does not have.

    Raises CatalogueError.
    """
    if len(content) > MAX_BYTES:
        raise CatalogueError(_("The file is larger than 20 MB."))
    if content.count(b"{") + content.count(b"[") > MAX_NODES:
        raise CatalogueError(_("The file has more than a million lists and objects in it, which no catalogue has."))
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number, parse_float=_finite)
        if _SURROGATE.search(content):
            json.dumps(document, ensure_ascii=False).encode()
    except (UnicodeError, ValueError, RecursionError) as error:
        raise CatalogueError(_("The file is not JSON in UTF-8. Export the catalog as OSCAL JSON.")) from error
    if rb"\u0000" in content:
        raise CatalogueError(_("The file has a NUL character in it, which no text needs. Take it out and try again."))
    if not isinstance(document, dict):
        raise CatalogueError(_("This is no OSCAL catalog: its top is not an object."))
    return document


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")


def _finite(text: str) -> float:
    if math.isinf(number := float(text)):
        raise ValueError(f"{text[:20]} is too large")
    return number


class _Reader:
    """Walks a catalog and fills a Read."""

    def __init__(self, read: Read, params: dict[str, dict[str, Any]]) -> None:
        self._read = read
        self._params = params
        self._seen: set[str] = set()
        self._stands_for: dict[str, str] = {}

    def catalog(self, catalog: dict[str, Any]) -> None:
        for number, group in enumerate(_items(catalog, "groups"), 1):
            self._group(group, parent="", where=f"groups[{number}]", depth=0)
        if loose := list(_items(catalog, "controls")):
            self._read.groups.append(GroupRow("_ungrouped", _("Other controls"), "", "", 0))
            self._controls(loose, group="_ungrouped", parent="", where="catalog", depth=0)

    def _group(self, group: dict[str, Any], *, parent: str, where: str, depth: int) -> None:
        title = _text(group.get("title"), 300)
        if depth >= MAX_DEPTH:
            self._skip(where, _("Nested more deeply than %(depth)s levels.") % {"depth": MAX_DEPTH})
            return
        if not title:
            self._skip(where, _("A group without a title; what is in it was left out."))
            return
        key = _text(group.get("id"), 120) or f"_{where}"[:120]
        if not self._first(key, where):
            return
        overview = "\n\n".join(self._prose(part) for part in _items(group, "parts") if self._prose(part))
        self._read.groups.append(GroupRow(key, title, overview, parent, depth))
        self._controls(_items(group, "controls"), group=key, parent="", where=where, depth=depth + 1)
        for number, child in enumerate(_items(group, "groups"), 1):
            self._group(child, parent=key, where=f"{where}.groups[{number}]", depth=depth + 1)

    def _controls(self, controls: Any, *, group: str, parent: str, where: str, depth: int) -> None:
        for number, control in enumerate(controls, 1):
            place = _text(control.get("id"), 120) or f"{where}.controls[{number}]"
            if depth >= MAX_DEPTH:
                self._skip(place, _("Nested more deeply than %(depth)s levels.") % {"depth": MAX_DEPTH})
                continue
            kept = self._control(control, group=group, parent=parent, where=place)
            self._controls(
                _items(control, "controls"), group=group, parent=kept or parent, where=place, depth=depth + 1
            )

    def _control(self, control: dict[str, Any], *, group: str, parent: str, where: str) -> str:
        """The identifier of the control, or nothing where it was left out."""
        key, title = _text(control.get("id"), 120), _text(control.get("title"), 300)
        if not key or not title:
            self._skip(where, _("A control needs an identifier and a title."))
            return ""
        props = [prop for prop in _items(control, "props") if isinstance(prop.get("value"), str)]
        if any(prop.get("name") == "status" and prop["value"].lower() == "withdrawn" for prop in props):
            self._skip(where, _("Withdrawn by the catalog itself."))
            return ""
        statement = self._part(control, "statement")
        if not statement:
            self._skip(where, _("It has no statement, so there is nothing to test."))
            return ""
        guidance = self._part(control, "guidance") or self._part(control, "overview")
        if max(len(statement), len(guidance)) > MAX_TEXT:
            self._skip(where, _("Its text is longer than %(most)s characters.") % {"most": f"{MAX_TEXT:,}"})
            return ""
        if not self._first(key, where):
            return ""
        if len(self._read.controls) >= MAX_CONTROLS:
            raise CatalogueError(_("The catalog has more than %(most)s controls.") % {"most": f"{MAX_CONTROLS:,}"})
        self._read.controls.append(
            ControlRow(
                oscal_id=key,
                group=group,
                parent=parent,
                label=_label(props) or key.upper()[:60],
                klass=_text(control.get("class"), 60),
                title=title,
                statement=statement,
                guidance=guidance,
                props=props,
                params=list(_items(control, "params")),
                links=list(_items(control, "links")),
                statement_id=_statement_id(control),
            )
        )
        return key

    def _part(self, control: dict[str, Any], name: str) -> str:
        return "\n".join(self._prose(part) for part in _items(control, "parts") if part.get("name") == name).strip()

    def _prose(self, part: dict[str, Any], depth: int = 0) -> str:
        """The text of a part and its items, one line each, indented by level."""
        if depth >= MAX_DEPTH:
            return ""
        label = _label([prop for prop in _items(part, "props") if isinstance(prop.get("value"), str)])
        own = self._filled(_raw(part.get("prose")))
        lines = [("  " * max(depth - 1, 0) + " ".join(filter(None, (label, own)))).rstrip()] if label or own else []
        lines += [text for child in _items(part, "parts") if (text := self._prose(child, depth + 1))]
        return "\n".join(lines)

    def _filled(self, prose: str) -> str:
        """Parameters replaced by what they stand for, in square brackets; no more of them than a text may have."""
        pieces, at, length = [], 0, 0
        for match in _INSERT.finditer(prose):
            pieces += [prose[at : match.start()], self._param(match.group(1))]
            at, length = match.end(), length + len(pieces[-1])
            if length > MAX_TEXT:
                break
        return "".join([*pieces, prose[at:]]).strip()

    def _param(self, key: str) -> str:
        """What a parameter stands for. One that stands for itself, by whatever way, stands for its name."""
        if key not in self._stands_for:
            self._stands_for[key] = f"[{key[:300]}]"
            self._stands_for[key] = self._value(self._params.get(key, {}), key)[:MAX_FILLED]
        return self._stands_for[key]

    def _value(self, param: dict[str, Any], key: str) -> str:
        values = param.get("values")
        if texts := [_raw(value) for value in (values if isinstance(values, list) else []) if isinstance(value, str)]:
            return ", ".join(texts)
        select = param.get("select")
        select = select if isinstance(select, dict) else {}
        choices = select.get("choice")
        if texts := [_raw(text) for text in (choices if isinstance(choices, list) else []) if isinstance(text, str)]:
            several = _("one or more of") if select.get("how-many") == "one-or-more" else _("one of")
            return f"[{several}: {'; '.join(self._filled(text[:MAX_FILLED]) for text in texts[:100])}]"
        return f"[{_text(param.get('label'), 300) or key}]"

    def _first(self, key: str, where: str) -> bool:
        if key in self._seen:
            self._skip(where, _("The identifier %(key)s is there twice; the first one counts.") % {"key": key})
            return False
        self._seen.add(key)
        return True

    def _skip(self, where: str, why: str) -> None:
        self._read.skipped.append(Skipped(where[:300], why))


def _items(parent: Any, name: str) -> Iterator[dict[str, Any]]:
    """The objects in a list of the parent; anything else there is no OSCAL and is passed over."""
    found = parent.get(name) if isinstance(parent, dict) else None
    if isinstance(found, list):
        yield from (item for item in found if isinstance(item, dict))


def _params(parent: dict[str, Any], depth: int) -> dict[str, dict[str, Any]]:
    """Every parameter of the catalog, its groups and controls, by identifier."""
    if depth > MAX_DEPTH:
        return {}
    found = {param["id"]: param for param in _items(parent, "params") if isinstance(param.get("id"), str)}
    for name in ("groups", "controls"):
        for child in _items(parent, name):
            found.update(_params(child, depth + 1))
    return found


def _label(props: list[dict[str, Any]]) -> str:
    """The label to show: the one without a class, which is meant for reading."""
    labels = [prop for prop in props if prop.get("name") == "label"]
    plain = [prop for prop in labels if not prop.get("class")] or labels
    return _text(plain[0]["value"], 60) if plain else ""


def _statement_id(control: dict[str, Any]) -> str:
    parts = (part for part in _items(control, "parts") if part.get("name") == "statement")
    return next((_text(part.get("id"), 120) for part in parts), "")


def _raw(value: Any) -> str:
    return value.replace("\x00", "") if isinstance(value, str) else ""


def _text(value: Any, longest: int) -> str:
    return _SPACES.sub(" ", _raw(value)).strip()[:longest]


def _uuid(value: Any) -> str:
    try:
        return str(UUID(value)) if isinstance(value, str) else ""
    except ValueError:
        return ""
