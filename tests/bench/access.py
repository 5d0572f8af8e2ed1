"""The access question over HTTP against a bare one-query view: same process, same middleware, in turns.

A real grant, made by the real actions, among GRANTS others and HOLDS holds that are copied in bulk.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import time
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from tests.bench import Row
from tests.bench.stack import database, served

GRANTS = int(os.environ.get("BENCH_GRANTS", "100000"))
HOLDS = int(os.environ.get("BENCH_HOLDS", "10000"))
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "400"))
ROUNDS = 5
BATCH = 50
SHARE, TAIL = 0.6, 3.0

_FILL = """
SET session_replication_role = replica;
CREATE TEMP TABLE copied AS SELECT gen_random_uuid() id, gen_random_uuid() line, gen_random_uuid() request,
    gen_random_uuid() asked, n FROM generate_series(1, %(grants)s) n;
INSERT INTO grants_grantrequest SELECT (jsonb_populate_record(r, jsonb_build_object(
    'id', c.request, 'reference', 'R-B-' || c.n))).* FROM grants_grantrequest r, copied c WHERE r.id = %(request)s;
INSERT INTO grants_requestline SELECT (jsonb_populate_record(l, jsonb_build_object(
    'id', c.asked, 'request_id', c.request))).* FROM grants_requestline l, copied c WHERE l.request_id = %(request)s;
INSERT INTO grants_grant SELECT (jsonb_populate_record(g, jsonb_build_object(
    'id', c.id, 'reference', 'G-B-' || c.n, 'request_id', c.request))).* FROM grants_grant g, copied c
    WHERE g.id = %(grant)s;
INSERT INTO grants_grantline SELECT (jsonb_populate_record(l, jsonb_build_object(
    'id', c.line, 'grant_id', c.id, 'request_line_id', c.asked, 'use_case', 'other_' || c.n %% 997,
    'institution_id', CASE WHEN c.n %% 100 = 0 THEN l.institution_id ELSE md5((c.n %% 1000)::text)::uuid END))).*
    FROM grants_grantline l, copied c WHERE l.grant_id = %(grant)s;
INSERT INTO grants_hold SELECT (jsonb_populate_record(h, jsonb_build_object(
    'id', gen_random_uuid(), 'grant_id', c.id))).* FROM grants_hold h, copied c WHERE c.n <= %(holds)s;
SET session_replication_role = origin;
ANALYZE;
"""


@dataclass(frozen=True)
class Measured:
    """Requests a second, and the 99th percentile of one in milliseconds."""

    rate: float
    p99: float


def run() -> list[Row]:
    """The rows of the table."""
    with database():
        body, token = _world()
        with served() as base:
            address = urlsplit(base).netloc
            asked = {"Authorization": token, "Content-Type": "application/json"}
            question = ("POST", "/access/v1/evaluation", body, asked)
            bare = ("POST", "/bench/bare", body, asked)
            for each in (question, bare):
                _measure(address, *each)
            pairs = [(_measure(address, *question), _measure(address, *bare)) for _ in range(ROUNDS)]
            batch = ("POST", "/access/v1/evaluations", _batch(body), asked)
            _measure(address, *batch, times=5)
            many = _measure(address, *batch, times=REQUESTS // 10)
    share = statistics.median(ours.rate / theirs.rate for ours, theirs in pairs)
    tail = statistics.median(ours.p99 / theirs.p99 for ours, theirs in pairs)
    rate = statistics.median(ours.rate for ours, _theirs in pairs)
    among = f"access question among {GRANTS:,} grants and {HOLDS:,} holds"
    return [
        Row(
            f"{among}: requests a second",
            f"{share:.0%} of a bare view ({rate:.0f}/s)",
            f"≥ {SHARE:.0%}",
            share >= SHARE,
        ),
        Row(
            f"access question, {BATCH} at once",
            f"{many.rate * BATCH:.0f} answers/s, {BATCH * many.rate / rate:.1f} × one by one",
            "≥ 1 ×",
            BATCH * many.rate >= rate,
        ),
        Row("access question: 99th percentile", f"{tail:.1f} × the bare view's", f"≤ {TAIL} ×", tail <= TAIL),
    ]


def _world() -> tuple[bytes, str]:
    from django.db import connection

    from grants.actions.hold import place_hold
    from tests.factories import grants as make
    from tests.factories.accounts import bearer_of, make_gateway

    made = make.grant_in_force()
    token = bearer_of(make_gateway(made.release.provider))
    other = make.grant_in_force({"use_case": "benchmarking"})
    place_hold(target=other.grant, reason="Held.", lifted_when="Later.", by=other.signatory)
    keys: dict[str, UUID | int] = {"grant": made.grant.pk, "request": made.request.pk, "grants": GRANTS, "holds": HOLDS}
    with connection.cursor() as cursor:
        cursor.execute(_FILL, keys)
    question = {
        "subject": {"type": "partner", "id": str(made.institution.pk)},
        "action": {"name": "evaluation"},
        "resource": {"type": "model_release", "id": made.release.key},
        "context": {"environment": made.environment.key, "data_class": "synthetic", "requests": 10},
    }
    return json.dumps(question).encode(), token


def _batch(body: bytes) -> bytes:
    """The same question so many times, each with a volume of its own."""
    whole = json.loads(body)
    items = [{"context": {**whole["context"], "requests": number}} for number in range(BATCH)]
    return json.dumps({**whole, "evaluations": items}).encode()


def _measure(
    address: str, method: str, path: str, body: bytes, headers: dict[str, str], times: int = REQUESTS
) -> Measured:
    """Ask so many times over one connection."""
    client = http.client.HTTPConnection(address)
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        client.request(method, path, body, headers)
        response = client.getresponse()
        content = response.read()
        taken.append(time.perf_counter() - started)
        if response.status != 200 or b'"decision":false' in content:
            raise RuntimeError(f"{path} answered {response.status}: {content[:300]!r}")
    client.close()
    taken.sort()
    return Measured(times / sum(taken), taken[int(len(taken) * 0.99)] * 1000)
