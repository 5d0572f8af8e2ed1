"""A case against a partner with a grant in force, step by step, by the real deeds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from audits.actions.enforcement import answer_notice, give_notice, hear_case, open_case, sign_decision
from audits.models import EnforcementCase
from audits.queries.ladder import decision_content, suggested_rung
from audits.restricting import Limited
from grants.queries.decision import decide
from portal.core import clock
from portal.core.actors import Actor
from portal.core.canonical import digest
from tests.factories.accounts import make_member
from tests.factories.grants import GrantCast
from tests.factories.partners import make_authority

ENDING = ("restriction", "suspension")
CONDITIONS = "All keys are in a vault.\nAn auditor has seen it."


def noticed(
    made: GrantCast, measure: str, *, closes: Sequence[Any] = (), limits: Sequence[Limited] = (), months: int = 3
) -> EnforcementCase:
    """A case whose notice was given."""
    case = open_case(institution=made.institution, facts="A key leaked.", by=made.officer)
    if measure == "restriction" and not closes and not limits:
        closes = [made.grant]
    return give_notice(
        case=case,
        measure=measure,
        reasons="Nothing milder works.",
        milder="A warning was weighed: it did not help in spring.",
        why_step="" if measure == suggested_rung(case) else "It happened twice.",
        lifted_when=CONDITIONS,
        until=clock.today() + timedelta(days=30 * months) if measure in ENDING else None,
        closes=closes,
        limits=limits,
        by=made.officer,
    )


def heard(made: GrantCast, measure: str, **more: Any) -> EnforcementCase:
    """A case that waits for signatures."""
    case = noticed(made, measure, **more)
    answer_notice(case=case, answer="It was one key.", by=made.applicant)
    return hear_case(case=case, notes="In writing.", by=made.officer)


def signatories(made: GrantCast) -> list[Actor]:
    """Three of three bodies and two countries, as the hardest rung needs."""
    return [made.signatory, made.other_signatory, make_member(make_authority("SE"), "signatory")]


def sign(case: EnforcementCase, people: Sequence[Actor]) -> EnforcementCase:
    """Each signs what stands, until it is decided."""
    for person in people:
        if case.state == "heard":
            sign_decision(case=case, seen=digest(decision_content(case)), by=person)
    return case


def decided(made: GrantCast, measure: str, **more: Any) -> EnforcementCase:
    """A case that was decided."""
    return sign(heard(made, measure, **more), signatories(made))


def permitted(made: GrantCast, **asked: Any) -> bool:
    """What the gateway is answered now."""
    return decide(made.question(**asked)).permitted
