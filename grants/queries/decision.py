"""The facts that a decision on access rests on, in one look at the database; a second one only to say why not.

A gateway's question is answered with the look that finds out whose token it brought.

No cache of any row: a hold that was committed before the question began is seen by it. Both statements go by
index to the rows of one partner, one release and one environment, however many grants there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from grants.rules.decision import Decision, Facts, Held, LineFacts, PersonFacts, Question, judge
from partners.queries.person import texts_since
from portal.accounts.gateways import GATEWAYS, gateway_among
from portal.core.actors import Actor
from portal.core.prepared import rows_of

Key = tuple[str, bool, bool]
"""What tells the statements apart: the kind of subject, and whether release and environment are named by id."""
_WHO = 4
"""Columns about the gateway before those of the facts, where both are asked for at once."""
_PERSON_AT = 31
"""Where the columns of the person begin; the statements about partners and workloads have none."""
MOST_LINES = 50
"""Lines with the same release, use, environment and data class: live ones first. More than a few are never live."""

_STOPS = "state IN ('placed', 'confirmed')"


def _hold(alias: str, on: str, outer: str) -> str:
    """A lateral join to the hold that lasts longest on that row: a confirmed one, else the last to lapse."""
    return f"""
    LEFT JOIN LATERAL (
        SELECT h.id, h.placed_at, CASE WHEN h.state = 'placed' THEN h.confirm_by END AS confirm_by
        FROM grants_hold h WHERE h.{on}_id = {outer} AND h.{_STOPS}
        ORDER BY (h.state = 'confirmed' OR h.confirm_by IS NULL) DESC, h.confirm_by DESC LIMIT 1
    ) {alias} ON true"""  # noqa: S608 -- made of this module's own words; values are parameters


_PERSON = ("state", "identity_until", "background_until", "trained_until", "accepted_digest", "has_account")
"""Columns of a naming that rules.decision looks at, read in the person's own statements and in no other."""


def _named(condition: str) -> str:
    """The institutions that named a person, each with its live naming, else the last one that ended."""
    return f"""
        SELECT DISTINCT ON (n.institution_id) n.institution_id AS id, CASE WHEN EXISTS (
                SELECT 1 FROM partners_personremoval b
                WHERE b.state = 'in_force' AND (b.until IS NULL OR b.until >= %(today)s)
                AND (b.user_id = n.user_id OR lower(b.email) = lower(n.email))
            ) THEN 'removed' ELSE n.state END AS state, n.identity_until, n.background_until,
            n.trained_until, n.accepted_digest, n.user_id IS NULL OR EXISTS (
                SELECT 1 FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
                WHERE m.user_id = n.user_id AND m.organisation_id = n.institution_id AND m.state = 'active'
                AND u.is_active
            ) AS has_account
        FROM partners_person n WHERE {condition}
        ORDER BY n.institution_id, (n.state = 'named') DESC, n.named_at DESC"""  # noqa: S608 -- as above


_SUBJECTS = {
    "partner": "SELECT %(subject)s::uuid AS id",
    "partner.lei": "SELECT p.id FROM partners_institution p WHERE p.lei = %(subject)s",
    "person": _named("n.user_id = %(subject)s::uuid"),
    "person.email": _named("lower(n.email) = lower(%(subject)s)"),
    "workload": "SELECT w.institution_id AS id FROM grants_environment w WHERE w.id = %(subject)s::uuid",
}
"""How to find the institution, by the kind of subject and of its name."""

_FACTS = f"""
SELECT i.id,
    o.state = 'active' AND EXISTS (
        SELECT 1 FROM partners_qualification q WHERE q.institution_id = i.id AND q.state IN ('in_force', 'restricted')
        AND q.valid_from <= %(today)s AND q.valid_until >= %(today)s
    ),
    hp.id, hp.placed_at, hp.confirm_by,
    r.id, r.state, e.id, e.state, e.accredited_until,
    he.id, he.placed_at, he.confirm_by,
    l.id, l.grant_id, g.reference, g.state, a.accepted_at IS NOT NULL, l.access_route, l.starts_on, l.ends_on,
    l.requests_per_day, l.tokens_per_day, l.seats, l.obligations,
    hg.id, hg.placed_at, hg.confirm_by, hl.id, hl.placed_at, hl.confirm_by{{columns}}
FROM (SELECT 1) one
    LEFT JOIN LATERAL ({{subject}}) s ON true
    LEFT JOIN partners_institution i ON i.id = s.id
    LEFT JOIN accounts_organisation o ON o.id = i.id
    LEFT JOIN grants_release r ON r.provider_id = {{provider}} AND r.{{release}} = %(release)s
    LEFT JOIN grants_environment e ON e.institution_id = i.id AND e.{{environment}} = %(environment)s
    {_hold("hp", "partner", "i.id")}
    {_hold("he", "environment", "e.id")}
    LEFT JOIN grants_grantline l ON l.institution_id = i.id AND l.release_id = r.id AND l.use_case = %(use_case)s
        AND l.environment_id = e.id AND l.data_class = %(data_class)s
    LEFT JOIN grants_grant g ON g.id = l.grant_id
    LEFT JOIN grants_agreement a ON a.grant_id = g.id
    {_hold("hg", "grant", "g.id")}
    {_hold("hl", "line", "l.id")}
    {{joins}}
ORDER BY i.id, (g.state = 'in_force') DESC, (g.state = 'awaiting_agreement') DESC, l.id DESC
LIMIT {MOST_LINES}
"""  # noqa: S608 -- as above

_NEAREST = """
SELECT
    EXISTS (SELECT 1 FROM grants_grantline l JOIN grants_grant g ON g.id = l.grant_id
        WHERE {live} AND l.use_case = %(use_case)s AND l.environment_id = %(environment)s),
    EXISTS (SELECT 1 FROM grants_grantline l JOIN grants_grant g ON g.id = l.grant_id
        WHERE {live} AND l.use_case = %(use_case)s),
    EXISTS (SELECT 1 FROM grants_grantline l JOIN grants_grant g ON g.id = l.grant_id WHERE {live})
""".replace(
    "{live}",
    "l.institution_id = %(institution)s AND l.release_id = %(release)s"
    " AND g.state IN ('awaiting_agreement', 'in_force')",
)


def decide(question: Question) -> Decision:
    """The answer to the question at this moment. One query for a permit, two for most denials."""
    return judge(question, facts_of(question))


def facts_of(question: Question) -> Facts:
    """What there is about the question now. Unknown names give empty facts, never an error."""
    key, values = _looked_for(question)
    if key is None:
        return Facts()
    rows = rows_of(_STATEMENTS[key], {**values, "provider": question.provider_id})
    return _nearest(question, _best(rows, question))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which gateway asked, if its token is good, and what there is about its question."""

    gateway: Actor | None
    rows: list[tuple[Any, ...]]

    def decide(self, question: Question) -> Decision:
        """The answer to that question, whose provider is the gateway's. One query more for most denials."""
        facts = _nearest(question, _best(self.rows, question)) if self.rows else Facts()
        return judge(question, facts)


def ask_as(token: str, question: Question | None) -> Asked:
    """Whose token it is, by its digest, and the facts about the question to that provider: both in one look.

    A gateway waits for the answer, and an exchange with the database is a third of its wait. The question's own
    provider is not looked at. Without a question only the token is.
    """
    key, values = _looked_for(question) if question else (None, {})
    if key is None:
        return Asked(gateway_among(GATEWAYS(token)), [])
    rows = rows_of(_asked_as(key), {**values, **_who()[1](token)})
    gateway = gateway_among(row[:_WHO] for row in rows)
    return Asked(gateway, [row[_WHO:] for row in rows] if gateway else [])


def _looked_for(question: Question) -> tuple[Key | None, dict[str, Any]]:
    """Which statement finds the facts, None where no kind of subject is named so; and its values but the provider."""
    subject, kind = _subject(question)
    if kind not in _SUBJECTS:
        return None, {}
    environment = question.environment or (question.subject_id if question.subject_type == "workload" else "")
    by_id = {"release": _uuid(question.release), "environment": _uuid(environment)}
    values = {
        "subject": subject,
        "release": by_id["release"] or _text(question.release),
        "environment": by_id["environment"] or _text(environment),
        "use_case": _text(question.use_case),
        "data_class": _text(question.data_class),
        "today": question.today,
    }
    return (kind, by_id["release"] is not None, by_id["environment"] is not None), values


def _subject(question: Question) -> tuple[Any, str]:
    found = _uuid(question.subject_id)
    if found is not None or question.subject_type not in ("partner", "person"):
        return found, question.subject_type if found is not None else ""
    kind = {"partner": "partner.lei", "person": "person.email"}[question.subject_type]
    return _text(question.subject_id), kind


def _best(rows: list[tuple[Any, ...]], question: Question) -> Facts:
    """The facts of the institution that the answer is best for: a person may belong to several."""
    by_institution: dict[Any, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_institution.setdefault(row[0], []).append(row)
    candidates = [_facts(group) for group in by_institution.values()] or [Facts()]
    if len(candidates) == 1:
        return candidates[0]
    permitted = (facts for facts in candidates if judge(question, facts).permitted)
    return next(permitted, next((facts for facts in candidates if facts.lines), candidates[0]))


def _facts(rows: list[tuple[Any, ...]]) -> Facts:
    first = rows[0]
    return Facts(
        institution_id=first[0],
        qualified=bool(first[1]),
        partner_hold=_held(first[2:5]),
        release_id=first[5],
        release_state=first[6] or "",
        environment_id=first[7],
        environment_state=first[8] or "",
        accredited_until=first[9],
        environment_hold=_held(first[10:13]),
        person=_person(first[_PERSON_AT:]),
        lines=tuple(_line(row) for row in rows if row[13] is not None),
    )


def _line(row: tuple[Any, ...]) -> LineFacts:
    return LineFacts(*row[13:24], tuple(row[24]), _held(row[25:28]), _held(row[28:_PERSON_AT]))  # type: ignore[call-arg]


def _person(columns: tuple[Any, ...]) -> PersonFacts | None:
    """The naming, with the texts of the version in force: those are read once for each version and process."""
    if not columns or columns[0] is None:
        return None
    state, identity, background, trained, accepted, has_account, version, in_force_at = columns
    texts = texts_since(version, in_force_at)
    return PersonFacts(state, identity, background, trained, accepted, has_account, texts)


def _held(columns: tuple[Any, ...]) -> Held | None:
    return Held(*columns) if columns[0] is not None else None


def _nearest(question: Question, facts: Facts) -> Facts:
    """Where no line covers the question, how far the partner's live lines go with it. One query."""
    if facts.lines or not (facts.institution_id and facts.release_id and facts.environment_id and facts.qualified):
        return facts
    names = ("environment", "use_case", "release")
    (found,) = rows_of(
        _NEAREST,
        {
            "institution": facts.institution_id,
            "release": facts.release_id,
            "environment": facts.environment_id,
            "use_case": _text(question.use_case),
        },
    )
    nearest = next((name for name, covered in zip(names, found, strict=True) if covered), "")
    return replace(facts, nearest=nearest)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


def _text(value: str) -> str:
    """What a database can hold, and no longer than any name is."""
    return value.replace("\x00", "")[:255]


def _statement(kind: str, *, release: bool, environment: bool, provider: str = "%(provider)s") -> str:
    person = kind.startswith("person")
    return _FACTS.format(
        provider=provider,
        subject=_SUBJECTS[kind],
        release="id" if release else "key",
        environment="id" if environment else "key",
        columns="".join(f", s.{name}" for name in _PERSON) + ", v.version, v.in_force_at" if person else "",
        joins="LEFT JOIN rulebook_rulebookversion v ON v.state = 'in_force'" if person else "",
    )


_STATEMENTS = {
    (kind, release, environment): _statement(kind, release=release, environment=environment)
    for kind in _SUBJECTS
    for release in (False, True)
    for environment in (False, True)
}
"""Every statement, written out once."""


@cache
def _who() -> tuple[str, Callable[[str], dict[str, Any]]]:
    return GATEWAYS.within("who")


@cache
def _asked_as(key: Key) -> str:
    """The statement of the facts for the provider of the token's gateway. No row where the token is not good."""
    kind, release, environment = key
    facts = _statement(kind, release=release, environment=environment, provider="who.provider_id")
    return f"""
        WITH who (scopes, name, provider_id, provider) AS MATERIALIZED ({_who()[0]})
        SELECT who.*, facts.* FROM who LEFT JOIN LATERAL ({facts}) facts ON true
    """  # noqa: S608 -- as above
