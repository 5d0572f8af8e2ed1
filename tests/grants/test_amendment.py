"""Changing what is in force: clones under lock, one at a time, renewals in their time, and giving lines back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from grants import tasks
from grants.actions.amendment import begin_amendment
from grants.actions.grant import surrender_grant
from grants.actions.hold import lift_hold, place_hold
from grants.actions.line_cap import cap_line, uncap_line
from grants.actions.lines import TERMS, change_line, remove_line
from grants.actions.plan import write_plans
from grants.actions.request import withdraw_request
from grants.actions.surrender import surrender_line
from grants.models import EvaluationPlan, Grant, GrantLine, GrantRequest, LinePerson, LineSurrender
from grants.queries.comparison import comparison
from grants.queries.decision import decide
from grants.queries.request import case_of, lines_of
from grants.rules.amendment import renewal_opens
from portal.accounts.needs import needs_of
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import Refused
from portal.ledger.models import Entry
from portal.rulebook.queries import rules
from tests.factories import grants as make
from tests.factories import people
from tests.factories.accounts import make_member
from tests.factories.partners import Cast
from tests.world import client_for


def carried(made: make.GrantCast, request: GrantRequest) -> make.GrantCast:
    """The request with its cast, signed: its grant waits for the agreement."""
    made.request = request
    made.fresh()
    at_provider = make.to_provider(make.review(make.take_up(make.submit(made))))
    return make.sign_grant(make.to_signatories(make.consent(at_provider)))


def administrator(made: make.GrantCast) -> Actor:
    return make_member(made.institution.organisation, "administrator")


# --- amendments -----------------------------------------------------------------------------------


def test_a_change_is_a_clone_with_people_and_plans(partner: Cast) -> None:
    draft = make.draft_request(made=partner)
    person, _actor = people.cleared(draft.institution)
    line = lines_of(draft.request)[0]
    change_line(
        line=line, people=[person], justification="As planned.", by=draft.applicant,
        **{name: getattr(line, name) for name in TERMS},
    )  # fmt: skip
    made = make.accept(carried(draft, draft.request))
    request = begin_amendment(grant=made.grant, kind="amendment", by=made.applicant)
    clone = lines_of(request)[0]
    assert clone.covers == line.covers
    assert clone.justification == "As planned."
    assert list(LinePerson.objects.filter(line=clone).values_list("person", flat=True)) == [person.pk]
    assert EvaluationPlan.objects.get(request=request).parts == make.plan()


def test_only_one_change_is_open_at_a_time_and_the_database_says_so_too(made: make.GrantCast) -> None:
    request = begin_amendment(grant=made.grant, kind="amendment", by=made.applicant)
    with pytest.raises(Refused, match="under way already"):
        begin_amendment(grant=made.grant, kind="amendment", by=made.applicant)
    other = make.draft_request(made=None).request
    with pytest.raises(IntegrityError), transaction.atomic():
        GrantRequest.objects.filter(pk=other.pk).update(amends=made.grant)
        GrantRequest.objects.filter(pk=request.pk).update(amends=made.grant)
    withdraw_request(request=request, by=made.applicant)
    assert begin_amendment(grant=made.grant, kind="amendment", by=made.applicant).state == "draft"


def test_a_successor_that_waits_for_its_agreement_comes_first(made: make.GrantCast) -> None:
    original = made.grant
    successor = carried(made, begin_amendment(grant=original, kind="amendment", by=made.applicant)).grant
    with pytest.raises(Refused, match=successor.reference):
        begin_amendment(grant=original, kind="amendment", by=made.applicant)
    surrender_grant(grant=successor, reason="Not needed.", by=administrator(made))
    assert begin_amendment(grant=original, kind="amendment", by=made.applicant).state == "draft"


def test_the_new_grant_supersedes_the_old_in_the_deed_that_accepts_it(made: make.GrantCast) -> None:
    original = made.grant
    changed = carried(made, begin_amendment(grant=original, kind="amendment", by=made.applicant))
    original.refresh_from_db()
    assert original.state == "in_force"
    make.accept(changed)
    original.refresh_from_db()
    assert (original.state, changed.grant.state) == ("superseded", "in_force")
    assert Entry.objects.filter(object_id=original.pk, verb="grant.supersede").count() == 1


def test_what_was_to_be_replaced_and_was_revoked_is_not_replaced(made: make.GrantCast) -> None:
    before = replace(made)
    changed = carried(made, begin_amendment(grant=made.grant, kind="amendment", by=made.applicant))
    make.revoke(before)
    with pytest.raises(Refused, match="was revoked"):
        make.accept(changed)
    assert changed.grant.state == "awaiting_agreement"


def test_what_was_changed_twice_before_anybody_accepted_is_superseded_whole(made: make.GrantCast) -> None:
    """The grant in force is not left beside the one that takes the place of its own successor."""
    first = made.grant
    second = carried(made, begin_amendment(grant=first, kind="amendment", by=made.applicant)).grant
    third = carried(made, begin_amendment(grant=second, kind="amendment", by=made.applicant))
    make.accept(third)
    for grant in (first, second):
        grant.refresh_from_db()
    assert (first.state, second.state, third.grant.state) == ("superseded", "superseded", "in_force")


@pytest.mark.parametrize("stopped", ["grant", "line", "limits"])
def test_a_new_grant_is_no_way_out_of_what_stops_the_old_one(made: make.GrantCast, stopped: str) -> None:
    old = replace(made)
    line = GrantLine.objects.select_related("grant").filter(grant=old.grant)[0]
    changed = carried(made, begin_amendment(grant=old.grant, kind="amendment", by=made.applicant))
    end = _stop(old.grant, line, stopped)
    with pytest.raises(Refused, match=f"{old.grant.reference}, which this one is to replace, is stopped or limited"):
        make.accept(changed)
    assert changed.grant.state == "awaiting_agreement"
    end()
    make.accept(changed)
    old.grant.refresh_from_db()
    assert (old.grant.state, changed.grant.state) == ("superseded", "in_force")


def test_what_stops_a_grant_goes_on_keeping_back_its_successor_when_the_last_day_has_passed(
    made: make.GrantCast,
) -> None:
    old = replace(made)
    with clock.at(clock.now() + timedelta(days=(renewal_opens(old.grant, rules()) - clock.today()).days)):
        changed = carried(made, begin_amendment(grant=old.grant, kind="renewal", by=made.applicant))
        hold = place_hold(target=old.grant, reason="Danger.", lifted_when="Over.", emergency=False, by=SYSTEM)
    with clock.at(clock.now() + timedelta(days=(old.grant.ends_on - clock.today()).days + 1)):
        tasks.expire_grants()
        old.grant.refresh_from_db()
        assert old.grant.state == "expired"
        with pytest.raises(Refused, match="stopped or limited"):
            make.accept(changed)
        lift_hold(hold=hold, reason="Over.", by=SYSTEM)
        make.accept(changed)
    assert changed.grant.state == "in_force"


def _stop(grant: Grant, line: GrantLine, how: str) -> Callable[[], object]:
    """Stop it; gives what ends that."""
    if how == "limits":
        cap = cap_line(line=line, limits={"requests_per_day": 1}, reason="Less for now.", by=SYSTEM)
        return lambda: uncap_line(cap=cap, reason="Over.", by=SYSTEM)
    target = grant if how == "grant" else line
    hold = place_hold(target=target, reason="Danger.", lifted_when="Over.", emergency=False, by=SYSTEM)
    return lambda: lift_hold(hold=hold, reason="Over.", by=SYSTEM)


def test_a_change_to_a_grant_that_was_given_back_is_not_sent(made: make.GrantCast) -> None:
    request = begin_amendment(grant=made.grant, kind="amendment", by=made.applicant)
    surrender_grant(grant=made.grant, reason="Done.", by=administrator(made))
    made.request = request
    made.fresh()
    with pytest.raises(Refused, match="Start a new request"):
        make.submit(made)


def test_what_changed_is_told_side_by_side(made: make.GrantCast) -> None:
    request = begin_amendment(grant=made.grant, kind="amendment", by=made.applicant)
    line = lines_of(request)[0]
    terms = {name: getattr(line, name) for name in TERMS}
    change_line(line=line, by=made.applicant, **{**terms, "requests_per_day": 5000})
    write_plans(request=request, plans={"evaluation": {"stop": "Sooner."}}, by=made.applicant)
    told = comparison(case_of(GrantRequest.objects.get(pk=request.pk)), decided=False)
    assert told is not None
    assert [
        (item.kind, [(str(one.what), one.before, one.after) for one in item.differences]) for item in told.lines
    ] == [("changed", [("Requests a day", "1,000", "5,000")])]
    assert told.plans == [("Evaluation", ["When you stop"])]
    made.request = request
    made.fresh()
    make.take_up(make.submit(made))
    desk = client_for(made.reviewer).get(reverse("admin:grants_grantrequest_change", args=[request.pk]))
    page = desk.content.decode()
    assert "2 changes to grant" in page
    assert "5,000" in page


def test_a_line_that_is_left_out_and_one_that_is_new_are_told(made: make.GrantCast) -> None:
    request = begin_amendment(grant=made.grant, kind="amendment", by=made.applicant)
    remove_line(request=request, line_id=lines_of(request)[0].pk, by=made.applicant)
    make.add_line(
        request=request, release=made.release, environment=made.environment, by=made.applicant,
        **make.scope(data_class="published"),
    )  # fmt: skip
    told = comparison(case_of(GrantRequest.objects.get(pk=request.pk)), decided=False)
    assert told is not None
    assert [item.kind for item in told.lines] == ["added", "dropped"]


# --- renewals -------------------------------------------------------------------------------------


def test_a_renewal_is_offered_in_its_time_only(made: make.GrantCast) -> None:
    client, url = client_for(made.applicant), reverse("grants:grant", args=[made.grant.pk])
    with pytest.raises(Refused, match="can be asked for from"):
        begin_amendment(grant=made.grant, kind="renewal", by=made.applicant)
    page = client.get(url).content.decode()
    assert 'value="renewal"' not in page
    assert "can be asked for from" in page
    with clock.at(clock.now() + timedelta(days=180)):
        assert begin_amendment(grant=made.grant, kind="renewal", by=made.applicant).kind == "renewal"


def test_asking_for_a_renewal_does_not_stop_the_end(made: make.GrantCast) -> None:
    grant = made.grant
    with clock.at(clock.now() + timedelta(days=200)):
        request = begin_amendment(grant=grant, kind="renewal", by=made.applicant)
        line = lines_of(request)[0]
        assert line.starts_on == clock.today()
        assert (line.ends_on - line.starts_on).days == 300
    with clock.at(clock.now() + timedelta(days=301)):
        assert tasks.expire_grants()["done"] == 1
        assert not decide(made.question(today=clock.today())).permitted
    grant.refresh_from_db()
    assert grant.state == "expired"
    assert Entry.objects.filter(object_id=grant.pk, verb="grant.expire").count() == 1


# --- giving back ----------------------------------------------------------------------------------


def test_a_line_is_given_back_and_the_others_stay(partner: Cast) -> None:
    made = make.grant_in_force({}, {"data_class": "published"}, made=partner)
    keeper = administrator(made)
    client = client_for(keeper)
    url = reverse("grants:line_surrender", args=[made.grant.pk, made.line.pk])
    assert client.post(url, {"reason": " "}).status_code == 200
    assert client.post(url, {"reason": "The data set is withdrawn."}).status_code == 302
    assert not decide(made.question()).permitted
    assert decide(made.question(data_class="published")).permitted
    grant = made.grant
    assert grant.state == "in_force"
    assert "The data set is withdrawn." in client.get(reverse("grants:grant", args=[grant.pk])).content.decode()
    assert client.post(url, {"reason": "Again."}).status_code == 403
    assert Entry.objects.filter(object_id=grant.pk, verb="grant.surrender_line").count() == 1
    request = begin_amendment(grant=grant, kind="amendment", by=made.applicant)
    assert [line.data_class for line in lines_of(request)] == ["published"], "what was given back is not cloned"


def test_with_the_last_line_the_grant_is_given_back(made: make.GrantCast) -> None:
    line = GrantLine.objects.select_related("grant__institution__organisation").get(grant=made.grant)
    surrender_line(line=line, reason="Done.", by=administrator(made))
    assert made.grant.state == "surrendered"
    assert LineSurrender.objects.get(line=line).reason == "Done."


def test_a_line_is_given_back_once_with_a_reason_and_by_the_administrator(made: make.GrantCast) -> None:
    line = GrantLine.objects.select_related("grant__institution__organisation").get(grant=made.grant)
    applicant = make_member(made.institution.organisation, "applicant")
    for who, reason in ((administrator(made), " "), (applicant, "Done."), (made.signatory, "Done.")):
        with pytest.raises(Refused):
            surrender_line(line=line, reason=reason, by=who)
    assert not LineSurrender.objects.exists()


# --- the card on the home page ---------------------------------------------------------------------
def renewals(made: make.GrantCast, by: Actor) -> tuple[int, str]:
    """How many grants the home page asks to renew, and the list that its card leads to."""
    found = [need for need in needs_of(by) if str(need.label).endswith(("before it ends", "before they end"))]
    page = client_for(by).get(reverse("grants:grants"), {"renewal": "open"}).content.decode()
    return (found[0].count if found else -1), page


def test_the_home_page_asks_for_a_renewal_once_it_can_be_asked_for_and_until_it_is(made: make.GrantCast) -> None:
    opens = renewal_opens(made.grant, rules())
    with clock.at(clock.now() + (opens - clock.today()) - timedelta(days=1)):
        assert renewals(made, made.applicant)[0] == 0
    with clock.at(clock.now() + (opens - clock.today())):
        count, page = renewals(made, made.applicant)
        assert count == 1
        assert made.grant.reference in page
        home = client_for(made.applicant).get(reverse("home")).content.decode()
        assert "grant to renew before it ends" in home
        request = begin_amendment(grant=made.grant, kind="renewal", by=made.applicant)
        count, page = renewals(made, made.applicant)
        assert count == 0
        assert made.grant.reference not in page
        withdraw_request(request=request, by=made.applicant, reason="Later.")
        assert renewals(made, made.applicant)[0] == 1
        assert renewals(made, make_member(made.institution.organisation, "administrator"))[0] == -1
