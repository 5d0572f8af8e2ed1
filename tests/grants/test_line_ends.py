"""Lines that end before their grant, and grants of which no line is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from grants import tasks
from grants.actions.grant import expire_grant
from grants.actions.line_end import end_line
from grants.actions.surrender import surrender_line
from grants.actions.withdrawal import withdraw_consent
from grants.effects import Effect, Kind, subscribe, unsubscribe
from grants.models import Grant, GrantLine, LineEnd
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Conflict, Refused
from portal.ledger.models import Entry
from portal.notifications.models import Notice
from tests.factories import grants as make
from tests.factories.accounts import make_member
from tests.factories.partners import Cast

pytestmark = pytest.mark.django_db
SHORT, LONG = 20, 300


@pytest.fixture
def made(partner: Cast) -> make.GrantCast:
    """A grant with a line of twenty days and one of three hundred."""
    ends = [clock.today() + timedelta(days=days) for days in (SHORT, LONG)]
    lines = {"use_case": "evaluation", "ends_on": ends[0]}, {"use_case": "benchmarking", "ends_on": ends[1]}
    return make.grant_in_force(*lines, made=partner)


def line_of(made: make.GrantCast, number: int) -> GrantLine:
    rows = GrantLine.objects.select_related("grant__institution__organisation", "grant__authority", "release")
    return rows.get(grant=made.grant, number=number)


def heard(kind: str) -> set[object]:
    return set(Notice.objects.filter(kind=kind).values_list("recipient_id", flat=True))


def entries(grant: Grant, verb: str) -> int:
    return Entry.objects.filter(object_id=grant.pk, verb__endswith=verb).count()


def test_a_line_that_ends_first_is_recorded_and_told_once_also_when_days_were_missed(made: make.GrantCast) -> None:
    assert tasks.end_lines()["done"] == 0
    with clock.at(clock.now() + timedelta(days=SHORT)):
        assert tasks.end_lines()["done"] == 0, "the last day itself is a day of the line"
    with clock.at(clock.now() + timedelta(days=SHORT + 9)):
        assert tasks.end_lines()["done"] == 1
        assert tasks.end_lines()["done"] == 0
    (row,) = LineEnd.objects.all()
    assert (row.line.number, row.last_day) == (1, clock.today() + timedelta(days=SHORT))
    assert entries(made.grant, "end_line") == 1
    assert {made.applicant.user_id, made.staff.user_id} <= heard("grant_line_over")
    assert made.grant.state == "in_force"


def test_the_end_of_a_line_reaches_whoever_follows_access(made: make.GrantCast) -> None:
    seen: list[Effect] = []

    def told(effects: Sequence[Effect]) -> None:
        seen.extend(effects)

    subscribe(told)
    try:
        with clock.at(clock.now() + timedelta(days=SHORT + 1)):
            tasks.end_lines()
    finally:
        unsubscribe(told)
    assert [(item.kind, item.on, item.target_id) for item in seen] == [(Kind.SUSPENDED, "line", line_of(made, 1).pk)]


def test_a_narrowed_day_is_the_day(made: make.GrantCast) -> None:
    make.narrow(made, ends_on=clock.today() + timedelta(days=5))
    with clock.at(clock.now() + timedelta(days=6)):
        assert tasks.end_lines()["done"] == 1
    assert LineEnd.objects.get().last_day == clock.today() + timedelta(days=5)


def test_what_has_not_ended_is_not_noted(made: make.GrantCast) -> None:
    with pytest.raises(Conflict):
        end_line(line=line_of(made, 1), by=SYSTEM)
    with clock.at(clock.now() + timedelta(days=LONG + 1)):
        tasks.expire_grants()
        assert made.grant.state == "expired"
        assert tasks.end_lines()["done"] == 0, "the grant has ended, and everybody was told of that"


def test_with_the_last_line_given_back_the_grant_is_given_back_whatever_ended_the_others(
    made: make.GrantCast,
) -> None:
    withdraw_consent(line=line_of(made, 1), reason_code="security", reason="Leak.", by=made.staff)
    assert made.grant.state == "in_force"
    keeper = make_member(made.institution.organisation, "administrator")
    surrender_line(line=line_of(made, 2), reason="Done.", by=keeper)
    assert made.grant.state == "surrendered"


def test_with_the_last_line_withdrawn_at_once_the_grant_ends_in_the_same_deed(made: make.GrantCast) -> None:
    for number in (1, 2):
        withdraw_consent(line=line_of(made, number), reason_code="security", reason="Leak.", by=made.staff)
    assert (made.grant.state, made.grant.end_reason) == ("expired", "No line of it is left.")
    assert made.applicant.user_id in heard("grant_ended")
    assert made.staff.user_id in heard("grant_ended_provider")
    assert entries(made.grant, "expire") == 1


def test_before_the_agreement_is_signed_too_and_nothing_is_put_before_the_institution(partner: Cast) -> None:
    made = make.issued_grant(made=partner)
    withdraw_consent(line=made.line, reason_code="security", reason="Leak.", by=made.staff)
    assert made.grant.state == "expired"
    assert made.grant.agreement.version == 1
    with pytest.raises(Refused):
        make.accept(made)


def test_with_the_last_line_past_its_day_or_withdrawn_by_then_the_sweeps_end_the_grant(made: make.GrantCast) -> None:
    withdrawal = withdraw_consent(line=line_of(made, 2), reason_code="terms", reason="New terms.", by=made.staff)
    ends = max(withdrawal.effective_on, clock.today() + timedelta(days=SHORT + 1))
    with clock.at(clock.now() + (ends - clock.today())):
        tasks.end_withdrawn_lines()
        tasks.end_lines()
        assert made.grant.state == "expired"


def test_a_grant_that_a_deed_left_without_lines_is_found_by_its_own_sweep(made: make.GrantCast) -> None:
    withdrawal = withdraw_consent(line=line_of(made, 2), reason_code="terms", reason="New terms.", by=made.staff)
    withdraw_consent(line=line_of(made, 1), reason_code="security", reason="Leak.", by=made.staff)
    assert tasks.end_empty_grants()["done"] == 0
    with pytest.raises(Refused):
        expire_grant(grant=made.grant, by=SYSTEM)
    with clock.at(clock.now() + (withdrawal.effective_on - clock.today())):
        assert tasks.end_empty_grants()["done"] == 1
        assert tasks.end_empty_grants()["done"] == 0
    assert made.grant.state == "expired"
