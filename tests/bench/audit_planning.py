"""The sweep that plans audits, and plans them anew, over partners that were put there in bulk: linear, and nothing the
second time. The risk of every partner changes once: its tier, and for one in ten an incident.
"""

from __future__ import annotations

import os
import time
from typing import Any

from tests.bench import Row
from tests.bench.bulk import analyse, applications, unguarded
from tests.bench.stack import database

PARTNERS = int(os.environ.get("BENCH_PARTNERS", "100000"))
SECONDS, AGAIN, LINEAR = 60.0, 5.0, 1.5
TENTH = 10


def run() -> list[Row]:
    """The rows of the table: planning, planning anew, each again, and a partner's time at a tenth of the number."""
    with database():
        authority, reviewer = _world()
        few = _planned(authority, reviewer, PARTNERS // TENTH)
        many = _planned(authority, reviewer, PARTNERS)
        again, planned = _swept()
        _change_risk()
        anew, moved = _swept()
        after, left = _swept()
    each_few, each_many = few / (PARTNERS // TENTH), many / (PARTNERS - PARTNERS // TENTH)
    growth, taken = each_many / each_few, few + many
    limit = SECONDS * PARTNERS / 100_000
    return [
        Row(f"planning audits for {PARTNERS:,} partners", f"{taken:.1f} s", f"≤ {limit:.0f} s", taken <= limit),
        Row("planning audits: a partner among ten times as many", f"{growth:.2f} ×", f"≤ {LINEAR} ×", growth <= LINEAR),
        _nothing("planning audits again", again, planned),
        Row(
            f"planning {moved:,} audits anew",
            f"{anew:.1f} s",
            f"≤ {limit:.0f} s, all",
            anew <= limit and moved == PARTNERS,
        ),
        _nothing("planning audits anew again", after, left),
    ]


def _nothing(name: str, seconds: float, done: int) -> Row:
    return Row(name, f"{seconds:.2f} s, {done} planned", f"≤ {AGAIN:.0f} s, none", seconds <= AGAIN and done == 0)


def _change_risk() -> None:
    """Every partner is of another tier now, and one in ten reported a serious incident."""
    from audits.models import Incident
    from partners.models import Qualification
    from portal.core.bulk import insert

    with unguarded() as cursor:
        cursor.execute(
            """
            UPDATE partners_qualification SET tier = CASE tier
                WHEN 'standard' THEN 'elevated' WHEN 'elevated' THEN 'high' ELSE 'standard' END
            """
        )
        told = Qualification.objects.filter(reference__endswith="0").values_list("institution_id", flat=True)
        insert(Incident, [_incident(number, institution) for number, institution in enumerate(told)])
    analyse()


def _incident(number: int, institution: Any) -> Any:
    from audits.models import Incident
    from portal.core import clock

    moment = clock.now()
    return Incident(
        state="reported",
        reference=f"I-B-{number}",
        institution_id=institution,
        severity="high",
        kind="other",
        aware_at=moment,
        reported_at=moment,
        rulebook="1.0",
    )


def _world() -> tuple[str, str]:
    from tests.factories.accounts import make_member
    from tests.factories.partners import make_authority
    from tests.factories.rulebook import founded_rulebook

    founded_rulebook()
    authority = make_authority()
    return str(authority.pk), str(make_member(authority, "reviewer").user_id)


def _planned(authority: str, reviewer: str, count: int) -> float:
    """Fill up to `count` qualified partners, then sweep; the seconds of the sweep alone."""
    applications(count, authority=authority, reviewer=reviewer, visible=1)
    with unguarded() as cursor:
        cursor.execute(
            """
            INSERT INTO partners_qualification (id, state, reference, institution_id, application_id, rulebook, tier,
                valid_from, valid_until, reason, conditions, changed_at)
            SELECT md5('q' || n)::uuid, 'in_force', 'Q-B-' || n, md5('o' || n)::uuid, md5('a' || n)::uuid, '1.0',
                (ARRAY['standard', 'elevated', 'high'])[1 + n %% 3], current_date - n %% 300,
                current_date + 700, '', '', now()
            FROM generate_series(1, %(count)s) n ON CONFLICT DO NOTHING
            """,
            {"count": count},
        )
    analyse()
    seconds, _planned = _swept()
    return seconds


def _swept() -> tuple[float, int]:
    from audits.actions.planning import plan_due_audits
    from portal.core.actors import SYSTEM

    started = time.monotonic()
    planned = plan_due_audits(by=SYSTEM)
    return time.monotonic() - started, planned
