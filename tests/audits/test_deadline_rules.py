"""The rulebook's deadline rules against the examples of the laws that they come from, moment by moment.

Regulation 1182/71, Article 3, is behind the counting of whole days; where a rule counts otherwise, its source says so.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from audits.deadlines import Facts, Wanted, wanted
from portal.rulebook.periods import end_of
from portal.rulebook.schema import Duration
from tests.factories.rulebook import founding_rules

RULES = founding_rules()
OSLO, BERLIN, HELSINKI, PACIFIC = (
    ZoneInfo(name) for name in ("Europe/Oslo", "Europe/Berlin", "Europe/Helsinki", "America/Los_Angeles")
)
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


def at(text: str, zone: ZoneInfo | None = None) -> datetime:
    """A moment, read as local time of the zone (UTC where none is given)."""
    return datetime.fromisoformat(text).replace(tzinfo=zone or UTC)


def due(
    rule: str,
    aware: datetime,
    *harms: str,
    kind: str = "credential",
    severity: str = "critical",
    filed: dict[str, datetime] | None = None,
    times: int = 1,
    resolved: datetime | None = None,
    **places: str,
) -> dict[str, Wanted]:
    """What the rule wants about an incident, by step; of a step that recurs the last."""
    moments = {"aware": aware, "reported": aware} | ({"resolved": resolved} if resolved else {})
    facts = Facts(
        severity=severity,
        kind=kind,
        harms=frozenset(harms),
        places={"partner": "DE", "recipient": "DE", "provider": "US", **places},
        moments=moments,
        filed={(rule, step): (moment, times) for step, moment in (filed or {}).items()},
    )
    return {item.step: item for item in wanted(RULES, facts) if item.rule == rule}


def day_ends(text: str, zone: ZoneInfo) -> datetime:
    return at(f"{text}T23:59:59", zone)


# --- EU AI Act, Article 73, with Regulation 1182/71, Article 3 ---------------------------------------
@pytest.mark.parametrize(
    ("harms", "last_day", "article"),
    [
        # Noticed on Monday 2 March 2026: the 2nd does not count.
        (("rights",), "2026-03-17", "73(2)"),
        (("serious_injury", "property"), "2026-03-17", "73(2)"),
        (("infrastructure",), "2026-03-04", "73(3)"),
        (("widespread",), "2026-03-04", "73(3)"),
        (("death",), "2026-03-12", "73(4)"),
        # The shortest of several holds.
        (("death", "infrastructure", "rights"), "2026-03-04", "73(3)"),
    ],
)
def test_ai_act_gives_fifteen_days_two_or_ten(harms: tuple[str, ...], last_day: str, article: str) -> None:
    report = due("eu_ai_act", at("2026-03-02T10:00", BERLIN), *harms)["report"]
    assert report.due_at == day_ends(last_day, BERLIN)
    assert article in report.source
    assert (report.duty, report.recipient) == ("provider", "market_surveillance")


def test_a_last_day_on_a_weekend_or_holiday_becomes_the_next_working_day() -> None:
    """Article 3(4): 15 days from Friday 6 March end on Saturday the 21st, hence on Monday."""
    assert due("eu_ai_act", at("2026-03-06T10:00", BERLIN), "rights")["report"].due_at == day_ends("2026-03-23", BERLIN)
    # Ten days from 26 March 2026 end on Easter Sunday; Monday is a holiday in Germany.
    assert due("eu_ai_act", at("2026-03-26T10:00", BERLIN), "death")["report"].due_at == day_ends("2026-04-07", BERLIN)


def test_two_days_have_two_working_days_in_them() -> None:
    """Article 3(5): from Friday on, Monday is only the first working day."""
    report = due("eu_ai_act", at("2026-03-06T10:00", BERLIN), "infrastructure")["report"]
    assert report.due_at == day_ends("2026-03-10", BERLIN)


def test_holidays_are_those_of_the_place_where_it_happened() -> None:
    """6 December is Finland's Independence Day and no holiday in Germany; 15 days from 21 November 2027 end then."""
    noticed = at("2027-11-21T10:00")
    assert due("eu_ai_act", noticed, "rights", partner="DE")["report"].due_at == day_ends("2027-12-06", BERLIN)
    finland = due("eu_ai_act", noticed, "rights", partner="DE", environment="FI")["report"]
    assert finland.due_at == day_ends("2027-12-07", HELSINKI)


def test_the_day_is_that_of_the_place_and_not_of_greenwich() -> None:
    """23:30 UTC on the 2nd is the 3rd in Berlin, and the time runs a day longer."""
    assert due("eu_ai_act", at("2026-03-02T23:30"), "rights")["report"].due_at == day_ends("2026-03-18", BERLIN)
    assert due("eu_ai_act", at("2026-03-02T22:30"), "rights")["report"].due_at == day_ends("2026-03-17", BERLIN)


def test_the_last_day_is_whole_though_clocks_were_changed_on_the_way() -> None:
    """Summer time began on 29 March 2026: the last day ends at 21:59:59 UTC, not at 22:59:59."""
    report = due("eu_ai_act", at("2026-03-20T10:00", BERLIN), "death")["report"]
    assert report.due_at == at("2026-03-30T21:59:59")


def test_the_ai_act_asks_nothing_where_no_place_is_in_the_union_or_nothing_serious_happened() -> None:
    noticed = at("2026-03-02T10:00")
    assert due("eu_ai_act", noticed, "rights", partner="NO") == {}
    assert due("eu_ai_act", noticed) == {}
    assert due("eu_ai_act", noticed, "rights", partner="NO", environment="FI")


# --- the code of practice for general-purpose AI, Measure 9.3 ----------------------------------------
@pytest.mark.parametrize(
    ("harms", "days"),
    [
        (("infrastructure",), 2),
        (("cybersecurity",), 5),
        (("death",), 10),
        (("serious_injury",), 15),
        (("rights",), 15),
        (("property",), 15),
        (("death", "cybersecurity"), 5),
    ],
)
def test_code_of_practice_gives_two_five_ten_or_fifteen_days(harms: tuple[str, ...], days: int) -> None:
    noticed = at("2026-05-04T10:00", BERLIN)
    report = due("gpai_code", noticed, *harms)["report"]
    assert report.due_at == noticed + timedelta(days=days)
    assert "Measure 9.3" in report.source


def test_intermediate_reports_come_every_four_weeks_until_it_is_resolved() -> None:
    noticed, filed = at("2026-05-04T10:00", BERLIN), at("2026-05-06T09:00", BERLIN)
    assert "update" not in due("gpai_code", noticed, "death")
    first = due("gpai_code", noticed, "death", filed={"report": filed})["update"]
    assert (first.occurrence, first.due_at) == (1, filed + 4 * WEEK)
    third = due("gpai_code", noticed, "death", filed={"report": filed, "update": filed + 8 * WEEK}, times=2)["update"]
    assert (third.occurrence, third.due_at) == (3, filed + 12 * WEEK)
    over = due("gpai_code", noticed, "death", filed={"report": filed}, resolved=filed + WEEK)
    assert "update" not in over


def test_final_report_is_due_sixty_days_after_the_resolution() -> None:
    noticed, resolved = at("2026-05-04T10:00", BERLIN), at("2026-06-01T12:00", BERLIN)
    final = due("gpai_code", noticed, "death", resolved=resolved)["final"]
    assert final.due_at == at("2026-07-31T12:00", BERLIN)


def test_intermediate_reports_keep_their_hour_when_clocks_change() -> None:
    """Four weeks from 10:00 on 12 October are 10:00 on 9 November, an hour later by UTC."""
    filed = at("2026-10-12T10:00", BERLIN)
    update = due("gpai_code", filed - HOUR, "death", filed={"report": filed})["update"]
    assert update.due_at == at("2026-11-09T10:00", BERLIN)
    assert update.due_at - filed == 4 * WEEK + HOUR


# --- NIS2, Article 23(4) ----------------------------------------------------------------------------
def test_nis2_wants_a_warning_after_24_hours_and_a_notification_after_72() -> None:
    """Hours pass as they do, over a weekend and over the change of clocks: aware on the Saturday before it."""
    noticed = at("2026-03-28T12:00", BERLIN)
    found = due("nis2", noticed)
    assert found["early_warning"].due_at == noticed.astimezone(UTC) + timedelta(hours=24) == at("2026-03-29T11:00")
    assert found["notification"].due_at == at("2026-03-31T11:00")
    assert "final" not in found


def test_nis2_final_report_comes_a_month_after_the_notification() -> None:
    noticed, filed = at("2026-03-02T10:00", BERLIN), at("2026-03-04T15:00", BERLIN)
    resolved = at("2026-03-20T10:00", BERLIN)
    found = due("nis2", noticed, filed={"notification": filed}, resolved=resolved)
    assert found["final"].due_at == at("2026-04-04T15:00", BERLIN)
    assert "progress" not in found


def test_nis2_wants_a_progress_report_while_it_goes_on_and_the_final_one_a_month_after_it() -> None:
    """Article 23(4)(e)."""
    noticed, filed = at("2026-03-02T10:00", BERLIN), at("2026-03-04T15:00", BERLIN)
    running = due("nis2", noticed, filed={"notification": filed})
    assert running["progress"].due_at == at("2026-04-04T15:00", BERLIN)
    assert "final" not in running
    over = due("nis2", noticed, filed={"notification": filed}, resolved=at("2026-05-31T12:00", BERLIN))
    assert over["progress"].due_at == at("2026-04-04T15:00", BERLIN)
    assert over["final"].due_at == at("2026-06-30T12:00", BERLIN)


def test_a_month_from_the_last_of_january_ends_with_february_in_a_leap_year_a_day_later() -> None:
    for filed, last in (("2027-01-31T15:00", "2027-02-28T15:00"), ("2028-01-31T15:00", "2028-02-29T15:00")):
        progress = due("nis2", at(filed, BERLIN) - HOUR, filed={"notification": at(filed, BERLIN)})["progress"]
        assert progress.due_at == at(last, BERLIN)


def test_nis2_asks_partners_in_the_union_about_serious_breaches_only() -> None:
    noticed = at("2026-03-02T10:00")
    assert due("nis2", noticed, partner="NO") == {}
    assert due("nis2", noticed, severity="moderate") == {}
    assert due("nis2", noticed, kind="model_behaviour") == {}


# --- California, SB 53 ------------------------------------------------------------------------------
def test_california_gives_fifteen_days_and_the_next_working_day() -> None:
    """Discovered at 22:00 in California, when it is the next day in Europe. The 15th day is Saturday 4 July 2026."""
    report = due("sb53", at("2026-06-19T22:00", PACIFIC), "cybersecurity")["report"]
    assert report.due_at == day_ends("2026-07-06", PACIFIC)
    assert "22757.13" in report.source
    assert report.zone == "America/Los_Angeles"


def test_california_knows_its_own_holidays() -> None:
    """31 March is Cesar Chavez Day there: 15 days from 16 March 2026 end on 1 April."""
    assert due("sb53", at("2026-03-16T09:00", PACIFIC), "loss_of_control")["report"].due_at == day_ends(
        "2026-04-01", PACIFIC
    )


def test_california_wants_word_of_imminent_danger_within_24_hours() -> None:
    """Hours pass as they do, though the night of 8 March 2026 has only 23 of them."""
    noticed = at("2026-03-07T20:00", PACIFIC)
    disclosure = due("sb53_imminent", noticed, "imminent")["disclosure"]
    assert disclosure.due_at == at("2026-03-08T21:00", PACIFIC)
    assert disclosure.recipient == "public_safety"


def test_california_binds_developers_there() -> None:
    assert due("sb53", at("2026-03-16T09:00"), "cybersecurity", provider="GB") == {}
    assert due("sb53", at("2026-03-16T09:00"), "rights") == {}


# --- several at once --------------------------------------------------------------------------------
def test_several_laws_hold_at_once_each_by_its_own_place() -> None:
    facts = Facts(
        severity="critical",
        kind="extraction",
        harms=frozenset({"death", "cybersecurity"}),
        places={"partner": "FI", "environment": "FI", "provider": "US", "recipient": "FI"},
        moments={"aware": at("2026-03-02T10:00"), "reported": at("2026-03-02T11:00")},
    )
    found = wanted(RULES, facts)
    assert {item.rule for item in found} == {
        "scheme_severe",
        "scheme_provider",
        "eu_ai_act",
        "gpai_code",
        "nis2",
        "sb53",
    }
    assert found == sorted(found, key=lambda item: item.due_at)
    assert all(item.source and item.recipient for item in found)


def test_no_provider_is_bound_where_none_is_known() -> None:
    facts = Facts(
        severity="critical",
        kind="leak",
        harms=frozenset({"death"}),
        places={"partner": "FI"},
        moments={"aware": at("2026-03-02T10:00")},
    )
    assert {item.rule for item in wanted(RULES, facts)} == {"scheme_severe", "nis2"}


# --- counting ---------------------------------------------------------------------------------------
def length(amount: int, unit: str) -> Duration:
    return Duration.model_validate({"amount": amount, "unit": unit})


def test_working_days_are_those_of_the_zone_and_its_holidays() -> None:
    """1 May is off in Norway. Late in the evening by UTC it is the next day there already."""
    three = length(3, "working_days")
    noticed = at("2026-04-28T23:00")
    assert end_of(noticed, three, zone="Europe/Oslo", holidays="NO", counting="exact") == at("2026-05-05T01:00", OSLO)
    assert end_of(noticed, three, counting="exact") == at("2026-05-01T23:00")


def test_the_hour_in_which_it_happened_does_not_count_under_the_regulation() -> None:
    """Regulation 1182/71, Article 3(1) and (2)(a)."""
    day = length(24, "hours")
    assert end_of(at("2026-03-02T10:20"), day, counting="eu_periods") == at("2026-03-03T11:00")
    assert end_of(at("2026-03-02T10:20"), day, counting="exact") == at("2026-03-03T10:20")


@pytest.mark.parametrize(
    ("begins", "amount", "unit", "ends"),
    [
        ("2028-02-28T12:00", 1, "days", "2028-02-29"),
        ("2028-02-29T12:00", 1, "years", "2029-02-28"),
        ("2026-01-31T12:00", 1, "months", "2026-03-02"),  # 28 February is a Saturday
        ("2026-12-24T12:00", 5, "working_days", "2027-01-04"),
        ("2026-11-02T12:00", 2, "weeks", "2026-11-16"),
    ],
)
def test_whole_days_over_leap_days_year_ends_and_weekends(begins: str, amount: int, unit: str, ends: str) -> None:
    found = end_of(at(begins, BERLIN), length(amount, unit), zone="Europe/Berlin", holidays="DE", counting="whole_days")
    assert found == day_ends(ends, BERLIN)


def test_an_hour_that_clocks_skip_is_read_as_if_they_had_not() -> None:
    """02:30 on 29 March 2026 does not exist in Berlin: it is 03:30 by the new time."""
    found = end_of(at("2026-03-28T02:30", BERLIN), length(1, "days"), zone="Europe/Berlin", counting="exact")
    assert found == at("2026-03-29T01:30")


# --- clocks that change, days that are missing ---------------------------------------------------------
@pytest.mark.parametrize(
    ("noticed", "warning"),
    [
        # 24 hours are 24 hours: an hour later by the clock on the day on which it is put forward, sooner when put back.
        ("2026-03-28T12:00", "2026-03-29T13:00"),
        ("2026-10-24T12:00", "2026-10-25T11:00"),
        ("2028-02-28T12:00", "2028-02-29T12:00"),
        ("2026-12-31T23:30", "2027-01-01T23:30"),
    ],
)
def test_hours_of_nis2_pass_whatever_clocks_and_calendars_do(noticed: str, warning: str) -> None:
    found = due("nis2", at(noticed, BERLIN))["early_warning"]
    assert found.due_at == at(noticed, BERLIN).astimezone(UTC) + timedelta(hours=24)
    assert found.due_at == at(warning, BERLIN)


def test_the_hour_that_comes_twice_counts_from_the_one_that_was_meant() -> None:
    """On 25 October 2026, 02:30 comes twice in Berlin, an hour apart; so does what is due 24 hours later."""
    first, second = at("2026-10-25T00:30"), at("2026-10-25T01:30")
    assert first.astimezone(BERLIN).replace(tzinfo=None) == second.astimezone(BERLIN).replace(tzinfo=None)
    apart = due("nis2", second)["early_warning"].due_at - due("nis2", first)["early_warning"].due_at
    assert apart == HOUR


@pytest.mark.parametrize(
    ("resolved", "final"),
    [
        ("2028-01-15T10:00", "2028-03-15T10:00"),  # over 29 February: 60 days, and not two months
        ("2027-01-15T10:00", "2027-03-16T10:00"),
        ("2026-11-20T10:00", "2027-01-19T10:00"),  # over the end of the year
    ],
)
def test_sixty_days_of_the_code_of_practice_are_days_and_no_months(resolved: str, final: str) -> None:
    brussels = ZoneInfo("Europe/Brussels")
    noticed = at("2026-05-04T10:00", brussels)
    found = due("gpai_code", noticed, "death", filed={"report": noticed}, resolved=at(resolved, brussels))
    assert found["final"].due_at == at(final, brussels)


def test_twenty_four_hours_of_california_are_no_day_by_the_clock() -> None:
    """On 8 March 2026 clocks there are put forward."""
    found = due("sb53_imminent", at("2026-03-07T12:00", PACIFIC), "imminent")["disclosure"]
    assert found.due_at == at("2026-03-08T13:00", PACIFIC)


def test_three_working_days_over_christmas_are_those_of_the_recipient() -> None:
    """25 December 2026 is a Friday: in Germany the 26th is a holiday too, and then comes Sunday."""
    noticed = at("2026-12-23T10:00", BERLIN)
    found = due("scheme_other", noticed, severity="low")["notification"]
    assert found.due_at.astimezone(BERLIN).date().isoformat() == "2026-12-29"
