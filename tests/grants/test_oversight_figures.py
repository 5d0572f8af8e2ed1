"""What oversight counts of grants: lines as they hold now, holds on people, and what was taken back."""

from __future__ import annotations

from datetime import timedelta

from grants.actions.hold import confirm_hold, place_hold
from grants.actions.surrender import surrender_line
from grants.actions.withdrawal import withdraw_consent
from grants.models import GrantLine
from portal.core import clock
from tests.dashboards.drawn import figure_of, kept
from tests.factories import grants as make
from tests.factories import people
from tests.factories.accounts import make_member, make_organisation
from tests.factories.partners import Cast
from tests.world import client_for


def test_holds_on_people_are_counted_and_nobody_is_named(made: make.GrantCast) -> None:
    person, _actor = people.cleared(made.institution)
    hold = place_hold(target=person, reason="Lost keys.", lifted_when="New keys.", by=made.signatory)
    figure = figure_of("holds")
    assert figure.title == "1 hold is in force; 1 waits for a second body"
    assert figure.chart is not None
    assert [series["values"][-1] for series in figure.chart["series"]] == [0, 1]
    assert figure.rows[-1] == ["A person", 0, 1, 1]
    confirm_hold(hold=hold, by=made.other_signatory)
    kept()
    member = make_member(make_organisation("oversight", jurisdiction="FR"), "oversight_member")
    page = client_for(member).get("/oversight/incidents/").content.decode()
    assert "1 hold is in force" in page
    assert person.name not in page


def test_lines_are_in_force_as_they_hold_now(partner: Cast) -> None:
    uses = ("evaluation", "benchmarking", "red_teaming", "safety_research")
    made = make.grant_in_force(*({"use_case": use} for use in uses), made=partner)
    rows = GrantLine.objects.filter(grant=made.grant).select_related("grant__institution", "grant__authority")
    lines = {line.use_case: line for line in rows}
    assert figure_of("scope").title == "5 lines are in force on 2 releases; nothing is held"
    keeper = make_member(made.institution.organisation, "administrator")
    surrender_line(line=lines["red_teaming"], reason="Done.", by=keeper)
    withdraw_consent(line=lines["safety_research"], reason_code="security", reason="Leak.", by=made.staff)
    withdraw_consent(line=lines["benchmarking"], reason_code="terms", reason="New terms.", by=made.staff)
    assert figure_of("scope").title == "3 lines are in force on 2 releases; nothing is held"
    make.narrow(made, ends_on=clock.today())
    with clock.at(clock.now() + timedelta(days=1)):
        assert figure_of("scope").title == "2 lines are in force on 2 releases; nothing is held"
        figure = figure_of("taken_back")
        assert figure.title == "4 grants or lines ended or shrank early, 1 by an authority"
        assert [row[1] for row in figure.rows] == [1, 0, 2, 1, 0]
