"""From placing a hold to the published status list that says so, among many credentials; and what the sweep takes.

The real deed and the real publication, in one process, as a web process and the transmitter do them one after the
other. Credentials are copied in bulk; every place of the lists but those of the first credential is a copy's.
"""

from __future__ import annotations

import os
import statistics
import time
from typing import Any
from uuid import UUID

from tests.bench import Row
from tests.bench.access import _FILL
from tests.bench.stack import database

CREDENTIALS = int(os.environ.get("BENCH_CREDENTIALS", "10000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
TARGET, SWEEP = 1.0, 5.0

_ISSUE = """
SET session_replication_role = replica;
INSERT INTO grants_statuslist SELECT (jsonb_populate_record(s, jsonb_build_object(
    'id', gen_random_uuid(), 'is_open', false))).* FROM grants_statuslist s, generate_series(1, %(lists)s) n;
CREATE TEMP TABLE lists AS
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM grants_statuslist WHERE NOT is_open;
CREATE TEMP TABLE issued AS SELECT gen_random_uuid() credential, id AS grant_id, n FROM copied;
INSERT INTO grants_credential SELECT (jsonb_populate_record(c, jsonb_build_object(
    'id', i.credential, 'grant_id', i.grant_id))).* FROM grants_credential c, issued i WHERE c.id = %(credential)s;
INSERT INTO grants_statusentry SELECT (jsonb_populate_record(e, jsonb_build_object(
    'id', gen_random_uuid(), 'credential_id', i.credential, 'grant_id', i.grant_id, 'status_list_id', l.id,
    'value', CASE WHEN i.n %% 10 = 0 THEN 2 ELSE 0 END,
    'index', (2 * i.n + CASE WHEN e.line_id IS NULL THEN 0 ELSE 1 END) / %(lists)s))).*
    FROM grants_statusentry e, issued i, lists l WHERE e.credential_id = %(credential)s
    AND l.n = (2 * i.n + CASE WHEN e.line_id IS NULL THEN 0 ELSE 1 END) %% %(lists)s;
INSERT INTO grants_hold SELECT (jsonb_populate_record(h, jsonb_build_object(
    'id', gen_random_uuid(), 'grant_id', i.grant_id))).* FROM grants_hold h, issued i WHERE i.n %% 10 = 0;
SET session_replication_role = origin;
ANALYZE;
"""


def run() -> list[Row]:
    """The rows of the table."""
    with database():
        made = _world()
        published, alone = _published(made)
        wrong, sweep = _sweep()
    among = f"status lists of {CREDENTIALS:,} credentials"
    slowest, middle, publishing = max(published), statistics.median(published), statistics.median(alone)
    return [
        Row(
            f"{among}: hold to publication, the slowest of {ROUNDS}",
            f"{slowest:.2f} s (median {middle:.2f} s, {publishing:.3f} s of it to publish)",
            f"≤ {TARGET:.0f} s",
            slowest <= TARGET,
        ),
        Row(f"{among}: finding what the clock has changed", f"{sweep:.2f} s", f"≤ {SWEEP:.0f} s", sweep <= SWEEP),
        Row(f"{among}: statuses that the sweep had to correct", str(wrong), "0", wrong == 0),
    ]


def _world() -> Any:
    from django.db import connection

    from grants.actions.credential import publish_due
    from grants.actions.hold import lift_hold, place_hold
    from grants.models import StatusEntry
    from grants.rules.status_list import FILLED, SIZE
    from tests.factories import grants as make
    from tests.grants.holder import Holder

    made = make.grant_in_force()
    credential = Holder().register(made.grant, made.applicant)
    hold = place_hold(target=made.grant, reason="-", lifted_when="-", by=made.signatory)
    keys: dict[str, UUID | int] = {
        "grant": made.grant.pk,
        "request": made.request.pk,
        "grants": CREDENTIALS,
        "holds": 0,
    }
    lists = -(-2 * CREDENTIALS // int(SIZE * FILLED))
    with connection.cursor() as cursor:
        cursor.execute(_FILL, {**keys, "grants": CREDENTIALS, "holds": 0})
        cursor.execute(_ISSUE, {"credential": credential.pk, "lists": lists})
    lift_hold(hold=hold, reason="-", by=made.signatory)
    publish_due()
    entries = StatusEntry.objects.count()
    if entries != 2 * CREDENTIALS + 2:
        raise RuntimeError(f"The bench's world has {entries} entries.")
    return made


def _published(made: Any) -> tuple[list[float], list[float]]:
    """Seconds from before the deed until the list is published, and of the publication alone."""
    from grants.actions.credential import publish_due
    from grants.actions.hold import lift_hold, place_hold

    whole, alone = [], []
    for _round in range(ROUNDS):
        start = time.monotonic()
        hold = place_hold(target=made.grant, reason="Lost keys.", lifted_when="New keys.", by=made.signatory)
        between = time.monotonic()
        if publish_due() != 1:
            raise RuntimeError("The list was not published.")
        end = time.monotonic()
        whole.append(end - start)
        alone.append(end - between)
        lift_hold(hold=hold, reason="New keys.", by=made.signatory)
        publish_due()
    return whole, alone


def _sweep() -> tuple[int, float]:
    """How many partners the sweep would correct, and the seconds that looking took."""
    from grants.queries.status import partners_to_correct

    start = time.monotonic()
    found = partners_to_correct().count()
    return found, time.monotonic() - start
