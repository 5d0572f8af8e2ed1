"""The facts that a decision on access rests on, in one look at the database; a second one only to say why not.

A gateway's question is answered with the look that finds out whose token it brought, and so is a batch of questions.

No cache of any row: a hold that was committed before the question began is seen by it. Both statements go by
index to the rows of one partner, one release and one environment, however many grants there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from grants.queries.facts import Row, facts_by_institution, looked_for, looked_for_many, text_of
from grants.queries.statements import STATEMENTS, Key, statement, statement_of_many
from grants.rules.decision import Decision, Facts, Question, Step, explain, judge
from portal.accounts.gateways import GATEWAYS, gateway_among
from portal.core.actors import Actor
from portal.core.prepared import rows_of

_WHO = 4
"""Columns about the gateway before those of the facts, where both are asked for at once."""
_PROVIDER = "SELECT ''::text, ''::text, %(provider)s::uuid, ''::text"
"""In place of a token: a provider that is known already."""

_NOT_ENDED = "g.state IN ('awaiting_agreement', 'in_force')"
_LIVE = f"l.institution_id = %(institution)s AND l.release_id = %(release)s AND {_NOT_ENDED}"
_COVERS = "EXISTS (SELECT 1 FROM grants_grantline l JOIN grants_grant g ON g.id = l.grant_id WHERE {where})"
_NEAREST = "SELECT " + ", ".join(
    _COVERS.format(where=where)
    for where in (
        f"{_LIVE} AND l.use_case = %(use_case)s AND l.environment_id = %(environment)s",
        f"{_LIVE} AND l.use_case = %(use_case)s",
        _LIVE,
    )
)
_NEAREST_NAMES = ("environment", "use_case", "release")
_NAMED_VALUES = ("institution", "release", "environment", "use_case")
_OF_MANY = _NEAREST
for _name in _NAMED_VALUES:
    _OF_MANY = _OF_MANY.replace(f"%({_name})s", f"q.{_name}")
_NEAREST_OF_MANY = (
    f"{_OF_MANY} FROM unnest(%(institution)s::uuid[], %(release)s::uuid[], %(environment)s::uuid[],"
    " %(use_case)s::text[]) WITH ORDINALITY q (institution, release, environment, use_case, n) ORDER BY q.n"
)


def decide(question: Question) -> Decision:
    """The answer to the question at this moment. One query for a permit, two for most denials."""
    return judge(question, facts_of(question))


def why(question: Question) -> tuple[Decision, list[Step]]:
    """The answer, and each conjunct with what came of it. Two queries at most."""
    facts = facts_of(question)
    return judge(question, facts), explain(question, facts)


def facts_of(question: Question) -> Facts:
    """What there is about the question now. Unknown names give empty facts, never an error."""
    key, values = looked_for(question)
    if key is None:
        return Facts()
    rows = rows_of(STATEMENTS[key], {**values, "provider": question.provider_id})
    return _nearest([question], [_best(rows, question)])[0]


def decide_all(questions: Sequence[Question], *, reasons: bool = True) -> list[Decision]:
    """The answers to many questions of one provider on one day, in two queries at most.

    Without `reasons` in one: a denial then says `not_granted` wherever no line covers the question.
    """
    if not questions:
        return []
    values = {**looked_for_many(questions), "provider": questions[0].provider_id}
    return _answers(rows_of(statement_of_many(_PROVIDER), values), questions, reasons)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which gateway asked, if its token is good, and what there is about its question."""

    gateway: Actor | None
    rows: list[Row]

    def decide(self, question: Question) -> Decision:
        """The answer to that question, whose provider is the gateway's. One query more for most denials."""
        facts = _nearest([question], [_best(self.rows, question)])[0] if self.rows else Facts()
        return judge(question, facts)


@dataclass(frozen=True, slots=True)
class AskedMany:
    """Which gateway asked, if its token is good, and what there is about its questions."""

    gateway: Actor | None
    rows: list[Row]

    def decide(self, questions: Sequence[Question]) -> list[Decision]:
        """The answers in the order of those questions, whose provider is the gateway's. One query more, if any."""
        return _answers(self.rows, questions)


def ask_as(token: str, question: Question | None) -> Asked:
    """Whose token it is, by its digest, and the facts about the question to that provider: both in one look.

    A gateway waits for the answer, and an exchange with the database is a third of its wait. The question's own
    provider is not looked at. Without a question only the token is.
    """
    key, values = looked_for(question) if question else (None, {})
    if key is None:
        return Asked(gateway_among(GATEWAYS(token)), [])
    rows = rows_of(_asked_as(key), {**values, **_who()[1](token)})
    gateway = gateway_among(row[:_WHO] for row in rows)
    return Asked(gateway, [row[_WHO:] for row in rows] if gateway else [])


def ask_many_as(token: str, questions: Sequence[Question]) -> AskedMany:
    """Whose token it is, and the facts about all of the questions, in one look as well."""
    if not questions:
        return AskedMany(gateway_among(GATEWAYS(token)), [])
    who, named = _who()
    rows = rows_of(statement_of_many(who), {**looked_for_many(questions), **named(token)})
    gateway = gateway_among(row[:_WHO] for row in rows)
    return AskedMany(gateway, rows if gateway else [])


def _answers(rows: Sequence[Row], questions: Sequence[Question], reasons: bool = True) -> list[Decision]:
    """The decisions from rows of the statement of many."""
    groups: list[list[Row]] = [[] for _ in questions]
    for row in rows:
        groups[row[_WHO] - 1].append(row[_WHO + 1 :])
    found = [_best(group, question) for group, question in zip(groups, questions, strict=True)]
    facts = _nearest(questions, found) if reasons else found
    return [judge(question, each) for question, each in zip(questions, facts, strict=True)]


def _best(rows: Sequence[Row], question: Question) -> Facts:
    """The facts of the institution that the answer is best for: a person may belong to several."""
    candidates = facts_by_institution(rows)
    if len(candidates) == 1:
        return candidates[0]
    permitted = (facts for facts in candidates if judge(question, facts).permitted)
    return next(permitted, next((facts for facts in candidates if facts.lines), candidates[0]))


def _nearest(questions: Sequence[Question], found: list[Facts]) -> list[Facts]:
    """Where no line covers a question, how far the partner's live lines go with it. One query for all, or none."""
    asked = [(number, facts) for number, facts in enumerate(found) if _is_uncovered(facts)]
    if not asked:
        return found
    columns: list[list[Any]] = [
        [facts.institution_id for _, facts in asked],
        [facts.release_id for _, facts in asked],
        [facts.environment_id for _, facts in asked],
        [text_of(questions[number].use_case) for number, _ in asked],
    ]
    many = len(asked) > 1
    values = {name: column if many else column[0] for name, column in zip(_NAMED_VALUES, columns, strict=True)}
    told = list(found)
    for (number, facts), row in zip(asked, rows_of(_NEAREST_OF_MANY if many else _NEAREST, values), strict=True):
        nearest = next((name for name, covered in zip(_NEAREST_NAMES, row, strict=True) if covered), "")
        told[number] = replace(facts, nearest=nearest)
    return told


def _is_uncovered(facts: Facts) -> bool:
    """Whether no line covers it and this is what the answer will be about."""
    return not facts.lines and bool(
        facts.institution_id and facts.release_id and facts.environment_id and facts.qualified
    )


@cache
def _who() -> tuple[str, Callable[[str], dict[str, UUID | str]]]:
    return GATEWAYS.within("who")


@cache
def _asked_as(key: Key) -> str:
    """The statement of the facts for the provider of the token's gateway. No row where the token is not good."""
    return f"""
        WITH who (scopes, name, provider_id, provider) AS MATERIALIZED ({_who()[0]})
        SELECT who.*, facts.* FROM who LEFT JOIN LATERAL ({statement(key, "who.provider_id")}) facts ON true
    """  # noqa: S608 -- made of the text of facts.py and of the sign-in library's own query; values are parameters
