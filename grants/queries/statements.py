"""The statements that find the facts of a decision, written from one text that says what is looked at.

From it come the statement of one question, by the kind of its subject and whether release and environment are named
by id, and the statement of many questions, which takes all kinds at once.
"""

from __future__ import annotations

from functools import cache

Key = tuple[str, bool, bool]
"""What tells the statements apart: the kind of subject, and whether release and environment are named by id."""
LINE_AT, GRANT_HOLD_AT, LINE_HOLD_AT, PERSON_AT = 14, 32, 35, 38
"""Where the columns of a line, of its holds, and of the person begin."""
MOST_LINES = 50
"""Lines with the same release, use, environment and data class: live ones first. More than a few are never live."""

_STOPS = "state IN ('placed', 'confirmed')"
_LONGEST = "ORDER BY (h.state = 'confirmed' OR h.confirm_by IS NULL) DESC, h.confirm_by DESC LIMIT 1"
_HELD = "h.id, h.placed_at, CASE WHEN h.state = 'placed' THEN h.confirm_by END AS confirm_by"


def _hold(alias: str, on: str, outer: str) -> str:
    """A lateral join to the hold that lasts longest on that row: a confirmed one, else the last to lapse."""
    return f"""
    LEFT JOIN LATERAL (
        SELECT {_HELD} FROM grants_hold h WHERE h.{on}_id = {outer} AND h.{_STOPS} {_LONGEST}
    ) {alias} ON true"""  # noqa: S608 -- made of this module's own words; values are parameters


_PERSON_HOLD = f"""
    LEFT JOIN LATERAL (
        SELECT {_HELD} FROM grants_hold h JOIN partners_person held ON held.id = h.person_id
        WHERE h.institution_id = i.id AND h.person_id IS NOT NULL AND h.{_STOPS}
        AND (held.user_id = s.user_id OR lower(held.email) = lower(s.email)) {_LONGEST}
    ) hq ON true"""  # noqa: S608 -- as above
"""A hold on any naming of the same person at the same institution."""

_NAMING = ("state", "identity_until", "background_until", "trained_until", "accepted_digest", "has_account")
"""Columns of a naming that rules.decision looks at, read where the subject is a person and nowhere else."""
_NOBODY = (
    "NULL::uuid, NULL::uuid, NULL::text, NULL::text, NULL::date, NULL::date, NULL::date, NULL::text, NULL::boolean"
)


def _named(condition: str) -> str:
    """The institutions that named a person, each with its live naming, else the last one that ended."""
    return f"""
        SELECT DISTINCT ON (n.institution_id) n.institution_id AS id, n.id AS naming, n.user_id, n.email,
            CASE WHEN EXISTS (
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


SUBJECTS = {
    "partner": "SELECT %(subject)s::uuid AS id",
    "partner.lei": "SELECT p.id FROM partners_institution p WHERE p.lei = %(subject)s",
    "person": _named("n.user_id = %(subject)s::uuid"),
    "person.email": _named("lower(n.email) = lower(%(subject)s)"),
    "workload": "SELECT w.institution_id AS id FROM grants_environment w WHERE w.id = %(subject)s::uuid",
}
"""How to find the institution, by the kind of subject and of its name."""

_ANY_SUBJECT = f"""
    SELECT * FROM (SELECT q.subject_id AS id, {_NOBODY.replace("NULL::uuid, ", "NULL::uuid AS naming, ", 1)}
        WHERE q.kind = 'partner') u (id, naming, user_id, email, {", ".join(_NAMING)})
    UNION ALL SELECT p.id, {_NOBODY} FROM partners_institution p WHERE q.kind = 'partner.lei' AND p.lei = q.subject
    UNION ALL SELECT w.institution_id, {_NOBODY} FROM grants_environment w
        WHERE q.kind = 'workload' AND w.id = q.subject_id
    UNION ALL SELECT * FROM ({_named("q.kind = 'person' AND n.user_id = q.subject_id")}) by_account
    UNION ALL SELECT * FROM ({_named("q.kind = 'person.email' AND lower(n.email) = lower(q.subject)")}) by_address
"""  # noqa: S608 -- as above
"""The same for any kind at once: of the parts, the database runs the one whose kind it is."""

_RELEASE = "LEFT JOIN grants_release r ON r.provider_id = {provider} AND r.{release} = %(release)s"
_ENVIRONMENT = "LEFT JOIN grants_environment e ON e.institution_id = i.id AND e.{environment} = %(environment)s"
_ANY_RELEASE = """
    LEFT JOIN LATERAL (
        SELECT x.id, x.state FROM grants_release x WHERE x.provider_id = who.provider_id AND x.id = q.release_id
        UNION ALL SELECT x.id, x.state FROM grants_release x
        WHERE q.release_id IS NULL AND x.provider_id = who.provider_id AND x.key = q.release
    ) r ON true"""
_ANY_ENVIRONMENT = """
    LEFT JOIN LATERAL (
        SELECT x.id, x.state, x.accredited_until FROM grants_environment x
        WHERE x.institution_id = i.id AND x.id = q.environment_id
        UNION ALL SELECT x.id, x.state, x.accredited_until FROM grants_environment x
        WHERE q.environment_id IS NULL AND x.institution_id = i.id AND x.key = q.environment
    ) e ON true"""

_OF_LINE = (
    "{alias}.institution_id = i.id AND {alias}.release_id = r.id AND {alias}.use_case = {use_case}"
    " AND {alias}.environment_id = e.id AND {alias}.data_class = {data_class}"
)
_LINE = "LEFT JOIN grants_grantline l ON " + _OF_LINE.format(
    alias="l", use_case="%(use_case)s", data_class="%(data_class)s"
)
_ANY_LINE = (
    "LEFT JOIN LATERAL (SELECT * FROM grants_grantline y WHERE "  # noqa: S608 -- as above
    + _OF_LINE.format(alias="y", use_case="q.use_case", data_class="q.data_class")
    + " OFFSET 0) l ON true"
)
"""Fenced: for many questions the database would rather go through every line of that use, once for each of them."""

_FACTS = f"""
SELECT i.id,
    o.state = 'active' AND EXISTS (
        SELECT 1 FROM partners_qualification z WHERE z.institution_id = i.id AND z.state IN ('in_force', 'restricted')
        AND z.valid_from <= %(today)s AND z.valid_until >= %(today)s
    ),
    l.id IS NOT NULL OR EXISTS (
        SELECT 1 FROM grants_grantline z WHERE z.institution_id = i.id AND z.provider_id = {{provider}}
    ),
    hp.id, hp.placed_at, hp.confirm_by,
    r.id, r.state, e.id, e.state, e.accredited_until,
    he.id, he.placed_at, he.confirm_by,
    l.id, l.grant_id, g.reference, g.state, a.accepted_at IS NOT NULL, l.access_route, l.starts_on,
    COALESCE(v.ends_on, l.ends_on), LEAST(COALESCE(v.requests_per_day, l.requests_per_day), c.requests_per_day),
    LEAST(COALESCE(v.tokens_per_day, l.tokens_per_day), c.tokens_per_day),
    LEAST(COALESCE(v.seats, l.seats), c.seats), COALESCE(v.obligations, l.obligations),
    EXISTS (SELECT 1 FROM grants_linesurrender y WHERE y.line_id = l.id),
    (SELECT y.effective_on FROM grants_consentwithdrawal y
        WHERE y.line_id = l.id AND y.state IN ('noticed', 'in_effect') LIMIT 1),
    {{on_line}}, l.stops_at_limit,
    CASE WHEN l.stops_at_limit THEN
        (SELECT y.requests FROM grants_lineday y WHERE y.line_id = l.id AND y.day = %(today)s) END,
    CASE WHEN l.stops_at_limit THEN
        (SELECT y.tokens FROM grants_lineday y WHERE y.line_id = l.id AND y.day = %(today)s) END,
    hg.id, hg.placed_at, hg.confirm_by, hl.id, hl.placed_at, hl.confirm_by{{columns}}
FROM (SELECT 1) one
    LEFT JOIN LATERAL ({{subject}}) s ON true
    LEFT JOIN partners_institution i ON i.id = s.id
    LEFT JOIN accounts_organisation o ON o.id = i.id
    {{release}}
    {{environment}}
    {_hold("hp", "partner", "i.id")}
    {_hold("he", "environment", "e.id")}
    {{line}}
    LEFT JOIN grants_grant g ON g.id = l.grant_id
    LEFT JOIN grants_agreement a ON a.grant_id = g.id
    LEFT JOIN LATERAL (
        SELECT y.ends_on, y.requests_per_day, y.tokens_per_day, y.seats, y.obligations FROM grants_lineversion y
        WHERE y.line_id = l.id ORDER BY y.number DESC LIMIT 1
    ) v ON true
    LEFT JOIN LATERAL (
        SELECT min(y.requests_per_day) AS requests_per_day, min(y.tokens_per_day) AS tokens_per_day,
            min(y.seats) AS seats FROM grants_linecap y WHERE y.line_id = l.id AND y.ended_at IS NULL
    ) c ON true
    {_hold("hg", "grant", "g.id")}
    {_hold("hl", "line", "l.id")}
    {{joins}}
ORDER BY i.id, (g.state = 'in_force') DESC, (g.state = 'awaiting_agreement') DESC, l.id DESC
LIMIT {MOST_LINES}
"""  # noqa: S608 -- as above

_NAMES_PERSON = """
    NOT EXISTS (SELECT 1 FROM grants_grantlineperson y WHERE y.line_id = l.id)
    OR EXISTS (SELECT 1 FROM grants_grantlineperson y WHERE y.line_id = l.id AND y.person_id = s.naming)"""
_ANY_NAMES_PERSON = f"(s.naming IS NULL OR {_NAMES_PERSON})"
_PERSON_COLUMNS = (
    "".join(f", s.{name}" for name in _NAMING) + ", v2.version, v2.in_force_at, hq.id, hq.placed_at, hq.confirm_by"
)
_PERSON_JOINS = f"LEFT JOIN rulebook_rulebookversion v2 ON v2.state = 'in_force' {_PERSON_HOLD}"


def statement(key: Key, provider: str = "%(provider)s") -> str:
    """The facts of one question; `provider` is where its provider's id comes from."""
    kind, release, environment = key
    person = kind.startswith("person")
    return _FACTS.format(
        provider=provider,
        subject=SUBJECTS[kind],
        release=_RELEASE.format(provider=provider, release="id" if release else "key"),
        environment=_ENVIRONMENT.format(environment="id" if environment else "key"),
        line=_LINE,
        on_line=_NAMES_PERSON if person else "true",
        columns=_PERSON_COLUMNS if person else "",
        joins=_PERSON_JOINS if person else "",
    )


STATEMENTS = {
    (kind, release, environment): statement((kind, release, environment))
    for kind in SUBJECTS
    for release in (False, True)
    for environment in (False, True)
}
"""Every statement about one question, written out once."""


@cache
def statement_of_many(who: str) -> str:
    """The facts of many questions of one asker, each row with the number of its question (from 1) behind the asker's.

    `who` is a statement that gives the asker's `provider_id` among its columns (scopes, name, provider_id, provider).
    """
    facts = _FACTS.format(
        provider="who.provider_id",
        subject=_ANY_SUBJECT,
        release=_ANY_RELEASE,
        environment=_ANY_ENVIRONMENT,
        line=_ANY_LINE,
        on_line=_ANY_NAMES_PERSON,
        columns=_PERSON_COLUMNS,
        joins=_PERSON_JOINS,
    )
    return f"""
        WITH who (scopes, name, provider_id, provider) AS MATERIALIZED ({who})
        SELECT who.*, q.n, facts.* FROM who
        LEFT JOIN unnest(%(kinds)s::text[], %(subjects)s::text[], %(subject_ids)s::uuid[], %(releases)s::text[],
            %(release_ids)s::uuid[], %(environments)s::text[], %(environment_ids)s::uuid[], %(use_cases)s::text[],
            %(data_classes)s::text[]) WITH ORDINALITY
            q (kind, subject, subject_id, release, release_id, environment, environment_id, use_case, data_class, n)
            ON true
        LEFT JOIN LATERAL ({facts}) facts ON true
        ORDER BY q.n
    """  # noqa: S608 -- as above
