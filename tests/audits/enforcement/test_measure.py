"""What a decided measure does, and how it ends: set aside, varied, stayed, run out; each at once and whole."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audits.actions.measure import end_measure, end_stay, set_aside, stay_effect, vary_measure
from audits.models import EnforcementCase, MeasureEvent
from audits.queries.ladder import suggested_rung
from audits.tasks import end_measures
from grants.models import Hold
from partners.models import Qualification
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Conflict, Refused
from portal.ledger.verify import verify
from tests.audits.enforcement.acts import decided, permitted
from tests.factories import grants as make

WHY = "The panel saw it otherwise."


def status(made: make.GrantCast) -> str:
    return str(Qualification.objects.filter(institution=made.institution).latest("valid_from", "id").state)


def events(case: EnforcementCase) -> list[str]:
    return list(MeasureEvent.objects.filter(case=case).order_by("happened_at", "id").values_list("kind", flat=True))


@pytest.mark.parametrize("measure", ["restriction", "suspension", "removal"])
def test_a_decision_that_is_set_aside_leaves_nothing_behind(made: make.GrantCast, measure: str) -> None:
    assert permitted(made)
    case = decided(made, measure)
    assert not permitted(made)
    set_aside(case=case, by=SYSTEM, reason=WHY)
    assert (case.end, case.measure, case.in_effect) == ("set_aside", measure, False)
    assert (status(made), made.grant.state, permitted(made)) == ("in_force", "in_force", True)
    assert events(case) == ["decided", "set_aside"]
    assert suggested_rung(case) == "warning", "what was set aside is no repeat"
    assert list(verify()) == []


def test_a_removal_varied_to_a_suspension_gives_the_grant_back_but_no_access(made: make.GrantCast) -> None:
    case = decided(made, "removal")
    assert (status(made), made.grant.state) == ("removed", "revoked")
    until = clock.today() + timedelta(days=60)
    vary_measure(case=case, measure="suspension", until=until, lifted_when="New keys.", reason=WHY, by=SYSTEM)
    assert (status(made), made.grant.state, permitted(made)) == ("suspended", "in_force", False)
    assert (case.measure, case.effect_until, [row.text for row in case.conditions.all()]) == (
        "suspension", until, ["New keys."],
    )  # fmt: skip
    first = MeasureEvent.objects.filter(case=case).earliest("happened_at", "id")
    assert (first.kind, first.measure, first.until) == ("decided", "removal", None), "what was decided stays on record"


@pytest.mark.parametrize("measure", ["restriction", "suspension", "removal"])
def test_a_stay_suspends_the_effect_until_it_ends(made: make.GrantCast, measure: str) -> None:
    case = decided(made, measure)
    stay_effect(case=case, reason=WHY, by=SYSTEM)
    assert permitted(made)
    with pytest.raises(Conflict):
        stay_effect(case=case, reason=WHY, by=SYSTEM)
    end_stay(case=case, reason=WHY, by=SYSTEM)
    assert not permitted(made)
    assert events(case) == ["decided", "stayed", "stay_ended"]


def test_only_the_portal_undoes_a_decision_and_says_why(made: make.GrantCast) -> None:
    case = decided(made, "suspension")
    for who in (made.officer, made.signatory, made.applicant):
        for deed in (set_aside, stay_effect):
            with pytest.raises(Refused):
                deed(case=case, reason=WHY, by=who)
    with pytest.raises(Refused) as refused:
        set_aside(case=case, reason=" ", by=SYSTEM)
    assert refused.value.verdict.code == "no_reason"
    assert not permitted(made)


def test_a_varied_measure_keeps_to_the_rulebook(made: make.GrantCast) -> None:
    case = decided(made, "suspension")
    with pytest.raises(Refused) as refused:
        vary_measure(case=case, measure="restriction", until=None, lifted_when="", reason=WHY, by=SYSTEM)
    assert refused.value.verdict.code == "too_long"


def test_ending_one_measure_leaves_the_other_in_force(made: make.GrantCast) -> None:
    first = decided(made, "restriction", closes=[made.line])
    second = decided(made, "suspension")
    assert status(made) == "suspended"
    set_aside(case=second, by=SYSTEM, reason=WHY)
    assert (status(made), permitted(made)) == ("restricted", False)
    set_aside(case=first, by=SYSTEM, reason=WHY)
    assert (status(made), permitted(made)) == ("in_force", True)


def test_a_restriction_closes_what_it_names_and_opens_it_on_its_last_day_whatever_days_were_missed(
    made: make.GrantCast,
) -> None:
    case = decided(made, "restriction", closes=[made.line])
    hold = Hold.objects.get(line=made.line)
    assert (hold.emergency, hold.placed_by, hold.stops) == (False, None, True)
    assert case.effect_until is not None
    with clock.at(clock.now() + timedelta(days=(case.effect_until - clock.today()).days)):
        assert end_measures()["done"] == 0, "its last day is part of it"
        with pytest.raises(Refused):
            end_measure(case=case, by=SYSTEM)
    with clock.at(clock.now() + timedelta(days=120)):
        assert end_measures()["done"] == 1
        assert end_measures()["done"] == 0
        case.refresh_from_db()
        assert (case.end, status(made), permitted(made)) == ("ran_out", "in_force", True)


def test_a_measure_that_is_stayed_runs_out_all_the_same(made: make.GrantCast) -> None:
    case = decided(made, "suspension")
    stay_effect(case=case, reason=WHY, by=SYSTEM)
    with clock.at(clock.now() + timedelta(days=120)):
        assert end_measures()["done"] == 1
        with pytest.raises(Refused):
            end_stay(case=EnforcementCase.objects.get(pk=case.pk), reason=WHY, by=SYSTEM)
        assert permitted(made)
