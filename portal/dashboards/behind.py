"""Where a figure can be followed down to its cases: the list that the reader's own role opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Text
from portal.dashboards.figures import Figure
from portal.dashboards.filters import Narrowed
from portal.dashboards.sights import READERS


class Way(NamedTuple):
    """`roles` open the list of that name; `query` is what the list is asked for; `narrows`: it knows our filters."""

    roles: tuple[str, ...]
    url_name: str
    words: Text
    query: str = ""
    narrows: bool = False


_LINES = (Way(READERS, "dashboards:lines", _("See the lines"), narrows=True),)
_INCIDENTS = (
    Way(("oversight_member", "provider_staff"), "audits:incidents", _("See the incidents")),
    Way(("case_officer", "signatory"), "admin:audits_incident_changelist", _("See the incidents")),
)
_DEADLINES = (
    Way(
        ("oversight_member", "provider_staff", "case_officer"),
        "audits:due",
        _("See the deadlines that are overdue"),
        "state=missed",
    ),
    *_INCIDENTS,
)
_HOLDS = (
    Way(
        ("oversight_member", "case_officer", "signatory", "auditor"),
        "dashboards:held",
        _("See the holds"),
        narrows=True,
    ),
    Way(("provider_staff",), "grants:holds", _("See the holds"), "stops=now"),
)
_APPEALS = (Way(("oversight_member", "signatory"), "audits:panel", _("See the appeals")),)
_DESK = ("case_officer",)
WAYS: Mapping[str, tuple[Way, ...]] = {
    "scope": _LINES,
    "expiry": _LINES,
    "concentration": _LINES,
    "flows": (Way(("case_officer", "signatory"), "admin:grants_grantrequest_changelist", _("See the requests")),),
    "consents": (Way(("provider_staff",), "grants:consents", _("See what you are asked")),),
    "places": (Way(_DESK, "admin:grants_environment_changelist", _("See the environments")),),
    "incidents": _INCIDENTS,
    "incidents_open": _DEADLINES,
    "contain": _INCIDENTS,
    "holds": _HOLDS,
    "acknowledged": (),
    "appeals": _APPEALS,
    "ladder": (Way(("case_officer", "signatory"), "admin:audits_enforcementcase_changelist", _("See the cases")),),
    "audits": (Way(("case_officer", "auditor"), "admin:audits_audit_changelist", _("See the audits")),),
    "findings": (Way(("case_officer", "auditor"), "admin:audits_finding_changelist", _("See the findings")),),
    "obligations": (Way(_DESK, "admin:audits_obligation_changelist", _("See the reports")),),
    "alerts": (Way(("case_officer", "auditor"), "audits:alerts", _("See the alerts")),),
    "load": (Way(("case_officer", "signatory"), "admin:partners_application_changelist", _("See the cases")),),
}
"""By figure, the first that the reader may open. Lists tell of today, so figures of a past day lead to none."""


def followed(figure: Figure, actor: Actor, narrowed: Narrowed) -> Figure:
    """The figure with its way down to the cases."""
    if narrowed.until != clock.today():
        return figure
    way = next((one for one in WAYS.get(figure.key, ()) if actor.has(*one.roles)), None)
    if way is None:
        return figure
    query = "&".join(filter(None, (way.query, narrowed.query() if way.narrows else "")))
    return replace(figure, behind=(reverse(way.url_name) + (f"?{query}" if query else ""), way.words))
