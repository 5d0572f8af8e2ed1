"""The catalogue: a release stays as it was granted on, and a new one covers nothing by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from grants import tasks
from grants.actions import re_review as re_reviews
from grants.actions.catalogue import (
    announce_release,
    edit_model,
    edit_release,
    publish_release,
    retire_release,
    unlist_model,
)
from grants.actions.environment import attest_environment
from grants.actions.re_review import look_at
from grants.actions.signature import sign_request
from grants.models import Release, ReReview
from grants.queries.decision import decide
from portal.accounts.actor import confirmed
from portal.core import clock
from portal.core.verdicts import Refused
from portal.notifications.models import Notice
from tests.factories import grants as make
from tests.factories.accounts import make_member, make_organisation
from tests.factories.partners import Cast


def code_of(refusal: pytest.ExceptionInfo[Any]) -> str:
    return str(refusal.value.verdict.code)


def next_release(made: make.GrantCast, version: str = "5") -> Release:
    """Another release of the model that the grant names, announced and out."""
    release = announce_release(
        model=made.release.model,
        version=version,
        key=f"{made.release.key}-{version}",
        capability_tier="general",
        access_routes=["api"],
        by=made.staff,
    )
    return publish_release(release=release, by=made.staff)


# --- what was granted on stays ---------------------------------------------------------------------


def test_a_release_is_changed_until_a_grant_names_it(partner: Cast) -> None:
    release, staff = make.make_release(out=False)
    edit_release(release=release, changes={"version": "4.2", "access_routes": ["api", "on_site"]}, by=staff)
    release.refresh_from_db()
    assert (release.version, release.access_routes) == ("4.2", ["api", "on_site"])
    with pytest.raises(Refused) as refusal:
        edit_release(release=release, changes={"version": "4.2"}, by=staff)
    assert code_of(refusal) == "nothing_new"


@pytest.mark.parametrize("changes", [{"version": "9"}, {"capability_tier": "frontier"}, {"notes": "Otherwise."}])
def test_a_release_that_a_grant_names_stays(made: make.GrantCast, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refusal:
        edit_release(release=made.release, changes=changes, by=made.staff)
    assert code_of(refusal) == "granted_on"


ATTACKS = [
    "version = '9'",
    "key = 'other'",
    "capability_tier = 'frontier'",
    "access_routes = '{fine_tuning}'",
    "notes = 'otherwise'",
    "announced_at = announced_at - interval '1 year'",
    "released_at = released_at - interval '1 year'",
    "released_at = NULL",
    "model_id = (SELECT id FROM grants_model WHERE id <> model_id LIMIT 1)",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_database_refuses_to_change_it_whoever_asks(made: make.GrantCast, attack: str) -> None:
    make.make_model()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE grants_release SET {attack} WHERE id = %s", [made.release.pk])
    made.release.refresh_from_db()
    assert made.release.version == "4.1"


def test_the_name_of_a_model_stays_as_well(made: make.GrantCast) -> None:
    with pytest.raises(Refused) as refusal:
        edit_model(model=made.release.model, name="Otherwise", summary="", by=made.staff)
    assert code_of(refusal) == "granted_on"
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE grants_model SET name = 'otherwise' WHERE id = %s", [made.release.model_id])
    edit_model(model=made.release.model, name=made.release.model.name, summary="Said better.", by=made.staff)


def test_a_release_that_a_grant_names_is_still_retired(made: make.GrantCast) -> None:
    retire_release(release=made.release, by=made.staff)
    assert decide(made.question()).code == "release_retired"


def test_a_change_to_a_release_before_signatures_voids_what_was_read(partner: Cast) -> None:
    made = make.request_to_sign(made=partner)
    edit_release(release=made.release, changes={"capability_tier": "advanced"}, by=made.staff)
    who = confirmed(made.signatory)
    make.declare_interests(request=made.request, conflict=False, by=who)
    with pytest.raises(Refused):
        sign_request(request=made.fresh(), seen=made.request.digest, by=who)


def test_a_change_to_what_is_attested_before_signatures_does_too(partner: Cast) -> None:
    made = make.request_to_sign(made=partner)
    attest_environment(environment=made.environment, values={"retention": ("met", "Otherwise.")}, by=made.applicant)
    who = confirmed(made.signatory)
    make.declare_interests(request=made.request, conflict=False, by=who)
    with pytest.raises(Refused):
        sign_request(request=made.fresh(), seen=made.request.digest, by=who)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"version": ""}, ValidationError),
        ({"version": "x" * 41}, ValidationError),
        ({"key": "Not A Key"}, ValidationError),
        ({"capability_tier": "godlike"}, Refused),
        ({"access_routes": []}, Refused),
        ({"access_routes": ["by pigeon"]}, Refused),
    ],
)
def test_a_release_takes_no_nonsense(partner: Cast, changes: dict[str, Any], error: type[Exception]) -> None:
    release, staff = make.make_release()
    before = Release.objects.values().get(pk=release.pk)
    with pytest.raises(error):
        edit_release(release=release, changes=changes, by=staff)
    assert Release.objects.values().get(pk=release.pk) == before


def test_version_and_key_are_taken_once(made: make.GrantCast) -> None:
    other = next_release(made)
    for changes in ({"version": "4.1"}, {"key": made.release.key}):
        with pytest.raises(ValidationError):
            edit_release(release=other, changes=changes, by=made.staff)


def test_another_provider_changes_nothing(made: make.GrantCast) -> None:
    stranger = make_member(make_organisation("provider"), "provider_staff")
    release = next_release(made)
    for deed in (
        lambda: edit_release(release=release, changes={"notes": "Mine."}, by=stranger),
        lambda: edit_model(model=release.model, name="Mine", summary="", by=stranger),
        lambda: retire_release(release=release, by=stranger),
        lambda: unlist_model(model=release.model, by=stranger),
    ):
        with pytest.raises(Refused):
            deed()


def released(made: make.GrantCast) -> Release:
    """The release of the grant as it is in the database."""
    return Release.objects.select_related("model", "provider").get(pk=made.release.pk)


# --- a new release ---------------------------------------------------------------------------------


def test_a_new_release_covers_nothing_until_a_line_names_it(partner: Cast, made: make.GrantCast) -> None:
    assert decide(made.question()).permitted
    release = next_release(made)
    assert not decide(made.question(release=release.key)).permitted
    assert decide(made.question()).permitted, "what was granted goes on"
    again = make.grant_in_force(made=partner, places=[(release, made.environment)], staff=made.staff)
    assert decide(again.question()).permitted


def test_every_live_grant_on_the_model_is_looked_at_again_once(made: make.GrantCast) -> None:
    unconcerned, _ = make.make_release(made.release.provider, made.staff)
    announce_release(
        model=unconcerned.model, version="9", key="other-9", capability_tier="general", access_routes=["api"],
        by=made.staff,
    )  # fmt: skip
    assert not ReReview.objects.exists()
    release = next_release(made)
    found = ReReview.objects.get()
    assert (found.grant, found.release, found.state) == (made.grant, release, "open")
    heard = set(Notice.objects.filter(kind__startswith="re_review").values_list("recipient", flat=True))
    assert {made.applicant.user_id, made.officer.user_id} <= heard
    assert made.staff.user_id not in heard


def test_an_institution_hears_once_of_all_its_grants_and_an_authority_once_of_many(
    partner: Cast, made: make.GrantCast
) -> None:
    again = make.grant_in_force(made=partner, places=[(released(made), made.environment)], staff=made.staff)
    next_release(made)
    told = Notice.objects.filter(kind="re_review_raised", recipient=made.applicant.user_id)
    assert all(grant.reference in told.get().body for grant in (made.grant, again.grant))
    officer = Notice.objects.filter(recipient=made.officer.user_id, kind__startswith="re_review")
    assert officer.get().title.startswith("2 grants to look at again")
    assert not Release.objects.filter(re_reviews_due=True).exists()


def test_where_very_many_are_concerned_sweeps_go_on_and_each_grant_is_raised_and_lapses_once(
    partner: Cast, made: make.GrantCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AT_ONCE", "BATCH"):
        monkeypatch.setattr(re_reviews, name, 1)
    for _ in range(3):
        make.grant_in_force(made=partner, places=[(released(made), made.environment)], staff=made.staff)
    release = next_release(made)
    assert ReReview.objects.count() == 1
    officer = Notice.objects.filter(recipient=made.officer.user_id, kind__startswith="re_review")
    assert officer.get().title.startswith("4 grants to look at again")
    later = make.grant_in_force(made=partner, places=[(released(made), made.environment)], staff=made.staff)
    assert tasks.raise_re_reviews() == {"done": 3, "failed": 0, "left": 0, "error": ""}
    assert tasks.raise_re_reviews()["done"] == 0
    assert ReReview.objects.count() == 4
    assert not ReReview.objects.filter(grant=later.grant).exists(), "it was granted knowing of the release"
    assert officer.count() == 1
    retire_release(release=release, by=made.staff)
    assert tasks.lapse_re_reviews()["done"] == 3
    assert set(ReReview.objects.values_list("state", flat=True)) == {"lapsed"}


def test_a_release_that_is_retired_meanwhile_raises_nothing_more(
    partner: Cast, made: make.GrantCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(re_reviews, "AT_ONCE", 1)
    make.grant_in_force(made=partner, places=[(released(made), made.environment)], staff=made.staff)
    release = next_release(made)
    retire_release(release=release, by=made.staff)
    assert tasks.raise_re_reviews() == {"done": 0, "failed": 0, "left": 0, "error": ""}


def test_a_case_officer_of_the_authority_says_what_follows_and_why(made: make.GrantCast) -> None:
    next_release(made)
    found = ReReview.objects.get()
    stranger = make_member(make_organisation("authority"), "case_officer")
    for by, outcome, note, code in (
        (made.applicant, "no_change", "Fine.", "wrong_role"),
        (stranger, "no_change", "Fine.", "other_body"),
        (made.officer, "whatever", "Fine.", "unknown_term"),
        (made.officer, "no_change", " ", "no_reason"),
    ):
        with pytest.raises(Refused) as refusal:
            look_at(re_review=found, outcome=outcome, note=note, by=by)
        assert code_of(refusal) == code
    look_at(re_review=found, outcome="amendment_asked", note="Ask for the new release.", by=made.officer)
    assert (found.state, found.looked_by_id) == ("looked_at", made.officer.user_id)
    assert Notice.objects.filter(kind="re_review_looked_at", recipient=made.applicant.user_id).exists()
    assert not decide(made.question(release=found.release.key)).permitted, "an outcome covers nothing either"
    with pytest.raises(Refused):
        look_at(re_review=found, outcome="no_change", note="Otherwise.", by=made.officer)


def test_it_lapses_with_the_release(made: make.GrantCast) -> None:
    release = next_release(made)
    retire_release(release=release, by=made.staff)
    assert ReReview.objects.get().state == "lapsed"


def test_it_lapses_when_the_grant_has_ended(made: make.GrantCast) -> None:
    next_release(made)
    with time_machine.travel(clock.now() + timedelta(days=400), tick=False):
        tasks.lapse_re_reviews()
        assert ReReview.objects.get().state == "open", "the grant is to end first"
        tasks.expire_grants()
        tasks.lapse_re_reviews()
        tasks.lapse_re_reviews()
    assert ReReview.objects.get().state == "lapsed"


def test_half_a_look_cannot_be_stored(made: make.GrantCast) -> None:
    next_release(made)
    for attack in ("outcome = 'no_change'", "state = 'looked_at'"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE grants_rereview SET {attack}")
