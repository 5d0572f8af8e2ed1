"""From a draft to the answer at the gate, by the real actions."""

from __future__ import annotations

import pytest

from grants.queries.decision import decide
from tests.factories import grants as make

pytestmark = pytest.mark.django_db


def test_a_granted_line_is_permitted_at_the_gate() -> None:
    made = make.grant_in_force()
    decision = decide(made.question())
    assert decision.permitted, decision
    assert decision.line is not None and decision.line.grant_reference == made.grant.reference
