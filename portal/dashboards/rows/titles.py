"""What the lists behind figures are called, and how long what is in them took."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext_lazy as _

from portal.core.verdicts import Text
from portal.dashboards.boards.words import duration

TITLES: Mapping[str, Text] = {
    "qualified": _("Trusted partners"),
    "holders": _("Partners with grants in force"),
    "ladder": _("Partners on the enforcement ladder"),
    "lines": _("Lines in force"),
    "lines_held": _("Lines in force that are held"),
    "lines_until": _("Lines by the month in which they end"),
    "grants": _("Grants"),
    "taken_back": _("What ended or shrank before its day"),
    "environments": _("Environments"),
    "holds": _("Holds that stop access"),
    "holds_placed": _("Holds that were placed"),
    "holds_acknowledged": _("Signals of holds that gateways acknowledged"),
    "incidents": _("Incidents that were reported"),
    "incidents_open": _("Incidents that are not closed"),
    "time_to_contain": _("Incidents that were contained"),
    "audits": _("Audits that are due, under way or late"),
    "audits_done": _("Audits that were closed"),
    "controls": _("Tests of controls"),
    "findings": _("Findings that are not settled"),
    "finding_ages": _("Findings that are not settled, by age"),
    "findings_recorded": _("Findings that were recorded"),
    "obligations": _("Reports that are owed"),
    "obligations_kept": _("Reports that were filed"),
    "alerts": _("Alerts that were raised"),
    "appeals": _("Appeals by state"),
    "appeals_decided": _("Appeals that ended"),
    "decisions": _("Lines that were decided on"),
    "consents": _("Lines that providers answered"),
    "time_to_decide": _("Requests that were decided"),
    "cases": _("Cases that are not decided"),
    "case_ages": _("Cases that are not decided, by the time in their stage"),
    "stage_days": _("Stays in a stage that ended"),
}
"""By measure."""
UNITS: Mapping[str, Callable[[int], str]] = {
    "time_to_decide": lambda value: duration(value, "working_days"),
    "stage_days": lambda value: duration(value, "working_days"),
    "time_to_contain": lambda value: duration(value, "hours"),
    "holds_acknowledged": lambda value: duration(value, "seconds"),
}
"""Of measures that count how long something took: the time in words."""
