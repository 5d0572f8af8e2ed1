"""Where a figure can be followed down: to the list of the very rows that it counts, whatever its day and filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core import clock
from portal.core.verdicts import Text
from portal.dashboards.figures import Figure
from portal.dashboards.filters import Narrowed

ROWS: Mapping[str, tuple[str, Text]] = {
    "scope": ("lines", _("See the lines")),
    "flows": ("decisions", _("See the lines that were decided on")),
    "pace": ("time_to_decide", _("See the requests")),
    "refusals": ("decisions", _("See the lines that were decided on")),
    "consents": ("consents", _("See the answers")),
    "expiry": ("lines", _("See the lines")),
    "places": ("environments", _("See the environments")),
    "concentration": ("grants", _("See the grants")),
    "incidents": ("incidents", _("See the incidents")),
    "incidents_open": ("incidents_open", _("See the incidents")),
    "contain": ("time_to_contain", _("See the incidents")),
    "holds": ("holds", _("See the holds")),
    "acknowledged": ("holds_acknowledged", _("See the signals")),
    "ladder": ("ladder", _("See the partners")),
    "appeals": ("appeals", _("See the appeals")),
    "taken_back": ("taken_back", _("See what was taken back")),
    "audits": ("audits", _("See the audits")),
    "findings": ("findings", _("See the findings")),
    "finding_ages": ("finding_ages", _("See the findings")),
    "obligations": ("obligations", _("See the reports")),
    "controls": ("controls", _("See the tests")),
    "alerts": ("alerts", _("See the alerts")),
    "load": ("cases", _("See the cases")),
    "ages": ("case_ages", _("See the cases")),
    "stages": ("stage_days", _("See the stays")),
}
"""By figure the measure whose rows are listed behind it, and the words of the link."""
OF_TODAY: Mapping[str, str] = {"scope": "dashboards:lines", "expiry": "dashboards:lines", "holds": "dashboards:held"}
"""Figures with a list of its own that says more than what was counted, as at today."""


def followed(figure: Figure, narrowed: Narrowed) -> Figure:
    """The figure with its ways down: as a whole, and from each number of its table."""
    measure, words = ROWS[figure.key]
    own = OF_TODAY.get(figure.key) if narrowed.until == clock.today() else None
    if own:
        query = narrowed.query()
        url = reverse(own) + (f"?{query}" if query else "")
    else:
        url = f"{reverse('dashboards:rows', args=[measure])}?{urlencode(narrowed.address())}"
    return replace(figure, behind=(url, words), filters=narrowed.address())
