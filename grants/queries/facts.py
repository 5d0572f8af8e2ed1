"""What a question looks for, and the facts that its rows tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from grants.queries.statements import GRANT_HOLD_AT, LINE_AT, LINE_HOLD_AT, PERSON_AT, SUBJECTS, Key
from grants.rules.facts import Facts, Held, LineFacts, PersonFacts, Question
from partners.queries.person import texts_since

Row = tuple[Any, ...]


def kind_of(question: Question) -> tuple[str, str | UUID]:
    """The kind of the subject and of its name, "" where no kind is named so; and the name."""
    found = uuid_of(question.subject_id)
    if found is not None or question.subject_type not in ("partner", "person"):
        known = found is not None and question.subject_type in SUBJECTS
        return (question.subject_type, found) if known and found else ("", "")
    kind = {"partner": "partner.lei", "person": "person.email"}[question.subject_type]
    return kind, text_of(question.subject_id)


def environment_of(question: Question) -> str:
    """Where the use is to happen: as the context says, else the workload itself."""
    return question.environment or (question.subject_id if question.subject_type == "workload" else "")


def looked_for(question: Question) -> tuple[Key | None, dict[str, Any]]:
    """Which statement finds the facts, None where no kind of subject is named so; and its values but the provider."""
    kind, subject = kind_of(question)
    if not kind:
        return None, {}
    environment = environment_of(question)
    release_id, environment_id = uuid_of(question.release), uuid_of(environment)
    values = {
        "subject": subject,
        "release": release_id or text_of(question.release),
        "environment": environment_id or text_of(environment),
        "use_case": text_of(question.use_case),
        "data_class": text_of(question.data_class),
        "today": question.today,
    }
    return (kind, release_id is not None, environment_id is not None), values


def looked_for_many(questions: Sequence[Question]) -> dict[str, Any]:
    """The values of the statement of many; a question of an unknown kind of subject finds nothing."""
    subjects = [kind_of(question) for question in questions]
    environments = [environment_of(question) for question in questions]
    return {
        "kinds": [kind for kind, _ in subjects],
        "subjects": [name if isinstance(name, str) else "" for _, name in subjects],
        "subject_ids": [name if isinstance(name, UUID) else None for _, name in subjects],
        "releases": [text_of(question.release) for question in questions],
        "release_ids": [uuid_of(question.release) for question in questions],
        "environments": [text_of(environment) for environment in environments],
        "environment_ids": [uuid_of(environment) for environment in environments],
        "use_cases": [text_of(question.use_case) for question in questions],
        "data_classes": [text_of(question.data_class) for question in questions],
        "today": questions[0].today,
    }


def uuid_of(text: str) -> UUID | None:
    """The id that a name is, or None where it is no id."""
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


def text_of(value: str) -> str:
    """What a database can hold, and no longer than any name is."""
    return value.replace("\x00", "")[:255]


# --- reading rows ---------------------------------------------------------------------------------
def facts_by_institution(rows: Sequence[Row]) -> list[Facts]:
    """The facts of each institution among the rows: a person may belong to several. Never empty."""
    by_institution: dict[Any, list[Row]] = {}
    for row in rows:
        by_institution.setdefault(row[0], []).append(row)
    return [_facts(group) for group in by_institution.values()] or [Facts()]


def _facts(rows: list[Row]) -> Facts:
    first = rows[0]
    person, hold = _person(first[PERSON_AT:])
    return Facts(
        institution_id=first[0],
        qualified=bool(first[1]),
        related=bool(first[2]),
        partner_hold=_held(first[3:6]),
        release_id=first[6],
        release_state=first[7] or "",
        environment_id=first[8],
        environment_state=first[9] or "",
        accredited_until=first[10],
        environment_hold=_held(first[11:14]),
        person=person,
        person_hold=hold,
        lines=tuple(_line(row) for row in rows if row[LINE_AT] is not None),
    )


def _line(row: Row) -> LineFacts:
    *scope, obligations, given_back, consent_ends, names_person, stops, requests, tokens = row[LINE_AT:GRANT_HOLD_AT]
    holds = _held(row[GRANT_HOLD_AT:LINE_HOLD_AT]), _held(row[LINE_HOLD_AT:PERSON_AT])
    ends: tuple[Any, ...] = (given_back, consent_ends, names_person, stops, requests or 0, tokens or 0)
    values: tuple[Any, ...] = (*scope, tuple(obligations), *holds, *ends)
    return LineFacts(*values)


def _person(columns: Row) -> tuple[PersonFacts | None, Held | None]:
    """The naming, with the texts of the version in force: those are read once for each version and process."""
    if not columns or columns[0] is None:
        return None, None
    state, identity, background, trained, accepted, has_account, version, in_force_at = columns[:8]
    texts = texts_since(version, in_force_at)
    person = PersonFacts(state, identity, background, trained, accepted, has_account, texts)
    return person, _held(columns[8:])


def _held(columns: Row) -> Held | None:
    return Held(*columns) if columns[0] is not None else None
