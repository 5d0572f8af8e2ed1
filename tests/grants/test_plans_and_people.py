"""Evaluation plans and people on lines: needed before sending, read by everybody, bound by the digest."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from grants.actions.lines import TERMS, change_line
from grants.actions.plan import write_plans
from grants.actions.request import Draft, submission_verdict
from grants.letters.agreement import agreement_pack
from grants.models import EvaluationPlan, GrantLinePerson, LinePerson
from grants.queries.decision import decide
from grants.queries.grant import lines_of_grant
from grants.queries.request import case_of, lines_of
from partners.actions.person import end_person
from portal.core import clock
from portal.core.verdicts import Refused
from portal.rulebook.queries import rules
from tests.factories import grants as make
from tests.factories import people
from tests.factories.partners import Cast
from tests.world import client_for


@pytest.fixture
def draft(partner: Cast) -> make.GrantCast:
    return make.draft_request(made=partner)


def terms(draft: make.GrantCast) -> dict[str, Any]:
    line = lines_of(draft.request)[0]
    return {name: getattr(line, name) for name in TERMS}


def name_on_line(draft: make.GrantCast, *named: Any) -> None:
    change_line(line=lines_of(draft.request)[0], people=named, by=draft.applicant, **terms(draft))


# --- plans ----------------------------------------------------------------------------------------


def test_a_request_without_a_whole_plan_for_each_use_is_not_sent_and_says_what_is_missing(
    draft: make.GrantCast,
) -> None:
    write_plans(request=draft.request, plans={"evaluation": {"stop": " "}}, by=draft.applicant)
    verdict = submission_verdict(draft.request, Draft.read(draft.request), rules())
    assert (bool(verdict), verdict.code, verdict.rule) == (False, "plan_missing", "scope.plan")
    assert "When you stop" in str(verdict.reason)
    with pytest.raises(Refused, match="When you stop"):
        make.submit(draft)
    write_plans(request=draft.request, plans={"evaluation": {"stop": "At once."}}, by=draft.applicant)
    make.submit(draft)
    assert draft.fresh().state == "submitted"


def test_a_plan_is_saved_before_it_is_whole_and_keeps_what_is_not_named(draft: make.GrantCast) -> None:
    write_plans(request=draft.request, plans={"evaluation": {"question": "Does it refuse?"}}, by=draft.applicant)
    plan = EvaluationPlan.objects.get(request=draft.request)
    assert plan.parts["question"] == "Does it refuse?"
    assert plan.parts["stop"].endswith("as set out.")


@pytest.mark.parametrize(
    "wrong", [{"nothing": {}}, {"evaluation": {"nothing": "x"}}, {"evaluation": {"stop": "x" * 4001}}]
)
def test_what_the_rulebook_does_not_have_is_refused(draft: make.GrantCast, wrong: dict[str, dict[str, str]]) -> None:
    with pytest.raises(Refused):
        write_plans(request=draft.request, plans=wrong, by=draft.applicant)


def test_plans_and_people_are_closed_in_the_database_once_the_request_is_sent(draft: make.GrantCast) -> None:
    person, _actor = people.cleared(draft.institution)
    name_on_line(draft, person)
    make.submit(draft)
    for rows in (EvaluationPlan.objects.filter(request=draft.request), LinePerson.objects.filter(person=person)):
        with pytest.raises(DatabaseError, match="drafts only"), transaction.atomic():
            rows.delete()
    with pytest.raises(Refused):
        write_plans(request=draft.request, plans={"evaluation": {"stop": "Never."}}, by=draft.applicant)


def test_a_plan_is_written_on_its_page(draft: make.GrantCast) -> None:
    client, url = client_for(draft.applicant), reverse("grants:plan", args=[draft.request.pk, "evaluation"])
    assert "When you stop" in client.get(url).content.decode()
    assert client.post(url, {"question": "Does it refuse in Sámi?"}).status_code == 302
    assert EvaluationPlan.objects.get(request=draft.request).parts["question"] == "Does it refuse in Sámi?"
    page = client.get(reverse("grants:request", args=[draft.request.pk])).content.decode()
    assert "Does it refuse in Sámi?" in page
    assert "1 of 7 parts written" in page
    assert client.post(url, {"question": "x" * 4001}).status_code == 200
    assert client.get(reverse("grants:plan", args=[draft.request.pk, "nothing"])).status_code == 404


# --- people ---------------------------------------------------------------------------------------


def test_people_are_named_changed_and_taken_off(draft: make.GrantCast) -> None:
    first, _ = people.cleared(draft.institution)
    second, _ = people.cleared(draft.institution)
    name_on_line(draft, first)
    name_on_line(draft, second)
    assert list(LinePerson.objects.filter(line__request=draft.request).values_list("person", flat=True)) == [second.pk]
    name_on_line(draft)
    assert not LinePerson.objects.filter(line__request=draft.request).exists()


def test_whoever_left_is_taken_off_before_the_request_is_sent(draft: make.GrantCast) -> None:
    person, _actor = people.cleared(draft.institution)
    name_on_line(draft, person)
    end_person(person=person, reason="Left.", by=people.colleague(draft.institution))
    with pytest.raises(Refused, match="whose access has ended"):
        make.submit(draft)


def test_who_is_named_and_what_is_planned_is_in_what_is_signed(draft: make.GrantCast) -> None:
    """Another name or another word of a plan makes another digest."""
    person, _actor = people.cleared(draft.institution)
    seen = {case_of(draft.request).digest(None)}
    name_on_line(draft, person)
    seen.add(case_of(draft.request).digest(None))
    write_plans(request=draft.request, plans={"evaluation": {"stop": "Never."}}, by=draft.applicant)
    seen.add(case_of(draft.request).digest(None))
    assert len(seen) == 3


def test_a_line_that_names_people_permits_these_alone(draft: make.GrantCast) -> None:
    person, actor = people.cleared(draft.institution)
    _other, stranger = people.cleared(draft.institution)
    name_on_line(draft, person)
    made = make.accept(make.sign_grant(make.to_signatories(make.consent(make.to_provider(
        make.review(make.take_up(make.submit(draft))))))))  # fmt: skip
    assert list(GrantLinePerson.objects.filter(line=made.line).values_list("person", flat=True)) == [person.pk]

    def permitted(who: Any) -> bool:
        return decide(made.question(subject_type="person", subject_id=str(who.user_id))).permitted

    assert permitted(actor)
    assert not permitted(stranger)
    assert decide(made.question()).permitted, "a question about the partner names nobody"
    client = client_for(made.applicant)
    assert person.name in client.get(reverse("grants:grant", args=[made.grant.pk])).content.decode()


def test_the_agreement_and_its_document_name_the_people_of_each_line(partner: Cast) -> None:
    draft = make.draft_request({"use_case": "evaluation"}, {"use_case": "benchmarking"}, made=partner)
    person, _actor = people.cleared(draft.institution)
    type(person).objects.filter(pk=person.pk).update(position="Red-team lead", employer="Fjord Consulting")
    person.refresh_from_db()
    name_on_line(draft, person)
    through = make.to_provider(make.review(make.take_up(make.submit(draft))))
    made = make.sign_grant(make.to_signatories(make.consent(through)))
    agreement, lines = made.grant.agreement, lines_of_grant(made.grant)
    said = f"{person.name} (Red-team lead, Fjord Consulting)"
    assert f"Only these people may use it: {said}." in agreement.text
    assert "Everybody whom the institution has named for access may use it." in agreement.text
    data = agreement_pack(made.grant, agreement, lines, [], rules(), made=clock.now(), code="")
    told = [dict(map(tuple, line["facts"]))["Who may use it"] for line in data["lines"]]
    assert told == [said, "Everybody whom the institution has named for access"]


def test_reviewers_read_people_and_plans_at_the_desk(draft: make.GrantCast) -> None:
    person, _actor = people.cleared(draft.institution)
    name_on_line(draft, person)
    write_plans(request=draft.request, plans={"evaluation": {"question": "Does it refuse?"}}, by=draft.applicant)
    make.take_up(make.submit(draft))
    page = client_for(draft.reviewer).get(
        reverse("admin:grants_grantrequest_change", args=[draft.request.pk])
    ).content.decode()  # fmt: skip
    assert person.name in page
    assert "Does it refuse?" in page


def test_a_line_is_changed_on_its_page_within_the_rulebook(draft: make.GrantCast) -> None:
    line = lines_of(draft.request)[0]
    client, url = client_for(draft.applicant), reverse("grants:line_change", args=[draft.request.pk, line.pk])
    sent = {name: str(value) for name, value in terms(draft).items()}
    assert 'value="1000"' in client.get(url).content.decode()
    assert client.post(url, {**sent, "seats": "4"}).status_code == 302
    assert lines_of(draft.request)[0].seats == 4
    page = client.post(url, {**sent, "seats": "5000"})
    assert page.status_code == 200
    assert "At most 50 seats" in page.content.decode()
    assert lines_of(draft.request)[0].seats == 4
