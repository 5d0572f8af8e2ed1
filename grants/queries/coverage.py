"""Which line covered a reported use when it began. What windows name is found once for each key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from grants.models.usage import Scope
from grants.queries.facts import uuid_of
from grants.rules.usage import Sent
from portal.core.prepared import rows_of

Named = tuple[str, str, str, str, str]
"""Partner, release, environment, use case and data class, as they were reported."""

_FIND = """
SELECT k.n, r.id, i.id, e.id, l.id, g.id, g.authority_id, q.risk_tier,
    GREATEST(l.starts_on::timestamp AT TIME ZONE 'UTC', g.in_force_since),
    LEAST((COALESCE(v.ends_on, l.ends_on) + 1)::timestamp AT TIME ZONE 'UTC', g.ended_at, y.surrendered_at,
        GREATEST(w.effective_on::timestamp AT TIME ZONE 'UTC', w.given_at)),
    LEAST(COALESCE(v.requests_per_day, l.requests_per_day), c.requests_per_day),
    LEAST(COALESCE(v.tokens_per_day, l.tokens_per_day), c.tokens_per_day),
    LEAST(COALESCE(v.seats, l.seats), c.seats), h.placed, h.ended, g.in_force_since IS NULL
FROM unnest(%(partners)s::text[], %(partner_ids)s::uuid[], %(releases)s::text[], %(release_ids)s::uuid[],
    %(environments)s::text[], %(environment_ids)s::uuid[], %(use_cases)s::text[], %(data_classes)s::text[])
    WITH ORDINALITY k (partner, partner_id, release, release_id, environment, environment_id, use_case, data_class, n)
LEFT JOIN LATERAL (
    SELECT x.id FROM grants_release x WHERE x.id = k.release_id AND x.provider_id = %(provider)s
    UNION ALL SELECT x.id FROM grants_release x
    WHERE k.release_id IS NULL AND x.provider_id = %(provider)s AND x.key = k.release
) r ON true
LEFT JOIN LATERAL (
    SELECT x.id FROM partners_institution x WHERE x.id = k.partner_id
    UNION ALL SELECT x.id FROM partners_institution x WHERE k.partner_id IS NULL AND x.lei = k.partner
) i ON true
LEFT JOIN LATERAL (
    SELECT x.id FROM grants_environment x WHERE x.id = k.environment_id AND x.institution_id = i.id
    UNION ALL SELECT x.id FROM grants_environment x
    WHERE k.environment_id IS NULL AND x.institution_id = i.id AND x.key = k.environment
) e ON true
LEFT JOIN grants_grantline l ON l.institution_id = i.id AND l.release_id = r.id AND l.use_case = k.use_case
    AND l.environment_id = e.id AND l.data_class = k.data_class
LEFT JOIN grants_grant g ON g.id = l.grant_id
LEFT JOIN grants_grantrequest q ON q.id = g.request_id
LEFT JOIN LATERAL (
    SELECT x.ends_on, x.requests_per_day, x.tokens_per_day, x.seats FROM grants_lineversion x
    WHERE x.line_id = l.id ORDER BY x.number DESC LIMIT 1
) v ON true
LEFT JOIN LATERAL (
    SELECT min(x.requests_per_day) AS requests_per_day, min(x.tokens_per_day) AS tokens_per_day,
        min(x.seats) AS seats FROM grants_linecap x WHERE x.line_id = l.id AND x.ended_at IS NULL
) c ON true
LEFT JOIN grants_linesurrender y ON y.line_id = l.id
LEFT JOIN grants_consentwithdrawal w ON w.line_id = l.id AND w.state IN ('noticed', 'in_effect')
LEFT JOIN LATERAL (
    SELECT array_agg(x.placed_at) AS placed, array_agg(x.ended_at) AS ended FROM grants_hold x
    WHERE x.institution_id = i.id
    AND (x.partner_id = i.id OR x.grant_id = g.id OR x.line_id = l.id OR x.environment_id = e.id)
) h ON true
ORDER BY k.n, g.in_force_since DESC NULLS LAST, l.id DESC
"""


COVERED = Scope.COVERED.value


@dataclass(frozen=True, slots=True)
class Limits:
    """What a line permits on one day now, and where to tell of it."""

    line_id: UUID
    grant_id: UUID
    authority_id: UUID
    tier: str
    requests: int
    tokens: int
    seats: int


@dataclass(frozen=True, slots=True)
class Span:
    """When a line permitted something: from `begins` until before `ends`, but for holds (since, until or None)."""

    limits: Limits
    begins: datetime
    ends: datetime
    holds: tuple[tuple[datetime, datetime | None], ...]
    never: bool = False

    def at(self, moment: datetime) -> str:
        """How the line stood at that moment: a value of Scope."""
        if self.never or moment < self.begins:
            return Scope.NOT_BEGUN.value
        if moment >= self.ends:
            return Scope.ENDED.value
        if not self.holds:
            return COVERED
        held = any(since <= moment and (until is None or moment < until) for since, until in self.holds)
        return Scope.ON_HOLD.value if held else COVERED


NEAREST = (Scope.COVERED, Scope.ON_HOLD, Scope.ENDED, Scope.NOT_BEGUN)
"""Of several lines of the same scope, use is counted under the one that stood nearest to covering it."""


@dataclass(slots=True)
class Key:
    """What was named, found: None where it is not there (or not the provider's)."""

    named: Named
    release_id: UUID | None = None
    institution_id: UUID | None = None
    environment_id: UUID | None = None
    spans: list[Span] = field(default_factory=list)

    def at(self, moment: datetime) -> tuple[Limits | None, str]:
        """The line under which use at that moment counts, and how it stood."""
        if not self.spans:
            return None, Scope.NO_LINE.value
        if len(self.spans) == 1:
            (span,) = self.spans
            return span.limits, span.at(moment)
        stood = [(span.at(moment), span) for span in self.spans]
        scope, span = min(stood, key=lambda pair: NEAREST.index(Scope(pair[0])))
        return span.limits, scope


def keys_of(sent: Sequence[Sent], provider_id: UUID) -> dict[Named, Key]:
    """What the windows name, each combination once. One statement, however many."""
    keys = {named: Key(named) for named in {each[1:6] for each in sent}}
    if not keys:
        return {}
    order = list(keys.values())
    for n, *found in rows_of(_FIND, {**_columns(list(keys)), "provider": provider_id}):
        _take(order[n - 1], found)
    return keys


def _columns(named: Sequence[Named]) -> dict[str, Any]:
    partners, releases, environments, use_cases, data_classes = map(list, zip(*named, strict=True))
    return {
        "partners": partners,
        "partner_ids": list(map(uuid_of, partners)),
        "releases": releases,
        "release_ids": list(map(uuid_of, releases)),
        "environments": environments,
        "environment_ids": list(map(uuid_of, environments)),
        "use_cases": use_cases,
        "data_classes": data_classes,
    }


def _take(key: Key, found: Sequence[Any]) -> None:
    key.release_id, key.institution_id, key.environment_id, line_id, grant_id, authority_id, tier = found[:7]
    if line_id is None:
        return
    begins, ends, requests, tokens, seats, placed, ended, never = found[7:]
    limits = Limits(line_id, grant_id, authority_id, tier, requests, tokens, seats)
    holds = tuple(zip(placed or (), ended or (), strict=True))
    key.spans.append(Span(limits, begins, ends, holds, never))
