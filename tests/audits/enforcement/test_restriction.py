"""What a restriction narrows: limits of lines, environments and people; in force with the decision, undone with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from audits.actions.enforcement import give_notice, open_case
from audits.actions.measure import end_stay, set_aside, stay_effect
from audits.models import CaseScope, EnforcementCase
from audits.queries.ladder import decision_content
from audits.queries.reach import choices_of, limited_by, reach_of
from audits.restricting import Limited
from grants.actions.measure import propose_narrowing
from grants.models import GrantLine, Hold, LineCap
from grants.queries.decision import decide
from grants.queries.effective import as_agreed, as_in_force
from grants.queries.grant import agreed_lines, lines_of_grant
from grants.rules.facts import Question
from partners.models import Person
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.canonical import digest
from portal.core.ids import new_id
from portal.core.verdicts import Refused
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from tests.audits.enforcement.acts import decided, heard, permitted, sign, signatories
from tests.factories import grants as make
from tests.factories.people import cleared
from tests.world import client_for

WHY = "The panel saw it otherwise."
TIGHT = {"requests_per_day": 100, "seats": 2}


def limits_told(made: make.GrantCast) -> dict[str, int]:
    """What the gateway is told with its permit."""
    line = decide(made.question()).line
    assert line is not None
    return {name: getattr(line, name) for name in ("requests_per_day", "tokens_per_day", "seats")}


def asks(made: make.GrantCast, person: Person) -> Question:
    return made.question(subject_type="person", subject_id=person.email)


def limited(made: make.GrantCast, limits: dict[str, int] = TIGHT) -> EnforcementCase:
    return decided(made, "restriction", limits=[Limited(made.line, limits)])


def notice(made: make.GrantCast, measure: str = "restriction", **named: Any) -> EnforcementCase:
    case = open_case(institution=made.institution, facts="A key leaked.", by=made.officer)
    return give_notice(
        case=case, measure=measure, reasons="So.", milder="Weighed.", why_step="Grave.", by=made.officer,
        until=None if measure == "warning" else case.opened_at.date().replace(year=case.opened_at.year + 1), **named,
    )  # fmt: skip


# --- limits -------------------------------------------------------------------------------------------
def test_lower_limits_are_what_the_gateway_is_told_and_access_goes_on_within_them(made: make.GrantCast) -> None:
    agreed = limits_told(made)
    case = limited(made)
    assert limits_told(made) == {**agreed, **TIGHT}
    assert permitted(made, requests=100)
    assert not permitted(made, requests=101)
    assert decide(made.question(seats=3)).code == "above_limit"
    assert not Hold.objects.filter(institution=made.institution).exists(), "nothing is stopped"
    (row,) = CaseScope.objects.filter(case=case)
    assert (row.limits, row.cap.line_id if row.cap else None, row.hold) == (TIGHT, made.line.pk, None)
    assert Notice.objects.filter(kind="grant_line_capped", recipient=made.applicant.user_id).exists()
    assert list(verify()) == []


@pytest.mark.parametrize("ends", ["set_aside", "stayed"])
def test_limits_are_as_agreed_again_when_the_decision_has_no_effect(made: make.GrantCast, ends: str) -> None:
    agreed = limits_told(made)
    case = limited(made)
    if ends == "set_aside":
        set_aside(case=case, by=SYSTEM, reason=WHY)
    else:
        stay_effect(case=case, by=SYSTEM, reason=WHY)
    assert limits_told(made) == agreed
    assert LineCap.objects.get(line=made.line).end_reason.endswith(WHY)
    if ends == "stayed":
        end_stay(case=case, by=SYSTEM, reason="Dismissed.")
        assert limits_told(made) == {**agreed, **TIGHT}
        assert LineCap.objects.filter(line=made.line, ended_at=None).count() == 1


def test_of_two_restrictions_the_lower_limit_holds_and_ending_one_leaves_the_other(made: make.GrantCast) -> None:
    agreed = limits_told(made)
    first = limited(made, {"requests_per_day": 100})
    second = limited(made, {"requests_per_day": 50, "tokens_per_day": 1000})
    assert limits_told(made) == {**agreed, "requests_per_day": 50, "tokens_per_day": 1000}
    set_aside(case=second, by=SYSTEM, reason=WHY)
    assert limits_told(made) == {**agreed, "requests_per_day": 100}
    set_aside(case=first, by=SYSTEM, reason=WHY)
    assert limits_told(made) == agreed


def test_a_narrowing_meanwhile_outlasts_the_restriction_and_the_lower_of_both_holds(made: make.GrantCast) -> None:
    case = limited(made, {"requests_per_day": 100, "seats": 1})
    measure = propose_narrowing(line=made.line, by=made.officer, reason="Less is enough.", requests_per_day=80)
    make.decide_measure(made, measure)
    assert (limits_told(made)["requests_per_day"], limits_told(made)["seats"]) == (80, 1)
    set_aside(case=case, by=SYSTEM, reason=WHY)
    told = limits_told(made)
    assert told["requests_per_day"] == 80
    assert told["seats"] == made.line.seats


def test_what_was_agreed_stays_for_renewals_and_agreements_while_limits_are_lower(made: make.GrantCast) -> None:
    limited(made)
    (agreed,), (now,) = agreed_lines(made.grant), lines_of_grant(made.grant)
    assert (agreed.requests_per_day, now.requests_per_day) == (made.line.requests_per_day, 100)
    assert [cap.reason for cap in now.held_caps]
    assert not agreed.held_caps
    rows = GrantLine.objects.filter(pk=made.line.pk)
    assert as_agreed(rows)[0].seats > as_in_force(rows)[0].seats == 2


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"requests_per_day": 10**8}, "wider"),
        ({"seats": 0}, "wider"),
        ({}, "same"),
    ],
)
def test_limits_are_lowered_and_by_something(made: make.GrantCast, limits: dict[str, int], code: str) -> None:
    with pytest.raises(Refused) as refused:
        notice(made, limits=[Limited(made.line, limits)])
    assert refused.value.verdict.code == code


def test_a_line_is_closed_or_limited_and_only_by_a_restriction(made: make.GrantCast) -> None:
    one = Limited(made.line, TIGHT)
    for closes in ([made.line], [made.grant]):
        with pytest.raises(Refused) as refused:
            notice(made, closes=closes, limits=[one])
        assert refused.value.verdict.code == "closed"
    with pytest.raises(Refused) as refused:
        notice(made, "warning", limits=[one])
    assert refused.value.verdict.code == "scope"
    with pytest.raises(Refused) as refused:
        notice(made)
    assert refused.value.verdict.code == "no_scope"


def test_nobody_names_what_belongs_to_another_institution(made: make.GrantCast) -> None:
    other = make.grant_in_force()
    for named in ({"closes": [other.environment]}, {"limits": [Limited(other.line, TIGHT)]}):
        with pytest.raises(Refused) as refused:
            notice(made, **named)
        assert refused.value.verdict.code == "other_institution"


def test_limits_are_chosen_from_live_lines_and_signed_as_shown(made: make.GrantCast) -> None:
    case = heard(made, "restriction", limits=[Limited(made.line, TIGHT)])
    assert [key for key, _words in choices_of(case)["limited"]] == [str(made.line.pk)]
    assert limited_by(case, [str(new_id())], TIGHT) == []
    reach = reach_of(case)
    assert (reach.lines, [row.limits for row in reach.limited], bool(reach.gateways)) == ([], [TIGHT], False)
    before = digest(decision_content(case))
    CaseScope.objects.filter(case=case).update(seats=1)
    assert digest(decision_content(case)) != before, "who signs signs the limits"


# --- environments and people --------------------------------------------------------------------------
def test_a_restriction_closes_an_environment_and_opens_it_again(made: make.GrantCast) -> None:
    case = decided(made, "restriction", closes=[made.environment])
    assert decide(made.question()).code == "environment_held"
    set_aside(case=case, by=SYSTEM, reason=WHY)
    assert permitted(made)


def test_a_restriction_closes_out_a_person_and_others_go_on(made: make.GrantCast) -> None:
    person, other = (cleared(made.institution)[0] for _each in range(2))
    case = decided(made, "restriction", closes=[person])
    assert (decide(asks(made, person)).code, permitted(made)) == ("person_held", True)
    assert decide(asks(made, other)).permitted
    assert [row.person for row in reach_of(case).people] == [person]
    set_aside(case=case, by=SYSTEM, reason=WHY)
    assert decide(asks(made, person)).permitted


# --- what comes together ------------------------------------------------------------------------------
def test_a_restriction_decided_while_a_removal_lasts_holds_once_the_grant_is_back(made: make.GrantCast) -> None:
    closing, limiting = (
        heard(made, "restriction", closes=[made.environment]),
        heard(made, "restriction", limits=[Limited(made.line, TIGHT)]),
    )
    removal = decided(made, "removal")
    people: Sequence[Any] = signatories(made)
    sign(limiting, people)
    assert not LineCap.objects.exists(), "there is nothing to limit"
    set_aside(case=removal, by=SYSTEM, reason=WHY)
    assert limits_told(made)["requests_per_day"] == 100
    sign(closing, people)
    assert not permitted(made)


def test_a_cap_ends_once_and_is_never_changed(made: make.GrantCast) -> None:
    case = limited(made)
    for changed in ({"seats": 5}, {"reason": "Other."}):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            LineCap.objects.filter(line=made.line).update(**changed)
    set_aside(case=case, by=SYSTEM, reason=WHY)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        LineCap.objects.filter(line=made.line).update(ended_at=None, end_reason="")


def test_names_of_people_are_not_told_to_providers(made: make.GrantCast) -> None:
    person = cleared(made.institution)[0]
    decided(made, "restriction", closes=[person])
    assert isinstance(person, Person)
    texts = Notice.objects.filter(kind__startswith="enforcement_provider").values_list("title", "body")
    assert texts
    assert not any(person.name in f"{title}{body}" for title, body in texts)


# --- pages --------------------------------------------------------------------------------------------
def test_an_officer_lowers_limits_on_a_form_and_everybody_reads_them(made: make.GrantCast) -> None:
    case = open_case(institution=made.institution, facts="A key leaked.", by=made.officer)
    page, desk = client_for(made.officer), reverse("admin:audits_enforcementcase_notice", args=[case.pk])
    assert f'value="{made.line.pk}"' in page.get(desk).content.decode()
    until = (clock.today() + timedelta(days=60)).isoformat()
    said = {
        "measure": "restriction", "why_step": "Grave.", "reasons": "So.", "milder": "Weighed.", "until": until,
        "limited": [str(made.line.pk)],
    }  # fmt: skip
    again = page.post(desk, said)
    assert (again.status_code, "Say which limits are lowered" in again.content.decode()) == (200, True)
    assert page.post(desk, {**said, "requests_per_day": "100"}).status_code == 302
    for who, url in (
        (made.officer, reverse("admin:audits_enforcementcase_change", args=[case.pk])),
        (made.applicant, reverse("audits:enforcementcase", args=[case.pk])),
    ):
        assert "At most 100 requests a day." in client_for(who).get(url).content.decode()
