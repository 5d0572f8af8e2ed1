"""Reading lists of names: CSV with a header, and FollowTheMoney entities as JSON lines. Row by row, never as a whole.

Everything in a file is data of strangers: lines may be endless, broken, or hold characters that a database refuses. A
row that cannot be used is left out with its reason; a file that cannot be used raises `Unreadable`.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from partners.rules.screening.names import ENTITY, LONGEST, ORGANISATION, PERSON

LONGEST_LINE = 1024 * 1024
"""Characters of one row."""
MOST_NAMES = 200
"""Names of one entity that are compared."""
MOST_FACTS = 20
SCHEMATA = {
    "person": PERSON,
    "individual": PERSON,
    "company": ORGANISATION,
    "organization": ORGANISATION,
    "organisation": ORGANISATION,
    "publicbody": ORGANISATION,
    "legalentity": ENTITY,
    "entity": ENTITY,
}
"""FollowTheMoney's schemata, and what lists call the same, of what can own, direct or work for an institution."""
IDENTIFIERS = {
    "leiCode": "lei",
    "registrationNumber": "registration",
    "idNumber": "id",
    "passportNumber": "passport",
    "taxNumber": "tax",
    "ogrnCode": "ogrn",
    "innCode": "inn",
    "swiftBic": "bic",
    "wikidataId": "wikidata",
}
SHOWN = ("topics", "program", "notes", "position", "address", "birthPlace", "gender", "status", "legalForm")
"""Other properties that help a person to tell two entities apart."""
_COLUMNS = {
    "ref": ("id", "ref", "reference", "uid", "entity_id"),
    "kind": ("schema", "kind", "type", "entity_type"),
    "name": ("name", "full_name", "caption", "primary_name"),
    "alias": ("alias", "aliases", "aka", "other_names"),
    "weak": ("weak_alias", "weak_aliases", "weakalias", "low_quality_aka"),
    "country": ("country", "countries", "nationality", "jurisdiction"),
    "birth": ("birth_date", "birthdate", "date_of_birth", "dob"),
    "registration": ("registration_number", "registrationnumber", "identifiers"),
    "lei": ("lei", "lei_code", "leicode"),
    "topics": ("topics", "sanctions", "program", "programme"),
    "notes": ("notes", "remarks"),
    "address": ("address", "addresses"),
}
_UNUSABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_PACKED = {b"PK": "zip", b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7": "xz", b"7z": "7z", b"\x28\xb5": "zstd"}


class Unreadable(ValueError):
    """Nothing of the file can be used. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One person or organisation: its names (with whether each is of little worth) and what else the list says."""

    line: int
    ref: str
    kind: str
    names: tuple[tuple[str, bool], ...]
    countries: tuple[str, ...] = ()
    births: tuple[str, ...] = ()
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """All of it but the line, as JSON types."""
        return {
            "ref": self.ref,
            "kind": self.kind,
            "names": [[name, weak] for name, weak in self.names],
            "countries": list(self.countries),
            "births": list(self.births),
            "identifiers": {key: list(found) for key, found in self.identifiers.items()},
            "facts": {key: list(found) for key, found in self.facts.items()},
        }


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that was left out, and why."""

    line: int
    reason: str


def read_list(file: BinaryIO, form: str) -> Iterator[Listed | Skipped]:
    """The rows of the file (`csv` or `ftm`). Raises Unreadable where it is none of its form."""
    _unpacked(file)
    return _read_ftm(file) if form == "ftm" else _read_csv(file)


def _unpacked(file: BinaryIO) -> None:
    start = file.read(4)
    file.seek(0)
    for magic, name in _PACKED.items():
        if start.startswith(magic):
            raise Unreadable(_("This is a %(kind)s archive. Unpack it and load the file inside.") % {"kind": name})
    if not start:
        raise Unreadable(_("The file is empty."))


def _lines(file: BinaryIO) -> Iterator[tuple[int, str | Skipped]]:
    """Numbered lines as text. One that is too long, or is not UTF-8, comes as the reason why it is left out."""
    number = 0
    while raw := file.readline(LONGEST_LINE):
        number += 1
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if len(raw) >= LONGEST_LINE and not raw.endswith(b"\n"):
            while (more := file.readline(LONGEST_LINE)) and not more.endswith(b"\n"):
                pass
            yield number, Skipped(number, _("The row is longer than a megabyte."))
            continue
        try:
            yield number, raw.decode()
        except UnicodeDecodeError:
            yield number, Skipped(number, _("The row is not UTF-8 text."))


# --- FollowTheMoney -------------------------------------------------------------------------------


def _read_ftm(file: BinaryIO) -> Iterator[Listed | Skipped]:
    for number, line in _lines(file):
        if isinstance(line, Skipped):
            yield line
        elif line.strip():
            yield _entity(number, line)


def _entity(number: int, line: str) -> Listed | Skipped:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return Skipped(number, _("The row is not JSON."))
    if not isinstance(found, dict) or not isinstance(found.get("properties"), dict):
        return Skipped(number, _("The row is no entity with properties."))
    kind = SCHEMATA.get(str(found.get("schema", "")).casefold())
    if kind is None:
        return Skipped(number, _("It is no person or organisation."))
    said = found["properties"]
    names = [(text, False) for text in (_one(found.get("caption")), *_many(said, "name"), *_many(said, "alias"))]
    names += [(text, True) for text in _many(said, "weakAlias")]
    joined = " ".join([*_many(said, "firstName")[:1], *_many(said, "lastName")[:1]]).strip()
    return _listed(
        number,
        ref=_one(found.get("id")),
        kind=kind,
        names=[*names, (joined, False)],
        countries=[*_many(said, "country"), *_many(said, "nationality"), *_many(said, "jurisdiction")],
        births=_many(said, "birthDate"),
        identifiers={key: _many(said, name) for name, key in IDENTIFIERS.items()},
        facts={name: _many(said, name) for name in SHOWN},
    )


def _many(said: Mapping[str, Any], name: str) -> list[str]:
    value = said.get(name)
    return [_one(item) for item in (value if isinstance(value, list) else [value])][:MOST_NAMES]


def _one(value: Any) -> str:
    """One line of text, "" for what is none."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    return " ".join(_UNUSABLE.sub("", str(value)[: LONGEST * 4]).split())


# --- CSV ------------------------------------------------------------------------------------------


def _read_csv(file: BinaryIO) -> Iterator[Listed | Skipped]:
    left_out: list[Skipped] = []

    def usable() -> Iterator[str]:
        for _number, line in _lines(file):
            if isinstance(line, Skipped):
                left_out.append(line)
            else:
                yield line.replace("\x00", "")

    rows = csv.reader(usable(), strict=False)
    try:
        header = next(rows, [])
    except csv.Error as error:
        raise Unreadable(_("The first row could not be read as CSV.")) from error
    places = _places(header)
    if "name" not in places:
        raise Unreadable(_("The first row names no column “name”. Give each column its name in the first row."))
    while True:
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error:
            yield Skipped(rows.line_num, _("The row could not be read as CSV."))
            continue
        yield from left_out
        left_out.clear()
        if any(cell.strip() for cell in row):
            yield _row(rows.line_num, {key: row[place] for key, place in places.items() if place < len(row)})
    yield from left_out


def _places(header: list[str]) -> dict[str, int]:
    """Which column holds what. The first of several that say the same counts."""
    names = [_one(cell).casefold().replace(" ", "_") for cell in header]
    found: dict[str, int] = {}
    for key, known in _COLUMNS.items():
        for name in known:
            if name in names:
                found.setdefault(key, names.index(name))
    return found


def _row(number: int, said: Mapping[str, str]) -> Listed | Skipped:
    word = _one(said.get("kind")).casefold()
    if word and word not in SCHEMATA:
        return Skipped(number, _("It is no person or organisation."))
    names = [(_one(said.get("name")), False), *((text, False) for text in _parts(said, "alias"))]
    return _listed(
        number,
        ref=_one(said.get("ref")) or f"row-{number}",
        kind=SCHEMATA.get(word, ENTITY),
        names=[*names, *((text, True) for text in _parts(said, "weak"))],
        countries=_parts(said, "country"),
        births=_parts(said, "birth"),
        identifiers={"registration": _parts(said, "registration"), "lei": _parts(said, "lei")},
        facts={key: _parts(said, key) for key in ("topics", "notes", "address")},
    )


def _parts(said: Mapping[str, str], key: str) -> list[str]:
    cell = said.get(key, "")
    return [_one(part) for part in cell[: LONGEST * 100].split(";")][:MOST_NAMES] if cell else []


def _listed(
    number: int,
    *,
    ref: str,
    kind: str,
    names: list[tuple[str, bool]],
    countries: list[str],
    births: list[str],
    identifiers: Mapping[str, list[str]],
    facts: Mapping[str, list[str]],
) -> Listed | Skipped:
    known: dict[str, bool] = {}
    for text, weak in names:
        if text:
            known.setdefault(text[:LONGEST], weak)
    if not ref:
        return Skipped(number, _("It has no id."))
    if not known:
        return Skipped(number, _("It has no name."))
    return Listed(
        line=number,
        ref=ref[:200],
        kind=kind,
        names=tuple(known.items())[:MOST_NAMES],
        countries=tuple(dict.fromkeys(text.upper()[:60] for text in countries if text))[:MOST_FACTS],
        births=tuple(dict.fromkeys(text[:30] for text in births if text))[:MOST_FACTS],
        identifiers={key: _few(found) for key, found in identifiers.items() if any(found)},
        facts={key: _few(found) for key, found in facts.items() if any(found)},
    )


def _few(found: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text[:LONGEST] for text in found if text))[:MOST_FACTS]
