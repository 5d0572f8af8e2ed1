"""What pages say where there is nothing yet, and only what a person can do."""

from __future__ import annotations

import pytest
from django.urls import reverse

from grants.actions.measure import propose_narrowing
from portal.core.actors import Actor
from tests.factories import grants as make
from tests.factories.partners import Cast
from tests.world import client_for

pytestmark = pytest.mark.django_db


def page(who: Actor, name: str, *args: object) -> str:
    return client_for(who).get(reverse(name, args=args)).content.decode()


def test_a_measure_offers_to_take_it_back_to_its_proposer_alone(made: make.GrantCast) -> None:
    measure = propose_narrowing(line=made.line, seats=1, reason="So.", by=made.officer)
    address = "admin:grants_grantmeasure_change", measure.pk
    drop = reverse("admin:grants_grantmeasure_drop", args=[measure.pk])
    assert drop in page(made.officer, *address)
    assert drop not in page(made.signatory, *address)


def test_who_refuses_a_measure_reads_what_that_does(made: make.GrantCast) -> None:
    measure = propose_narrowing(line=made.line, seats=1, reason="So.", by=made.officer)
    said = page(made.signatory, "admin:grants_grantmeasure_sign", measure.pk)
    assert "the measure is off, and the grant stays as it is" in said
    assert "goes back to review" not in said
    assert made.grant.reference in said


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("admin:partners_personremoval_changelist", "Nobody is removed from the scheme"),
        ("admin:partners_importedcase_changelist", "No case file was taken in yet"),
    ],
)
def test_an_empty_list_at_the_desk_says_why_and_what_brings_rows(made: make.GrantCast, name: str, words: str) -> None:
    assert words in page(made.officer, name)


def test_the_builder_says_what_comes_where_nothing_is_chosen(partner: Cast) -> None:
    draft = make.draft_request(made=partner)
    said = page(draft.applicant, "grants:scope_builder", draft.request.pk)
    assert "No combinations yet" in said
    assert said.index("1. Choose") < said.index("2. Tick what you need") < said.index("3. Say how much")
