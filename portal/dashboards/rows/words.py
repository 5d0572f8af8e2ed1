"""Groups and columns of measures in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.models import Severity
from audits.models.alert import AlertKind
from audits.models.audit import Result
from audits.queries.ladder import LADDER
from audits.states.appeal import APPEAL
from grants.models import Grant
from grants.states_places import ENVIRONMENT
from portal.accounts.models.organisation import jurisdiction_name
from portal.dashboards.boards.ages import OPEN, WAITED, band_names
from portal.dashboards.boards.controls import EACH, FAMILY
from portal.dashboards.boards.flows import ARROW, reasons_of
from portal.dashboards.boards.places import THERE
from portal.dashboards.boards.work import stages
from portal.dashboards.queries.controls import families_at
from portal.dashboards.queries.offered import Offered
from portal.rulebook.schema import Rulebook

Words = Callable[[str], str]
_HOLDS = {
    "partner": gettext_lazy("All access of a partner"),
    "grant": gettext_lazy("A grant"),
    "line": gettext_lazy("A line"),
    "environment": gettext_lazy("An environment"),
    "person": gettext_lazy("A person"),
}
_COLUMNS: Mapping[str, Mapping[str, Any]] = {
    "holds": {"waiting": gettext_lazy("Waits to be confirmed"), "confirmed": gettext_lazy("Confirmed")},
    "incidents_open": {"in_time": gettext_lazy("Within its deadlines"), "late": gettext_lazy("Late")},
    "audits": {
        "due": gettext_lazy("Due within 90 days"),
        "running": gettext_lazy("Under way"),
        "late": gettext_lazy("Late"),
    },
    "findings": {"open": gettext_lazy("In time"), "overdue": gettext_lazy("Overdue")},
    "obligations": {"waiting": gettext_lazy("Not yet due"), "late": gettext_lazy("Overdue")},
    "obligations_kept": {"in_time": gettext_lazy("Filed in time"), "late": gettext_lazy("Filed late")},
    "alerts": {
        "incident": gettext_lazy("Became an incident"),
        "nothing": gettext_lazy("False alarm"),
        "in_question": gettext_lazy("In question"),
        "raised": gettext_lazy("Not yet looked at"),
    },
    "consents": {"consented": gettext_lazy("Consented"), "declined": gettext_lazy("Declined")},
    "taken_back": {
        "narrowed": gettext_lazy("Line narrowed by an authority"),
        "revoked": gettext_lazy("Grant revoked by an authority"),
        "withdrawn": gettext_lazy("Consent withdrawn by a provider"),
        "given_back": gettext_lazy("Line given back by the partner"),
        "surrendered": gettext_lazy("Grant given back by the partner"),
    },
    "controls": dict(Result.choices) | {EACH: gettext_lazy("Each control once, by its latest test")},
    "ladder": {rung.value: rung.label for rung in LADDER} | {"running": gettext_lazy("Being heard")},
}


@dataclass
class Said:
    """Puts words to groups and columns of one measure."""

    measure: str
    book: Rulebook
    offered: Offered
    day: date

    def group(self, value: str) -> str:
        return self._group(value) if value else ""

    def column(self, value: str) -> str:
        return self._column(value) if value else ""

    def _group(self, value: str) -> str:
        match self.measure:
            case "qualified" | "environments":
                return jurisdiction_name(value)
            case "lines" | "lines_held":
                return self._called.get(value, _("A release that is not listed"))
            case "grants" | "audits" | "audits_done" | "cases":
                return self.offered.bodies.get(value, _("No authority"))
            case "holds" | "holds_placed":
                return str(_HOLDS.get(value, value))
            case "obligations" | "obligations_kept":
                kinds = {item.key: str(item.title) for item in self.book.obligations}
                return kinds.get(value, _plain(value))
            case "decisions" | "consents" | "time_to_decide":
                there, _sign, back = value.partition(">")
                return f"{jurisdiction_name(there)}{ARROW}{jurisdiction_name(back)}"
            case "alerts":
                return str(dict(AlertKind.choices).get(value, value))
            case "stage_days" | "case_ages":
                body, _colon, stage = value.partition(":")
                return f"{self.offered.bodies.get(body, _('No authority'))}: {stages().get(stage, stage)}"
            case "lines_until":
                return _("Ends in %(month)s") % {"month": _month(value)}
            case "controls" if value.startswith(FAMILY):
                return self._families.get(value.removeprefix(FAMILY), _("Not in the catalogue in force"))
            case "controls":
                return value.partition(":")[2]
        return str(dict(Severity.choices).get(value, _plain(value)))

    def _column(self, value: str) -> str:
        if self.measure in _COLUMNS:
            return str(_COLUMNS[self.measure].get(value, _plain(value)))
        match self.measure:
            case "lines" | "lines_held":
                uses = {item.key: str(item.label) for item in self.book.scope.use_cases}
                return uses.get(value, _plain(value))
            case "decisions":
                word, _colon, reason = value.partition(":")
                if word == "granted" or not reason:
                    return _("Granted") if word == "granted" else _("Refused")
                return _("Refused: %(reason)s") % {"reason": reasons_of(self.book).get(reason, _plain(reason))}
            case "cases":
                return stages().get(value, value)
            case "case_ages" | "finding_ages":
                names = band_names(WAITED if self.measure == "case_ages" else OPEN)
                return next((words for first, words in names.items() if str(first) == value), value)
            case "environments" if value == THERE:
                return _("Any state in which it is there")
            case "lines_until":
                return _("Begins in %(month)s") % {"month": _month(value)}
            case "grants" | "environments" | "appeals" | "appeals_decided":
                return self._states.get(value, _plain(value))
        return _plain(value)

    def month(self, month: date) -> str:
        """What a month says of the measure: when something happened, or at the end of which it still stands."""
        words = _("Still in force at the end of %(month)s") if self.measure == "lines_until" else "%(month)s"
        return words % {"month": date_format(month, "F Y")}

    @cached_property
    def _families(self) -> Mapping[str, str]:
        return {family.key: family.title for family in families_at(self.book.audits.baseline, self.day)}

    @cached_property
    def _called(self) -> Mapping[str, str]:
        return self.offered.called()

    @cached_property
    def _states(self) -> Mapping[str, str]:
        table = {"grants": Grant.TABLE, "environments": ENVIRONMENT}.get(self.measure, APPEAL)
        return {state.slug: str(state.label) for state in table.states}


def _month(said: str) -> str:
    """2027-03 in words; as it is, where an address says something else."""
    try:
        return date_format(date.fromisoformat(f"{said}-01"), "F Y")
    except ValueError:
        return said


def _plain(key: str) -> str:
    return key.replace("_", " ").capitalize()
