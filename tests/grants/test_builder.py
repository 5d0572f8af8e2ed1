"""The scope builder: every combination at once with why not, and what is ticked is added whole or not at all."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from grants.actions.lines import LinesRefused, add_lines
from grants.models import LinePerson, RequestLine
from grants.queries.request import lines_of
from grants.rules.builder import MOST_CELLS
from portal.core.verdicts import Refused
from portal.rulebook.queries import rules
from tests.factories import grants as make
from tests.factories import people
from tests.factories.partners import Cast
from tests.query_budget import assert_query_budget, queries_of
from tests.world import client_for

LIMITS = {"requests_per_day": "500", "tokens_per_day": "90000", "seats": "2", "justification": "Three repetitions."}


@pytest.fixture
def draft(partner: Cast) -> make.GrantCast:
    return make.draft_request(made=partner)


@pytest.fixture
def client(draft: make.GrantCast) -> Client:
    return client_for(draft.applicant)


def url(draft: make.GrantCast) -> str:
    return reverse("grants:scope_builder", args=[draft.request.pk])


def choices(draft: make.GrantCast, **more: Any) -> dict[str, Any]:
    return {
        "release": [str(draft.release.pk)],
        "environment": [str(draft.environment.pk)],
        "use_case": ["evaluation", "benchmarking"],
        "data_class": ["synthetic", "personal", "critical"],
        "access_route": "api",
        **more,
    }


def dates() -> dict[str, str]:
    line = make.scope()
    return {"starts_on": line["starts_on"].isoformat(), "ends_on": line["ends_on"].isoformat()}


def cell(draft: make.GrantCast, use_case: str, data_class: str) -> str:
    return f"{draft.release.pk}:{draft.environment.pk}:{use_case}:{data_class}"


def test_every_combination_is_shown_with_why_it_is_not_allowed(draft: make.GrantCast, client: Client) -> None:
    page = client.get(url(draft), choices(draft)).content.decode()
    assert page.count('name="cell"') == 2, "evaluation with personal data, benchmarking with synthetic data"
    assert "Line 1" in page, "evaluation with synthetic data is in the request"
    rule = next(item for item in rules().scope.not_allowed if item.key == "sensitive_benchmarking")
    assert rule.why in page
    assert f"scope.not_allowed.{rule.key}" in page
    assert page.count('class="tp-why"') == 3


def test_what_an_environment_lacks_is_said(draft: make.GrantCast, client: Client, partner: Cast) -> None:
    bare = make.make_environment(partner.institution, partner.applicant, attested=False)
    page = client.get(url(draft), choices(draft, environment=[str(bare.pk)])).content.decode()
    assert 'name="cell"' not in page
    assert "Attest the safeguards of this environment first." in page


def test_ticked_lines_are_added_with_their_limits_and_people(draft: make.GrantCast, client: Client) -> None:
    person, _actor = people.cleared(draft.institution)
    ticked = [cell(draft, "evaluation", "personal"), cell(draft, "benchmarking", "synthetic")]
    sent = {**choices(draft), **LIMITS, **dates(), "cell": ticked, "people": [str(person.pk)], "add": "1"}
    answer = client.post(url(draft), sent)
    assert answer.status_code == 302
    added = {(line.use_case, line.data_class): line for line in lines_of(draft.request)}
    assert set(added) == {("evaluation", "synthetic"), ("evaluation", "personal"), ("benchmarking", "synthetic")}
    line = added["benchmarking", "synthetic"]
    assert (line.requests_per_day, line.tokens_per_day, line.seats) == (500, 90_000, 2)
    assert line.justification == "Three repetitions."
    assert set(LinePerson.objects.filter(line__request=draft.request).values_list("person_id", flat=True)) == {
        person.pk
    }


def test_limits_begin_with_those_of_the_rulebook(draft: make.GrantCast, client: Client) -> None:
    most = rules().scope.limits["standard"]
    page = client.get(url(draft)).content.decode()
    assert f'value="{most.requests_per_day}"' in page
    assert f'value="{most.seats}"' in page


def test_one_line_that_fails_keeps_all_out_and_is_named_and_nothing_typed_is_lost(
    draft: make.GrantCast, client: Client
) -> None:
    ticked = [cell(draft, "evaluation", "personal"), cell(draft, "evaluation", "critical")]
    sent = {**choices(draft), **LIMITS, **dates(), "cell": ticked, "add": "1"}
    page = client.post(url(draft), sent).content.decode()
    assert len(lines_of(draft.request)) == 1
    assert "1 line cannot be added, so none was." in page
    rule = next(item for item in rules().scope.not_allowed if item.key == "critical_outside_isolation")
    assert page.count(rule.why) >= 2, "at the line and among the reasons"
    assert re.search(rf'value="{re.escape(ticked[0])}"[^>]*checked', page)
    assert 'value="500"' in page
    assert "Three repetitions." in page


def test_showing_keeps_what_was_ticked_and_typed_and_changes_nothing(draft: make.GrantCast, client: Client) -> None:
    ticked = cell(draft, "evaluation", "personal")
    sent = {**choices(draft, data_class=["synthetic"]), **LIMITS, "seats": "many", "cell": [ticked], "show": "1"}
    page = client.post(url(draft), sent).content.decode()
    assert f'name="kept" value="{ticked}"' in page, "not in the matrix just now, and not forgotten"
    assert 'value="many"' in page
    assert len(lines_of(draft.request)) == 1
    again = client.post(url(draft), {**choices(draft), **LIMITS, "kept": [ticked], "show": "1"}).content.decode()
    assert re.search(rf'value="{re.escape(ticked)}"[^>]*checked', again)


def test_wrong_figures_are_said_at_their_field_and_nothing_is_added(draft: make.GrantCast, client: Client) -> None:
    ticked = [cell(draft, "evaluation", "personal")]
    for wrong in ({"seats": "0"}, {"seats": "many"}, {"ends_on": "2020-01-01"}, {"requests_per_day": "99999999999"}):
        sent = {**choices(draft), **LIMITS, **dates(), **wrong, "cell": ticked, "add": "1"}
        page = client.post(url(draft), sent)
        assert page.status_code == 200
        assert "usa-error-message" in page.content.decode(), wrong
    assert len(lines_of(draft.request)) == 1


def test_nothing_ticked_is_said(draft: make.GrantCast, client: Client) -> None:
    page = client.post(url(draft), {**choices(draft), **LIMITS, **dates(), "add": "1"}).content.decode()
    assert "Tick at least one combination." in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"release": ["x", "00000000-0000-0000-0000-000000000000"]},
        {"environment": ["' OR 1=1"]},
        {"use_case": ["<script>"], "data_class": ["?"]},
        {"access_route": "pigeon"},
        {"cell": ["a:b:c:d", "?", "::::"], "people": ["x"]},
    ],
)
def test_nonsense_is_left_out_and_answered_with_a_page(
    draft: make.GrantCast, client: Client, wrong: dict[str, Any]
) -> None:
    for more in ({"show": "1"}, {**LIMITS, **dates(), "add": "1"}):
        assert client.post(url(draft), {**choices(draft), **more, **wrong}).status_code == 200
    assert client.get(url(draft), {**choices(draft), **wrong}).status_code == 200
    assert len(lines_of(draft.request)) == 1


def test_a_matrix_that_is_too_large_is_not_made(draft: make.GrantCast, client: Client, partner: Cast) -> None:
    book = rules()
    uses, classes = [item.key for item in book.scope.use_cases], [item.key for item in book.scope.data_classes]
    wanted = MOST_CELLS // (len(uses) * len(classes)) + 1
    releases = [make.make_release(draft.release.provider, draft.staff)[0] for _ in range(wanted)]
    chosen = choices(draft, release=[str(one.pk) for one in releases], use_case=uses, data_class=classes)
    page = client.get(url(draft), chosen).content.decode()
    assert f"at most {MOST_CELLS} are shown at once" in page
    assert 'name="cell"' not in page


def test_the_page_costs_the_same_for_one_combination_and_for_many(draft: make.GrantCast, client: Client) -> None:
    releases = [draft.release, *(make.make_release(draft.release.provider, draft.staff)[0] for _ in range(4))]
    small = choices(draft, use_case=["evaluation"], data_class=["synthetic"])
    large = choices(draft, release=[str(one.pk) for one in releases])
    client.get(url(draft), small)
    few, many = (queries_of(client, f"{url(draft)}?{urlencode(chosen, doseq=True)}") for chosen in (small, large))
    assert len(few) == len(many) <= 14, "\n".join(many)


def test_adding_many_lines_costs_as_many_queries_as_adding_one(
    draft: make.GrantCast, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    base = {"release": draft.release, "environment": draft.environment}
    made = [make.scope(use_case=use, data_class=data) for use in ("evaluation", "red_teaming", "safety_research")
            for data in ("published", "internal")]  # fmt: skip
    with django_assert_max_num_queries(20) as one:
        add_lines(request=draft.request, lines=[{**base, **made[0]}], by=draft.applicant)
    with django_assert_max_num_queries(len(one.captured_queries)):
        add_lines(request=draft.request, lines=[{**base, **item} for item in made[1:]], by=draft.applicant)
    assert len(lines_of(draft.request)) == 7


def test_a_line_that_is_there_or_named_twice_is_refused(draft: make.GrantCast) -> None:
    base = {"release": draft.release, "environment": draft.environment}
    with pytest.raises(LinesRefused) as refusal:
        add_lines(
            request=draft.request,
            lines=[{**base, **make.scope()}, *([{**base, **make.scope(data_class="internal")}] * 2)],
            by=draft.applicant,
        )
    assert {place: verdict.code for place, verdict in refusal.value.failures.items()} == {0: "twice", 2: "twice"}
    assert RequestLine.objects.filter(request=draft.request).count() == 1


def test_only_the_institutions_own_people_can_be_named(draft: make.GrantCast) -> None:
    stranger, _actor = people.cleared(make.draft_request().institution)
    base = {"release": draft.release, "environment": draft.environment}
    with pytest.raises(Refused, match="not among the people"):
        add_lines(
            request=draft.request,
            lines=[{**base, **make.scope(data_class="internal")}],
            people=[stranger],
            by=draft.applicant,
        )


def test_the_builder_is_closed_once_the_request_is_sent(draft: make.GrantCast, client: Client) -> None:
    make.submit(draft)
    assert client.get(url(draft)).status_code == 403
    assert client.post(url(draft), {**choices(draft), "add": "1"}).status_code == 403


def test_releases_on_the_page_do_not_add_queries(draft: make.GrantCast, client: Client) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            make.make_release(draft.release.provider, draft.staff)

    assert_query_budget(client, url(draft), more, most=14)
