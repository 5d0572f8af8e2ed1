"""A release announced while very many grants name its model: the provider's deed, and the sweep that goes on."""

from __future__ import annotations

import os
import time
from typing import Any

from tests.bench import Row
from tests.bench.bulk import analyse, unguarded
from tests.bench.stack import database

GRANTS = int(os.environ.get("BENCH_RE_REVIEWS", "10000"))
DEED, SWEEP = 5.0, 300.0
"""Seconds for the announcement, however many grants there are, and for the sweeps with 10,000 of as many partners."""


def run() -> list[Row]:
    """The rows of the table."""
    with database():
        made = _world()
        announced, first = _timed(lambda: _announce(made))
        swept, raised = _timed(_sweep)
    limit = SWEEP * GRANTS / 10_000
    said, ok = f"{announced:.1f} s, {first} raised", swept <= limit and raised == GRANTS + 1
    return [
        Row(f"announcing a release that {GRANTS:,} grants do not cover", said, f"≤ {DEED:.0f} s", announced <= DEED),
        Row(f"raising the re-reviews of all {raised:,}", f"{swept:.1f} s", f"≤ {limit:.0f} s", ok),
    ]


def _timed(work: Any) -> tuple[float, int]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def _world() -> Any:
    """One grant made by the deeds, and copies of it for as many institutions, each with somebody who is told."""
    from tests.factories import grants as make
    from tests.factories.rulebook import founded_rulebook

    founded_rulebook()
    made = make.grant_in_force()
    copies: list[tuple[str, object, dict[str, str]]] = [
        ("accounts_organisation", made.institution.pk, {"id": "o"}),
        ("partners_institution", made.institution.pk, {"organisation_id": "o", "id": "o"}),
        ("accounts_user", made.applicant.user_id, {"id": "u"}),
        ("accounts_membership", _membership(made), {"id": "m", "user_id": "u", "organisation_id": "o"}),
        ("grants_grantrequest", made.request.pk, {"id": "r", "institution_id": "o"}),
        ("grants_grant", made.grant.pk, {"id": "g", "request_id": "r", "institution_id": "o"}),
        ("grants_grantline", made.line.pk, {"id": "l", "request_line_id": "x", "grant_id": "g", "institution_id": "o"}),
    ]
    with unguarded() as cursor:
        for table, pk, keys in copies:
            _copy(cursor, table, pk, keys)
    analyse()
    return made


def _membership(made: Any) -> object:
    from portal.accounts.models import Membership

    return Membership.objects.get(user=made.applicant.user_id, organisation=made.institution.pk).pk


def _copy(cursor: Any, table: str, pk: object, keys: dict[str, str]) -> None:
    """Copies of one row under keys of their own; what has to be unique besides gets the number."""
    cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
    there = {name for (name,) in cursor.fetchall()}
    own = [f"'{name}', md5('{letter}' || n)::uuid" for name, letter in keys.items() if name in there]
    own += [
        f"'{name}', '{name} ' || n" for name in ("reference", "name") if name in there and table != "grants_grantline"
    ]
    own += ["'email', 'u' || n || '@bench.example'"] if "email" in there else []
    own += [f"'{name}', ''" for name in ("lei", "ror") if name in there]
    cursor.execute(
        f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(one) ||"
        f" jsonb_build_object({', '.join(own)}))).* FROM {table} one, generate_series(1, %s) n WHERE one."
        f"{'id' if 'id' in there else 'organisation_id'} = %s",
        [GRANTS, pk],
    )


def _announce(made: Any) -> int:
    from grants.actions.catalogue import announce_release
    from grants.models import ReReview

    announce_release(
        model=made.release.model, version="bench", key="bench-release", capability_tier="general",
        access_routes=["api"], by=made.staff,
    )  # fmt: skip
    return int(ReReview.objects.count())


def _sweep() -> int:
    from grants import tasks
    from grants.models import Release, ReReview

    while Release.objects.filter(re_reviews_due=True).exists():
        tasks.raise_re_reviews()
    return int(ReReview.objects.count())
