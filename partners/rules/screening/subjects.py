"""Whose names of an application are compared: the institution, and everybody whom its answers and people name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Any

from partners.rules.screening.names import ENTITY, ORGANISATION, PERSON
from portal.core.canonical import digest
from portal.rulebook.questionnaire import AskedSection

MOST = 400
"""Names of one application that are compared."""
_NATURES = {"person": PERSON, "company": ORGANISATION, "state": ORGANISATION, "fund": ORGANISATION}
_BETWEEN = re.compile(r"[;\n]")


@dataclass(frozen=True, slots=True)
class Subject:
    """A name that was declared. `field` is where (a question's key, `institution` or `people`), `label` in words."""

    name: str
    kind: str
    field: str
    label: str
    countries: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = made_by(default_factory=dict)
    says: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON types."""
        return {
            "name": self.name,
            "kind": self.kind,
            "field": self.field,
            "label": self.label,
            "countries": list(self.countries),
            "identifiers": dict(self.identifiers),
            "says": [list(item) for item in self.says],
        }

    @property
    def digest(self) -> str:
        """What tells two declarations apart: where, who, and what else was said."""
        return digest(self.as_json())


def named_in(sections: Iterable[AskedSection], answers: Mapping[str, Any]) -> Iterator[Subject]:
    """The names in the answers to questions that the rulebook marks to be screened."""
    for section in sections:
        for question in section.questions:
            value = answers.get(question.key)
            if not question.screen or not value:
                continue
            if question.type == "table" and isinstance(value, list):
                yield from _rows(question, value)
            elif question.type == "person" and isinstance(value, dict):
                yield Subject(str(value.get("name", "")), PERSON, question.key, str(question.label))
            elif isinstance(value, str):
                kind = ORGANISATION if section.key == "organisation" else ENTITY
                for part in _BETWEEN.split(value):
                    yield Subject(" ".join(part.split()), kind, question.key, str(question.label))


def _rows(question: Any, rows: list[Any]) -> Iterator[Subject]:
    """Tables have a column `name`; what their other columns say is shown beside it."""
    labels = {column.key: str(column.label) for column in question.columns}
    countries = [column.key for column in question.columns if column.type == "country"]
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get("name"), str):
            continue
        people = "nationality" in labels or "function" in labels
        kind = PERSON if people else _NATURES.get(str(row.get("nature", "")), ENTITY)
        yield Subject(
            " ".join(row["name"].split()),
            kind,
            question.key,
            str(question.label),
            tuple(str(row[key]).upper() for key in countries if row.get(key)),
            says=tuple(
                (labels[key], str(row[key])) for key in labels if key != "name" and row.get(key) not in (None, "")
            ),
        )


def once(subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    """Each name of a kind once, where it was declared first."""
    found: dict[tuple[str, str], Subject] = {}
    for subject in subjects:
        if subject.name:
            found.setdefault((subject.kind, subject.name.casefold()), subject)
    return tuple(found.values())[:MOST]
