"""Appeals against refused and narrowed lines: who may, until when, who hears them, and that others decide anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from audits.actions.appeal import lodge_appeal
from audits.actions.panel import grant_stay
from audits.models import Appeal
from audits.queries.appeal import names_kept_out
from audits.queries.appealable import appealable
from audits.queries.parts import bodies_with_a_part, people_with_a_part
from grants.actions.amendment import begin_amendment
from grants.actions.grant import surrender_grant
from grants.actions.review import assign_reviewer, declare_interests, review_line, take_up_request
from grants.actions.signature import refuse_to_sign, sign_request
from grants.models import Grant, GrantRequest
from grants.queries.request import case_of, lines_of
from portal.accounts.actor import confirmed
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Refused
from portal.ledger.models import Event
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from portal.rulebook.places import day_in, last_moment_of
from tests.factories import grants, refusals
from tests.factories.accounts import make_member
from tests.factories.appeals import others, panel_of
from tests.factories.audits import Stage
from tests.factories.grants import GrantCast
from tests.query_budget import assert_query_budgets, queries_of
from tests.world import client_for


@pytest.fixture
def made(stage: Stage) -> GrantCast:
    """A grant request that was refused as a whole."""
    return refusals.refused_request(stage.cast)


@pytest.fixture
def part(stage: Stage) -> GrantCast:
    """A grant for which one line was refused and one narrowed."""
    return refusals.granted_in_part(stage.cast)


def code_of(function: object, **arguments: object) -> str:
    with pytest.raises(Refused) as refused:
        function(**arguments)  # type: ignore[operator]
    return refused.value.verdict.code


def lodge(made: GrantCast, by: Actor | None = None, ground: str = "facts") -> Appeal:
    return lodge_appeal(against=made.fresh(), ground=ground, statement="Look again.", by=by or made.applicant)


def upheld(made: GrantCast) -> GrantRequest:
    """The request with which it is decided anew."""
    assert refusals.decided(refusals.with_panel(lodge(made))).state == "upheld"
    return GrantRequest.objects.get(follows=made.request)


def taken_up(made: GrantCast, anew: GrantRequest) -> tuple[GrantCast, Actor]:
    """The officer has it again, and somebody else reviews it."""
    made.request, reviewer = anew, make_member(made.authority, "reviewer")
    declare_interests(request=anew, conflict=False, by=made.officer)
    take_up_request(request=anew, by=made.officer)
    assign_reviewer(request=anew, reviewer=reviewer.user, by=made.officer)
    declare_interests(request=anew, conflict=False, by=reviewer)
    return made, reviewer


# --- who may, on what ground, until when ----------------------------------------------------------
def test_only_an_applicant_of_the_institution_in_time_and_on_a_ground_that_is_open(made: GrantCast) -> None:
    assert code_of(lodge, made=made, by=refusals.refused().cast.applicant) == "other_body"
    assert code_of(lodge, made=made, by=made.officer) == "wrong_role"
    assert code_of(lodge, made=made, ground="proportion") == "no_ground"
    request = made.fresh()
    assert request.decided_at is not None
    country = request.authority.jurisdiction
    last = last_moment_of(day_in(request.decided_at, country) + timedelta(days=30), country)
    with clock.at(last + timedelta(seconds=1)):
        assert code_of(lodge, made=made) == "too_late"
    with clock.at(last):
        assert lodge(made).against == "grant_refusal"
    assert code_of(lodge, made=made) == "already_done"


def test_what_was_granted_as_asked_or_is_not_decided_is_not_appealed_against(stage: Stage) -> None:
    granted = grants.issued_grant(made=stage.cast)
    waiting = grants.request_to_sign(made=stage.cast)
    for one in (granted, waiting):
        assert code_of(lodge, made=one) == "not_decided"
    assert [one.against for one in appealable(stage.institution.pk)] == []


def test_narrowing_alone_is_enough(stage: Stage) -> None:
    narrowed = grants.take_up(grants.submitted_request(made=stage.cast))
    grants.review(narrowed, outcome="narrowed", seats=1, reason="One is enough.")
    grants.sign_grant(grants.to_signatories(grants.consent(grants.to_provider(narrowed))))
    assert [one.against for one in appealable(stage.institution.pk)] == [narrowed.request]
    lodge(narrowed)


def test_there_is_nothing_to_stay(made: GrantCast) -> None:
    appeal = lodge_appeal(against=made.fresh(), ground="facts", statement="x", by=made.applicant, stay_asked=True)
    assert not appeal.stay_asked
    presiding = panel_of(refusals.with_panel(appeal))[0]
    assert code_of(grant_stay, appeal=appeal, reasons="x", by=presiding) == "nothing_to_stay"


# --- who hears it ---------------------------------------------------------------------------------
def test_whoever_reviewed_consented_or_signed_has_a_part_and_their_bodies(part: GrantCast) -> None:
    request = part.fresh()
    people, bodies = people_with_a_part(request), bodies_with_a_part(request)
    for actor in (part.officer, part.reviewer, part.signatory, part.other_signatory, part.staff, part.applicant):
        assert actor.user_id in people
        assert actor.body_id in bodies
    more = [
        make_member(part.authority, "signatory"),
        make_member(part.other_signatory.user.memberships.get().organisation, "signatory"),
    ]
    appeal = refusals.with_panel(lodge(part), [*others(bodies=2, each=1), *more])
    members = panel_of(appeal)
    assert len(members) == 3
    assert not {one.user_id for one in members} & people
    assert not {one.body_id for one in members} & bodies
    kept_out = names_kept_out(appeal)
    assert {part.reviewer.name, part.staff.name, part.release.model.name, part.request.reference} <= kept_out


# --- what follows ---------------------------------------------------------------------------------
def test_request_that_was_refused_is_sent_once_more_as_it_was_asked_and_others_decide(made: GrantCast) -> None:
    asked = lines_of(made.request)[0]
    anew = upheld(made)
    first = made.fresh()
    assert (first.state, bool(first.set_aside_at)) == ("refused", True)
    assert (anew.state, anew.kind, anew.amends, anew.submitted_by_id) == (
        "submitted", "initial", None, first.submitted_by_id,
    )  # fmt: skip
    line = lines_of(anew)[0]
    assert (line.release_id, line.requests_per_day, line.ends_on) == (
        asked.release_id, asked.requests_per_day, asked.ends_on,
    )  # fmt: skip
    sent = Event.objects.filter(entry__object_id=anew.pk).values_list("actor_id", flat=True)
    assert {*sent} == {None}, "the portal did it, and the record says so"
    assert Notice.objects.filter(kind="grant_request_remitted", recipient=made.officer.user).exists()
    assert Notice.objects.filter(kind="grant_request_remitted_partner", recipient=made.applicant.user).exists()
    assert not Grant.objects.filter(request__in=[first, anew]).exists()
    declare_interests(request=anew, conflict=False, by=made.officer)
    take_up_request(request=anew, by=made.officer)
    again = {"request": anew, "reviewer": made.reviewer.user, "by": made.officer}
    assert code_of(assign_reviewer, **again) == "decided_before"
    reviewer = make_member(made.authority, "reviewer")
    assign_reviewer(request=anew, reviewer=reviewer.user, by=made.officer)
    declare_interests(request=anew, conflict=False, by=reviewer)
    review_line(line=lines_of(anew)[0], outcome="as_asked", by=reviewer)
    made.request = anew
    grants.to_provider(made)
    assert case_of(anew).lines[0].waits_for_provider, "the provider is asked anew"
    grants.to_signatories(grants.consent(made))
    for who in map(confirmed, (made.signatory, made.other_signatory)):
        assert code_of(sign_request, request=anew, seen=anew.digest, by=who) == "decided_before"
        assert code_of(refuse_to_sign, request=anew, seen=anew.digest, reason="Still.", by=who) == "decided_before"
    grants.sign_grant(made, make_member(made.authority, "signatory"), others(bodies=1, each=1)[0])
    assert made.fresh().state == "granted"
    assert list(verify()) == []


def test_grant_in_part_stays_and_the_whole_of_it_is_decided_anew_as_a_change(part: GrantCast) -> None:
    grants.accept(part)
    grant, asked = part.grant, lines_of(part.request)
    anew = upheld(part)
    assert (part.grant.state, part.fresh().state) == ("in_force", "granted")
    assert (anew.kind, anew.amends_id, anew.state) == ("amendment", grant.pk, "submitted")
    assert [line.environment_id for line in lines_of(anew)] == [line.environment_id for line in asked]
    assert [line.requests_per_day for line in lines_of(anew)] == [line.requests_per_day for line in asked]
    assert code_of(begin_amendment, grant=grant, kind="amendment", by=part.applicant) == "open"
    again, reviewer = taken_up(part, anew)
    for line in lines_of(anew):
        review_line(line=line, outcome="as_asked", by=reviewer)
    grants.to_signatories(grants.consent(grants.to_provider(again)))
    grants.sign_grant(again, make_member(part.authority, "signatory"), others(bodies=1, each=1)[0])
    grants.accept(again)
    grant.refresh_from_db()
    assert (grant.state, again.grant.supersedes_id) == ("superseded", grant.pk)


def test_where_a_change_of_the_grant_is_under_way_that_goes_on(part: GrantCast) -> None:
    grants.accept(part)
    appeal = refusals.with_panel(lodge(part))
    change = begin_amendment(grant=part.grant, kind="amendment", by=part.applicant)
    refusals.decided(appeal)
    assert not GrantRequest.objects.filter(follows=part.request).exists()
    change.refresh_from_db()
    assert (change.state, part.fresh().set_aside_at is not None) == ("draft", True)
    assert Notice.objects.filter(kind="grant_request_set_aside", recipient=part.applicant.user).exists()
    assert code_of(lodge, made=part) == "not_decided"


def test_where_the_grant_has_ended_only_what_was_less_is_asked_for_again(part: GrantCast) -> None:
    grants.accept(part)
    appeal = refusals.with_panel(lodge(part))
    administrator = make_member(part.institution.organisation, "administrator")
    surrender_grant(grant=part.grant, reason="Not needed.", by=administrator)
    refusals.decided(appeal)
    anew = GrantRequest.objects.get(follows=part.request)
    asked = lines_of(part.request)
    assert (anew.kind, anew.amends) == ("initial", None)
    assert [line.environment_id for line in lines_of(anew)] == [line.environment_id for line in asked[1:]]


def test_days_that_are_over_are_not_asked_for_again(made: GrantCast) -> None:
    appeal = refusals.with_panel(lodge(made))
    with clock.at(clock.now() + timedelta(days=400)):
        refusals.decided(appeal)
    assert made.fresh().set_aside_at is not None
    assert not GrantRequest.objects.filter(follows=made.request).exists()


def test_dismissed_appeal_leaves_the_decision_and_it_is_judged(made: GrantCast) -> None:
    refusals.decided(refusals.with_panel(lodge(made)), "dismiss")
    assert made.fresh().set_aside_at is None
    assert not GrantRequest.objects.filter(follows=made.request).exists()
    assert code_of(lodge, made=made) == "judged"


# --- pages ----------------------------------------------------------------------------------------
def test_pages_of_request_and_grant_lead_to_the_appeal_with_the_last_day_or_say_why_not(part: GrantCast) -> None:
    client, request = client_for(part.applicant), part.fresh()
    pages = [reverse("grants:request", args=[request.pk]), reverse("grants:grant", args=[part.grant.pk])]
    url = reverse("audits:appeal_grant_request", args=[request.pk])
    assert request.decided_at is not None
    last = day_in(request.decided_at, request.authority.jurisdiction) + timedelta(days=30)
    for page in pages:
        text = client.get(page).content.decode()
        assert url in text
        assert f"The last day is {last:%-d %B %Y}" in text
    asked = client.get(pages[0]).content.decode()
    assert ["requests a day: 1,000 → 10" in asked, "Granted, narrower" in asked] == [True, True]
    assert "Provider consents" not in asked
    with clock.at(clock.now() + timedelta(days=40)):
        text = client_for(part.applicant).get(pages[0]).content.decode()
        assert url not in text
        assert "Lines were refused or narrowed" in text
    assert "stay_asked" not in client.get(url).content.decode()
    assert client.post(url, {"ground": "facts", "statement": "Line 2 is contained."}).status_code == 302
    appeal = Appeal.objects.get(grant_request=request)
    text = client.get(appeal.get_absolute_url()).content.decode()
    assert "Not contained." in text
    assert "Requests a day: 1,000 → 10" in text
    for page in pages:
        assert appeal.get_absolute_url() in client.get(page).content.decode()
    for outsider in (part.officer, part.staff, refusals.refused().cast.applicant):
        assert client_for(outsider).get(url).status_code == 404


def test_pages_of_both_requests_lead_to_each_other(made: GrantCast) -> None:
    anew = upheld(made)
    client = client_for(made.applicant)
    first, second = (reverse("grants:request", args=[pk]) for pk in (made.request.pk, anew.pk))
    assert second in client.get(first).content.decode()
    assert first in client.get(second).content.decode()
    taken_up(made, anew)
    desk = reverse("admin:grants_grantrequest_change", args=[anew.pk])
    assert anew.follows is not None
    assert anew.follows.reference in client_for(made.officer).get(desk).content.decode()


def test_pages_cost_the_same_however_many_lines_were_refused(stage: Stage) -> None:
    part = refusals.granted_in_part(stage.cast)
    appeal = refusals.with_panel(lodge(part))
    pages = [
        (client_for(part.applicant), reverse("audits:appeal", args=[appeal.pk])),
        (client_for(part.applicant), reverse("audits:appeals")),
        (client_for(part.applicant), reverse("grants:request", args=[part.request.pk])),
        (client_for(part.applicant), reverse("grants:grant", args=[part.grant.pk])),
        (client_for(panel_of(appeal)[0]), reverse("audits:panel_appeal", args=[appeal.pk])),
    ]

    def refuse(count: int) -> None:
        for _ in range(count):
            refusals.refused_request(stage.cast)

    assert_query_budgets(pages, refuse, most=21, many=2)
    *partners, _panel = pages
    assert [len(queries_of(client, url)) <= 18 for client, url in partners] == [True] * 4
