"""The last day of an appeal is one and the same wherever it is said, and it is the one to which it can be lodged.

By the calendar of the authority that decided: across time zones, changes of the clock and leap days.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from audits.actions.appeal import lodge_appeal
from audits.queries.appealable import appealable, window_of
from partners.actions.application import begin_application
from partners.letters import decision
from partners.queries.letter import counted_signatures
from partners.queries.rulebook import rules_of
from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.verdicts import Refused
from portal.notifications.models import Message, Notice
from portal.rulebook.places import LastDay, zones_of
from tests.factories import refusals
from tests.factories.appeals import decided_case
from tests.factories.audits import Stage
from tests.factories.grants import grant_in_force
from tests.factories.partners import application_to_sign
from tests.world import client_for

NEW_ZEALAND = ("NZ", 12, 1, "Pacific/Auckland")
FAR = [
    pytest.param(*NEW_ZEALAND, id="tomorrow already, in New Zealand"),
    pytest.param("US", 3, -1, "Pacific/Honolulu", id="yesterday still, in the United States"),
]
"""Country, hour of the decision in UTC, how many days its day is ahead, and the zone in which its days end last."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("country", "decided", "last", "ends", "zone"),
    [
        ("NO", "2026-02-27T10:00", "2026-03-29", "2026-03-29T21:59:59", "Europe/Oslo"),
        ("NO", "2026-09-25T10:00", "2026-10-25", "2026-10-25T22:59:59", "Europe/Oslo"),
        ("NO", "2026-02-26T23:30", "2026-03-29", "2026-03-29T21:59:59", "Europe/Oslo"),
        ("NZ", "2028-01-29T11:30", "2028-02-29", "2028-02-29T10:59:59", "Pacific/Auckland"),
        ("US", "2026-03-01T03:00", "2026-03-30", "2026-03-31T09:59:59", "Pacific/Honolulu"),
        ("GB", "2026-05-31T23:30", "2026-07-01", "2026-07-01T22:59:59", "Europe/London"),
        ("GB", "2026-11-10T10:00", "2026-12-10", "2026-12-10T23:59:59", ""),
        ("XX", "2028-01-30T23:59", "2028-02-29", "2028-02-29T23:59:59", ""),
    ],
)
def test_thirty_days_by_the_calendar_there(country, decided, last, ends, zone):
    found, end = LastDay.within(30, of=at(decided), country=country), at(ends)
    assert found.day == date.fromisoformat(last)
    assert found.includes(end)
    assert not found.includes(end + timedelta(seconds=1))
    more = f" (by the clock in {zone}; in UTC until {end:%-d %B %Y, %H:%M})" if zone else ""
    assert str(found) == f"{found.day:%-d %B %Y}{more}"


@pytest.mark.parametrize("country", ["AU", "BR", "CA", "FR", "GB", "IN", "JP", "NO", "NP", "NZ", "US", "KI"])
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-11-01", "2027-12-31", "2028-02-29"])
def test_the_minute_that_is_told_is_the_last_one_in_time(country, day):
    last = LastDay(date.fromisoformat(day), country)
    told = str(last)
    moment = datetime.combine(last.day, datetime.min.time(), UTC) + timedelta(hours=23, minutes=59)
    if "in UTC until " in told:
        assert any(zone.replace("_", " ") in told for zone in zones_of(country))
        text = told.partition("in UTC until ")[2].removesuffix(")")
        moment = datetime.strptime(text, "%d %B %Y, %H:%M").replace(tzinfo=UTC)
    assert last.includes(moment + timedelta(seconds=59))
    assert not last.includes(moment + timedelta(seconds=60))


def test_it_is_told_in_the_language_of_a_letter():
    last = LastDay(date(2028, 2, 29), "NO")
    with translation.override("de"):
        assert str(last) == "29. Februar 2028 (nach der Uhr in Europe/Oslo; in UTC bis 29. Februar 2028, 22:59)"
    with translation.override("fr"):
        assert str(last) == "29 février 2028 (à l’heure de Europe/Oslo ; en UTC jusqu’au 29 février 2028, 22:59)"


# --- everywhere it is said ------------------------------------------------------------------------
@contextmanager
def deciding(authority: Organisation, country: str, hour: int) -> Iterator[None]:
    """Tomorrow at that hour (UTC), with the authority in that country."""
    Organisation.objects.filter(pk=authority.pk).update(jurisdiction=country)
    authority.jurisdiction = country
    tomorrow = (clock.now() + timedelta(days=1)).replace(hour=hour, minute=30, second=0, microsecond=0)
    with clock.at(tomorrow):
        yield


def text_of(actor: Any, *addresses: str) -> list[str]:
    client = client_for(actor)
    return [" ".join(unescape(strip_tags(client.get(one).content.decode())).split()) for one in addresses]


def last_of(against: Any, country: str, ahead: int, zone: str) -> LastDay:
    """Worked out by hand from the day in UTC."""
    found = LastDay((against.decided_at + timedelta(days=30 + ahead)).date(), country)
    assert f"by the clock in {zone}" in str(found)
    return found


def can_be_lodged_to_its_end(against: Any, last: LastDay, by: Any) -> None:
    (window,) = [one for one in appealable(by.body_id) if one.against == against]
    assert window.last_day == window_of(against).last_day == last
    moment = clock.now()
    while last.includes(moment + timedelta(days=1)):
        moment += timedelta(days=1)
    while last.includes(moment + timedelta(minutes=1)):
        moment += timedelta(minutes=1)
    ends = moment.replace(second=59, microsecond=0)
    asked = {"against": against, "ground": "facts", "statement": "Look again.", "by": by}
    with clock.at(ends + timedelta(seconds=1)):
        with pytest.raises(Refused) as late:
            lodge_appeal(**asked)
        assert (late.value.verdict.code, str(last) in str(late.value.verdict.reason)) == ("too_late", True)
        with translation.override("en-gb"):
            assert str(last) in text_of(by, reverse("audits:appeals"))[0]
    with clock.at(ends):
        assert lodge_appeal(**asked).state == "lodged"


@pytest.mark.parametrize(("country", "hour", "ahead", "zone"), FAR)
def test_of_a_refused_application(stage: Stage, country, hour, ahead, zone):
    cast = application_to_sign()
    with deciding(cast.application.authority, country, hour):
        refusals.refuse(cast)
        found = cast.fresh()
        last = last_of(found, country, ahead, zone)
        letter = decision.refusal(found, counted_signatures(found), made=clock.now(), code="0" * 20)
        assert f"until {last} (rule" in letter["lists"][1]["items"][0]
        own = reverse("partners:application", args=[found.pk])
        for text in text_of(
            cast.applicant, own, reverse("audits:appeals"), reverse("audits:appeal_application", args=[found.pk])
        ):
            assert str(last) in text
        assert str(last) in Notice.objects.get(kind="application_declined", recipient=cast.applicant.user).body
        assert str(last) in Message.objects.get(kind="application_declined", recipient=cast.applicant.user).text
        can_be_lodged_to_its_end(found, last, cast.applicant)


@pytest.mark.parametrize(("country", "hour", "ahead", "zone"), FAR)
def test_when_to_apply_anew_is_by_the_same_calendar(stage: Stage, country, hour, ahead, zone):
    cast = application_to_sign()
    with deciding(cast.application.authority, country, hour):
        refusals.refuse(cast)
        found = cast.fresh()
        again = found.decided_at.date() + timedelta(days=rules_of(found).qualification.cooling_off_days + ahead)
        letter = decision.refusal(found, counted_signatures(found), made=clock.now(), code="0" * 20)
        assert letter["lists"][1]["items"][1] == f"Apply again from {again:%-d %B %Y}."
        begins = min(
            moment for moment in quarters_about(again) if LastDay(again, country).day == there(moment, country)
        )
    with clock.at(begins - timedelta(seconds=1)), pytest.raises(Refused) as early:
        begin_application(institution=cast.institution, by=cast.applicant)
    assert f"{again:%-d %B %Y}" in str(early.value.verdict.reason)
    with clock.at(begins):
        assert begin_application(institution=cast.institution, by=cast.applicant).state == "draft"


def quarters_about(day: date) -> list[datetime]:
    """Every quarter of an hour around its midnight: in the Chatham Islands a day begins at one."""
    midnight = datetime.combine(day, datetime.min.time(), UTC)
    return [midnight + timedelta(minutes=15 * place) for place in range(-100, 100)]


def there(moment: datetime, country: str) -> date:
    return LastDay.within(0, of=moment, country=country).day


@pytest.mark.parametrize(("country", "hour", "ahead", "zone"), FAR)
def test_of_a_decision_of_enforcement(stage: Stage, country, hour, ahead, zone):
    with deciding(stage.cast.authority, country, hour):
        case = decided_case(stage, "warning")
        last = last_of(case, country, ahead, zone)
        assert case.appeal_until == last.day
        for text in text_of(stage.applicant, case.get_absolute_url(), reverse("audits:appeals")):
            assert str(last) in text
        assert str(last) in Notice.objects.get(kind="enforcement_decided", recipient=stage.applicant.user).body
        can_be_lodged_to_its_end(case, last, stage.applicant)


def test_of_what_was_refused_or_narrowed_of_a_grant_request(stage: Stage):
    country, hour, ahead, zone = NEW_ZEALAND
    with deciding(stage.cast.authority, country, hour):
        made = refusals.granted_in_part(stage.cast)
        request = made.fresh()
        last = last_of(request, country, ahead, zone)
        pages = (reverse("grants:request", args=[request.pk]), reverse("grants:grant", args=[made.grant.pk]))
        for text in text_of(made.applicant, *pages, reverse("audits:appeals")):
            assert str(last) in text
        assert str(last) in Notice.objects.get(kind="grant_issued", recipient=made.applicant.user).body
        can_be_lodged_to_its_end(request, last, made.applicant)


def test_a_grant_as_it_was_asked_for_says_nothing_of_appeals(stage: Stage):
    grant_in_force(made=stage.cast)
    assert {"appeal" in one.body for one in Notice.objects.filter(kind="grant_issued")} == {False}
