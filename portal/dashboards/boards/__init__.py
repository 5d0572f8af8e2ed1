"""The boards: which figures are on which, what each of them reads, and to whom it may be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.utils.translation import gettext_lazy as _

from portal.core.verdicts import Text
from portal.dashboards.boards import ages, assurance, controls, enforcement, flows, incidents, places, scope, work
from portal.dashboards.boards.board import Board, Reads, reads
from portal.dashboards.figures import Figure
from portal.dashboards.sights import Sight


@dataclass(frozen=True)
class Drawn:
    """A figure of a board. `of_models`: it knows providers and releases. `secret`: providers never see it."""

    key: str
    make: Callable[[Board], Figure]
    reads: Reads
    of_models: bool = False
    secret: bool = False
    wide: bool = False

    def is_told(self, sight: Sight, *, by_model: bool) -> bool:
        """Whether the figure can be told to the reader, and narrowed by provider or release where that is asked."""
        return (self.of_models or not by_model) and not (self.secret and sight.provider)


@dataclass(frozen=True)
class Page:
    """One board: the question that it answers, and its figures in the order of the page."""

    key: str
    label: Text
    question: Text
    figures: tuple[Drawn, ...]


PAGES = (
    Page(
        "scope",
        _("Scope"),
        _("Who may do what with which model, and do the countries treat each other alike?"),
        (
            Drawn("scope", scope.scope_in_force, reads(standing="lines lines_held"), of_models=True, wide=True),
            Drawn("flows", flows.who_grants_to_whom, reads(happened="decisions"), of_models=True, wide=True),
            Drawn("pace", flows.how_long_it_takes, reads(spread="time_to_decide"), of_models=True),
            Drawn("refusals", flows.why_refused, reads(happened="decisions"), of_models=True),
            Drawn("consents", flows.who_consents, reads(happened="consents"), of_models=True),
            Drawn("expiry", scope.expiry_ahead, reads(standing="lines lines_until"), of_models=True),
            Drawn("places", places.environments_by_country, reads(standing="environments"), wide=True),
            Drawn("concentration", places.concentration, reads(standing="grants lines holders qualified"), wide=True),
        ),
    ),
    Page(
        "incidents",
        _("Incidents and enforcement"),
        _("What went wrong, and what was done about it?"),
        (
            Drawn("incidents", incidents.incidents_over_time, reads(happened="incidents"), of_models=True, wide=True),
            Drawn("incidents_open", incidents.open_incidents, reads(standing="incidents_open"), of_models=True),
            Drawn("contain", incidents.time_to_contain, reads(spread="time_to_contain"), of_models=True),
            Drawn(
                "holds", enforcement.holds_in_force, reads(standing="holds", happened="holds_placed"), of_models=True
            ),
            Drawn("acknowledged", incidents.acknowledgements, reads(spread="holds_acknowledged"), of_models=True),
            Drawn("ladder", enforcement.ladder_positions, reads(standing="ladder")),
            Drawn("appeals", enforcement.appeals, reads(standing="appeals", happened="appeals_decided")),
            Drawn("taken_back", scope.taken_back, reads(happened="taken_back"), of_models=True, wide=True),
        ),
    ),
    Page(
        "assurance",
        _("Assurance"),
        _("Is what was promised checked, and is it kept?"),
        (
            Drawn("audits", assurance.audits_by_authority, reads(standing="audits", happened="audits_done")),
            Drawn("findings", assurance.findings_open, reads(standing="findings", happened="findings_recorded")),
            Drawn("finding_ages", ages.finding_ages, reads(standing="finding_ages")),
            Drawn("obligations", assurance.reports_kept, reads(standing="obligations", happened="obligations_kept")),
            Drawn("controls", controls.controls_covered, reads(spread="controls"), wide=True),
            Drawn(
                "alerts",
                assurance.alerts_and_false_alarms,
                reads(happened="alerts"),
                of_models=True,
                secret=True,
                wide=True,
            ),
        ),
    ),
    Page(
        "work",
        _("Work"),
        _("Where do cases wait, and how long?"),
        (
            Drawn("load", work.load, reads(standing="cases"), wide=True),
            Drawn("ages", ages.queue_ages, reads(standing="case_ages"), wide=True),
            Drawn("stages", work.stage_times, reads(spread="stage_days"), wide=True),
        ),
    ),
)
"""In the order of the tabs."""
BY_KEY: Mapping[str, Page] = {page.key: page for page in PAGES}
DRAWN: Mapping[str, Drawn] = {one.key: one for page in PAGES for one in page.figures}
"""Every figure. Its key is also its place in the address of an export."""
PAGE_OF: Mapping[str, Page] = {one.key: page for page in PAGES for one in page.figures}
ALL = reduce(or_, (one.reads for one in DRAWN.values()))


def told(page: Page, sight: Sight, *, by_model: bool = False) -> tuple[Drawn, ...]:
    """The figures of a board that the reader sees; narrowed by provider or release only those that know these."""
    return tuple(one for one in page.figures if one.is_told(sight, by_model=by_model or bool(sight.provider)))


def pages_for(sight: Sight) -> tuple[Page, ...]:
    """The boards on which there is anything for the reader."""
    return tuple(page for page in PAGES if told(page, sight))


__all__ = ["ALL", "BY_KEY", "DRAWN", "PAGES", "PAGE_OF", "Board", "Drawn", "Page", "Reads", "pages_for", "told"]
