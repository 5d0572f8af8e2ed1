"""The decision at the gate: each conjunct stops it, with its own stable code."""

from __future__ import annotations

import ast
import dataclasses
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.rules import conjuncts
from grants.rules.codes import CODES, table
from grants.rules.conjuncts import CONJUNCTS, LINE_CONJUNCTS, NEAREST_FIRST
from grants.rules.decision import Decision, Facts, Held, LineFacts, Question, explain, judge
from partners.rules import person
from partners.rules.person import CHECKS

TODAY = date(2027, 3, 1)
ID = UUID("01890000-0000-7000-8000-000000000001")
OTHER = UUID("01890000-0000-7000-8000-000000000002")
HELD = Held(ID, datetime(2027, 2, 28, tzinfo=UTC), datetime(2027, 3, 3, tzinfo=UTC))
LINE = LineFacts(
    id=ID,
    grant_id=ID,
    grant_reference="G-2027-0001",
    grant_state="in_force",
    agreement_accepted=True,
    access_route="api",
    starts_on=TODAY - timedelta(days=10),
    ends_on=TODAY + timedelta(days=10),
    requests_per_day=100,
    tokens_per_day=1000,
    seats=5,
    obligations=("logging",),
    grant_hold=None,
    line_hold=None,
)
GOOD = Facts(
    institution_id=ID,
    qualified=True,
    related=True,
    release_id=ID,
    release_state="released",
    environment_id=ID,
    environment_state="accredited",
    accredited_until=TODAY,
    lines=(LINE,),
)
ASKED = Question(
    provider_id=ID,
    subject_type="partner",
    subject_id=str(ID),
    use_case="evaluation",
    release="meridian-4.1",
    environment="fjell-lab",
    data_class="synthetic",
    today=TODAY,
)


def answer(question: dict[str, Any] | None = None, line: dict[str, Any] | None = None, **facts: Any) -> Decision:
    lines = (dataclasses.replace(LINE, **line),) if line else facts.pop("lines", GOOD.lines)
    return judge(dataclasses.replace(ASKED, **(question or {})), dataclasses.replace(GOOD, lines=lines, **facts))


def test_everything_in_order_is_permitted_with_the_obligations_of_the_line() -> None:
    decision = answer()
    assert decision.permitted
    assert decision.obligations == ("logging",)
    assert decision.code == "permitted"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"question": {"subject_type": "robot"}}, "subject_type_unknown"),
        ({"release_id": None}, "release_unknown"),
        ({"institution_id": None}, "partner_unknown"),
        ({"related": False}, "not_granted"),
        ({"question": {"subject_type": "workload", "subject_id": "no-id"}}, "partner_unknown"),
        ({"qualified": False}, "partner_not_qualified"),
        ({"partner_hold": HELD}, "partner_held"),
        ({"release_state": "announced"}, "release_not_out"),
        ({"release_state": "retired"}, "release_retired"),
        ({"question": {"environment": ""}}, "environment_missing"),
        ({"environment_id": None}, "environment_unknown"),
        ({"environment_state": "suspended"}, "environment_not_accredited"),
        ({"accredited_until": TODAY - timedelta(days=1)}, "environment_not_accredited"),
        ({"environment_hold": HELD}, "environment_held"),
        ({"question": {"data_class": ""}}, "data_class_missing"),
        ({"line": {"grant_state": "awaiting_agreement"}}, "agreement_not_accepted"),
        ({"line": {"agreement_accepted": False}}, "agreement_not_accepted"),
        ({"line": {"grant_state": "revoked"}}, "grant_ended"),
        ({"question": {"access_route": "on_site"}}, "access_route_not_granted"),
        ({"line": {"ends_on": TODAY - timedelta(days=1)}}, "line_ended"),
        ({"line": {"starts_on": TODAY + timedelta(days=1)}}, "line_not_started"),
        ({"question": {"requests": 101}}, "above_limit"),
        ({"question": {"tokens": 1001}}, "above_limit"),
        ({"question": {"seats": 6}}, "above_limit"),
        ({"line": {"stops_at_limit": True, "spent_requests": 100}}, "limit_reached"),
        ({"line": {"stops_at_limit": True, "spent_tokens": 1000}}, "limit_reached"),
        ({"line": {"grant_hold": HELD}}, "grant_held"),
        ({"line": {"line_hold": HELD}}, "line_held"),
        ({"line": {"given_back": True}}, "line_given_back"),
        ({"line": {"consent_ends": TODAY}}, "consent_withdrawn"),
        ({"line": {"names_person": False}}, "person_not_on_line"),
        ({"person_hold": HELD}, "person_held"),
        ({"question": {"subject_type": "workload", "subject_id": str(OTHER)}}, "environment_contradicts"),
        ({"question": {"subject_type": "person"}}, "person_not_named"),
        ({"lines": (), "nearest": "environment"}, "data_class_not_granted"),
        ({"lines": (), "nearest": "use_case"}, "environment_not_granted"),
        ({"lines": (), "nearest": "release"}, "use_case_not_granted"),
        ({"lines": ()}, "not_granted"),
    ],
)
def test_each_part_of_the_conjunction_stops_it_with_its_own_code(changes: dict[str, Any], code: str) -> None:
    decision = answer(**changes)
    assert not decision.permitted
    assert decision.code == code
    assert decision.reason


def test_a_workload_names_its_environment_by_itself() -> None:
    assert answer({"subject_type": "workload", "subject_id": str(ID), "environment": ""}).permitted


def test_notice_of_withdrawn_consent_stops_nothing_before_its_day_and_ends_the_permit_with_it() -> None:
    decision = answer(line={"consent_ends": TODAY + timedelta(days=3)}, accredited_until=TODAY + timedelta(days=9))
    assert decision.permitted
    assert decision.changes_on == TODAY + timedelta(days=2)


def steps(**facts: Any) -> dict[str, str]:
    return {step.key: step.outcome for step in explain(ASKED, dataclasses.replace(GOOD, **facts))}


def test_why_goes_through_every_conjunct_and_all_of_a_permit_passed() -> None:
    assert set(steps().values()) == {"passed", "not_looked_at"}
    not_looked_at = [key for key, outcome in steps().items() if outcome == "not_looked_at"]
    assert not_looked_at == ["person", "person_hold"]
    assert list(steps()) == [*(item.key for item in CONJUNCTS), *(item.key for item in LINE_CONJUNCTS)]


def test_why_tells_all_that_stops_and_marks_what_the_gateway_is_told() -> None:
    held = dataclasses.replace(LINE, grant_hold=HELD)
    found = explain(ASKED, dataclasses.replace(GOOD, partner_hold=HELD, environment_hold=HELD, lines=(held,)))
    assert [step.key for step in found if step.outcome == "failed"] == [
        "partner_hold",
        "environment_hold",
        "grant_hold",
    ]
    assert [step.key for step in found if step.decides] == ["partner_hold"]


def test_why_does_not_look_at_what_is_not_there() -> None:
    found = steps(release_id=None, environment_id=None, lines=())
    gone = {"release_out", "accreditation", "environment_hold", "line", *(item.key for item in LINE_CONJUNCTS)}
    assert all(found[key] == "not_looked_at" for key in gone)


def _codes_in(path: Path) -> set[str]:
    """What stands in code as the code of a stop or of something that a person lacks."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        place = {"Stop": 0, "_held": 0, "Lack": 1}.get(node.func.id)
        if place is None or len(node.args) <= place:
            continue
        code = node.args[place]
        if isinstance(code, ast.Constant):
            found.add(str(code.value))
        elif isinstance(code, ast.JoinedStr):
            end = code.values[-1]
            assert isinstance(end, ast.Constant)
            found |= {f"person_{kind}{end.value!s}" for kind in CHECKS}
    return found


def test_every_code_is_described_and_every_described_code_exists() -> None:
    found = _codes_in(Path(conjuncts.__file__)) | _codes_in(Path(person.__file__))
    elsewhere = {"permitted", "malformed", "resource_type_unknown"}
    assert found | elsewhere == set(CODES)
    assert all(len(code) <= 40 for code in CODES), "longer than the counts can hold"


def test_every_stop_on_a_line_has_its_distance_to_a_permit() -> None:
    on_line = {stop for stop in CODES if stop in NEAREST_FIRST}
    assert on_line == set(NEAREST_FIRST)
    assert len(NEAREST_FIRST) == len(set(NEAREST_FIRST)) == 12


def test_the_document_has_the_table_of_codes() -> None:
    document = (Path(__file__).parents[2] / "docs" / "access.md").read_text()
    assert table() in document, "run: python -c 'from grants.rules.codes import table; print(table())'"


def test_an_unconfirmed_hold_says_when_it_could_lapse() -> None:
    assert answer(partner_hold=HELD).changes_on == HELD.confirm_by


def test_of_several_lines_one_that_nothing_stops_is_enough() -> None:
    ended = dataclasses.replace(LINE, grant_state="expired")
    assert answer(lines=(ended, LINE)).permitted


LINES = st.builds(
    lambda state, accepted, start, end, grant_hold, line_hold, back, consent, named: dataclasses.replace(
        LINE,
        given_back=back,
        consent_ends=consent,
        names_person=named,
        grant_state=state,
        agreement_accepted=accepted,
        starts_on=TODAY + timedelta(days=start),
        ends_on=TODAY + timedelta(days=max(start, end)),
        grant_hold=grant_hold,
        line_hold=line_hold,
    ),
    st.sampled_from(["awaiting_agreement", "in_force", "expired", "revoked"]),
    st.booleans(),
    st.integers(-2, 2),
    st.integers(-2, 2),
    st.sampled_from([None, HELD]),
    st.sampled_from([None, HELD]),
    st.sampled_from([False, False, True]),
    st.sampled_from([None, TODAY + timedelta(days=1), TODAY]),
    st.sampled_from([True, True, False]),
)
FACTS = st.builds(
    Facts,
    institution_id=st.sampled_from([None, ID]),
    qualified=st.booleans(),
    related=st.sampled_from([True, True, False]),
    partner_hold=st.sampled_from([None, None, HELD]),
    release_id=st.sampled_from([None, ID]),
    release_state=st.sampled_from(["announced", "released", "retired"]),
    environment_id=st.sampled_from([None, ID]),
    environment_state=st.sampled_from(["attested", "accredited", "suspended"]),
    accredited_until=st.sampled_from([None, TODAY, TODAY - timedelta(days=1)]),
    environment_hold=st.sampled_from([None, None, HELD]),
    person_hold=st.sampled_from([None, None, HELD]),
    lines=st.lists(LINES, max_size=3).map(tuple),
    nearest=st.sampled_from(["", "release", "use_case", "environment"]),
)


def naive(facts: Facts) -> bool:
    """The design's sentence on access, word by word."""
    return bool(
        facts.institution_id
        and facts.qualified
        and facts.related
        and not facts.partner_hold
        and facts.release_id
        and facts.release_state == "released"
        and facts.environment_id
        and facts.environment_state == "accredited"
        and facts.accredited_until
        and facts.accredited_until >= TODAY
        and not facts.environment_hold
        and not facts.person_hold
        and any(
            line.grant_state == "in_force"
            and line.agreement_accepted
            and line.starts_on <= TODAY <= line.ends_on
            and not line.grant_hold
            and not line.line_hold
            and not line.given_back
            and (line.consent_ends is None or line.consent_ends > TODAY)
            and line.names_person
            for line in facts.lines
        )
    )


@given(FACTS)
def test_the_decision_always_equals_the_naive_model(facts: Facts) -> None:
    decision = judge(ASKED, facts)
    assert decision.permitted == naive(facts)
    assert decision.permitted or (decision.code in CODES and decision.reason)
    deciding = [step for step in explain(ASKED, facts) if step.decides]
    assert [step.stop.code for step in deciding] == ([] if decision.permitted else [decision.code])
