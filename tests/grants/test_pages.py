"""Pages of grants: budgets, and what a person sees."""

from __future__ import annotations

from django.urls import reverse
from pytest_django.asserts import assertRedirects

from grants.actions.hold import place_hold
from grants.actions.request import begin_request
from tests.factories import grants as make
from tests.factories.partners import Cast
from tests.query_budget import assert_query_budget, assert_query_budgets
from tests.world import client_for


def test_lists_of_an_institution_stay_in_their_budget(partner: Cast) -> None:
    made = partner
    client = client_for(made.applicant)

    def environments(count: int) -> None:
        for _ in range(count):
            make.make_environment(made.institution, made.applicant, attested=False)

    def requests(count: int) -> None:
        for _ in range(count):
            begin_request(institution=made.institution, title="More", purpose="To know.", by=made.applicant)

    assert_query_budget(client, reverse("grants:environments"), environments)
    assert_query_budget(client, reverse("grants:requests"), requests)


def test_models_stay_in_their_budget(partner: Cast) -> None:
    release, staff = make.make_release()

    def more(count: int) -> None:
        for _ in range(count):
            make.make_release(release.provider, staff)

    assert_query_budget(client_for(staff), reverse("grants:models"), more)


def test_lists_stay_in_their_budget_whoever_looks(partner: Cast) -> None:
    release, staff = make.make_release()

    def more(count: int) -> None:
        for _ in range(count):
            made = make.grant_in_force(made=partner, provider=release.provider, staff=staff)
            place_hold(target=made.line, reason="Lost keys.", lifted_when="New keys.", by=made.signatory)
            make.request_at_provider(made=partner, provider=release.provider, staff=staff)

    own = [(client_for(partner.applicant), f"grants:{name}") for name in ("grants", "requests", "environments")]
    theirs = [(client_for(staff), f"grants:{name}") for name in ("grants", "consents", "holds", "models")]
    desk = [
        (client_for(partner.signatory), f"admin:grants_{name}_changelist")
        for name in ("grant", "grantrequest", "hold", "environment")
    ]
    assert_query_budgets([(client, reverse(name)) for client, name in [*own, *theirs, *desk]], more, many=4)


def test_a_held_grant_says_what_lifts_it_on_every_page(made: make.GrantCast) -> None:
    place_hold(target=made.line, reason="Lost keys.", lifted_when="New keys are in use.", by=made.signatory)
    client = client_for(made.applicant)
    page = client.get(reverse("grants:grant", args=[made.grant.pk])).content.decode()
    assert "New keys are in use." in page
    listed = client.get(reverse("grants:grants")).content.decode()
    assert "On hold" in listed
    assert client_for(made.staff).get(reverse("grants:grants")).status_code == 200


def test_who_declares_on_the_way_to_a_page_gets_there(partner: Cast) -> None:
    made = make.submit(make.draft_request(made=partner))
    client, take_up = client_for(made.officer), reverse("admin:grants_grantrequest_take_up", args=[made.request.pk])
    led_to = client.get(take_up).headers["Location"]
    assertRedirects(client.post(led_to, {"conflict": "no"}), take_up)


def test_a_declaration_leads_to_no_page_of_others(partner: Cast) -> None:
    made = make.submit(make.draft_request(made=partner))
    declare, case = (
        reverse(f"admin:grants_grantrequest_{name}", args=[made.request.pk]) for name in ("declare", "change")
    )
    page = client_for(made.officer).post(f"{declare}?next=https://elsewhere.example/", {"conflict": "no"})
    assertRedirects(page, case)


def test_the_builder_says_at_once_what_is_not_allowed(partner: Cast) -> None:
    made = make.draft_request(made=partner)
    url = reverse("grants:line_check", args=[made.request.pk])
    page = client_for(made.applicant).get(url, {"use_case": "benchmarking", "data_class": "personal"}).content.decode()
    assert "scope.not_allowed.sensitive_benchmarking" in page
