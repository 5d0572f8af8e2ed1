"""Ages of what waits, coverage of controls, and shares of partners: held against plain counts, on any day."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from audits.actions.catalogue import retire_catalogue
from audits.models import Catalogue, CheckResult, Control
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.dashboards.boards.ages import OPEN, WAITED, band_names, halfway
from portal.dashboards.boards.places import held_by_name, held_by_size
from portal.dashboards.figures import Figure
from portal.dashboards.rollup.read import standing
from portal.rulebook.queries import rules
from tests.dashboards.drawn import board_of, figure_of
from tests.factories import grants as make
from tests.factories import partners as make_partners
from tests.factories.audits import Stage, audit_in_fieldwork, finding_in, results_for_all


def column(figure: Figure, place: int) -> list[Any]:
    return [row[place] for row in figure.rows]


@pytest.mark.parametrize("firsts", [WAITED, OPEN])
def test_each_age_is_in_one_band(firsts: tuple[int, ...]) -> None:
    assert list(band_names(firsts)) == sorted(set(firsts))
    assert list(band_names(WAITED).values())[:2] == ["Under 7 days", "7 to 13 days"]
    assert list(band_names(OPEN).values())[-1] == "365 days or more"


@pytest.mark.parametrize("seed", range(20))
def test_the_middle_one_lies_in_the_band_that_is_named(seed: int) -> None:
    rng = random.Random(seed)
    ages = sorted(rng.randint(0, 400) for _one in range(rng.randint(1, 30)))
    counted = dict.fromkeys(WAITED, 0)
    for age in ages:
        counted[max(first for first in WAITED if first <= age)] += 1
    middle = ages[(len(ages) + 1) // 2 - 1]
    assert halfway(counted) == max(first for first in WAITED if first <= middle)


def test_a_case_grows_older_by_itself_and_past_days_stay(stage: Stage) -> None:
    make_partners.submitted_application()
    began, seen = clock.now(), {}
    for days, label in ((0, "Under 7 days"), (6, "Under 7 days"), (7, "7 to 13 days"), (91, "90 to 179 days")):
        with clock.at(began + timedelta(days=days)):
            board = board_of("ages")
            assert sum(column(figure_of("ages"), 2)) == sum(standing(board.narrowed, "cases")["cases"].values()) == 1
            row = figure_of("ages").rows[0]
            assert row[figure_of("ages").head.index(label)] == 1
            assert row[-1] == row[-2] == label
            seen[clock.today()] = row
            assert figure_of("ages").alarm == ("amber" if days > 90 else "")
    with clock.at(began + timedelta(days=400)):
        assert figure_of("ages").rows[0][-1] == "180 days or more"
        for day, row in seen.items():
            assert figure_of("ages", f"until={day.isoformat()}").rows[0] == row


def test_serious_findings_that_grow_old_are_an_alarm(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    for severity in ("critical", "low"):
        finding_in(audit, stage.auditor, severity=severity)
    assert figure_of("finding_ages").title == "Half of 2 open findings are less than 30 days old"
    with clock.at(clock.now() + timedelta(days=180)):
        figure = figure_of("finding_ages")
    assert figure.title == "2 of 2 open findings are 180 days old or more, 1 of them serious"
    assert (figure.alarm, column(figure, 1)) == ("amber", [1, 0, 0, 1])


def test_coverage_is_the_share_of_the_catalogue_that_was_tested(stage: Stage) -> None:
    for whose in (stage, None):
        own, audit = audit_in_fieldwork(whose)
        results_for_all(audit, own.auditor)
    tested = set(CheckResult.objects.values_list("subject__control", flat=True))
    figure = figure_of("controls")
    every = Control.objects.filter(catalogue__key=rules().audits.baseline, catalogue__state="current").count()
    assert (sum(column(figure, 1)), sum(column(figure, 2))) == (every, len(tested))
    assert sum(column(figure, 4)) == CheckResult.objects.count()
    assert f"({len(tested)} of {every})" in figure.title
    with clock.at(clock.now() + timedelta(days=366)):
        assert sum(column(figure_of("controls"), 2)) == 0
        assert sum(column(figure_of("controls"), 5)) == len(tested)


def test_a_catalogue_counts_for_the_days_on_which_it_was_in_force(stage: Stage) -> None:
    with clock.at(clock.now() + timedelta(days=2)):
        for catalogue in Catalogue.objects.filter(state="current"):
            retire_catalogue(catalogue=catalogue, by=SYSTEM)
        yesterday = clock.today() - timedelta(days=1)
        assert figure_of("controls").title == "No catalogue of controls is in force"
        assert "controls in force" in figure_of("controls", f"until={yesterday.isoformat()}").title


@pytest.mark.parametrize("seed", range(20))
def test_shares_by_size_are_those_by_name(seed: int) -> None:
    rng = random.Random(seed)
    held = {f"Partner {number}": rng.randint(1, 4) for number in range(rng.randint(0, 12))}
    sizes: dict[int, int] = {}
    for size in held.values():
        sizes[size] = sizes.get(size, 0) + 1
    one, other = held_by_name(held, {}), held_by_size(sizes)
    assert (one.shares, one.index, one.total) == (other.shares, other.index, other.total)


def test_two_of_one_name_are_two() -> None:
    held = held_by_name({"a": 3, "b": 1}, {"a": "Meridian 4.1", "b": "Meridian 4.1"})
    assert (held.total, held.index) == (4, 0.625)
    assert held.first == [("Meridian 4.1", 3), ("Meridian 4.1", 1)]


def test_the_largest_partners_are_told_with_their_share(stage: Stage) -> None:
    for _time in range(3):
        make.accept(make.issued_grant({}, made=stage.cast))
    make.grant_in_force()
    figure = figure_of("concentration")
    assert figure.title.endswith("; the 2 largest partners hold 100 %")
    partners = next(row for row in figure.rows if row[0] == "Partners, by grants in force")
    assert partners[1:5] == ["75 %", "25 %", "–", "0 %"]
    assert partners[5] == f"{0.75**2 + 0.25**2:.2f}"
