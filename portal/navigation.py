"""The masthead's entries, by role. An entry is shown only to roles that can open it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from portal.core.actors import Actor
from portal.core.verdicts import Text


@dataclass(frozen=True)
class Place:
    """One entry: its words, the name of its URL, the roles that see it, and the kind of body where that matters."""

    label: Text
    url_name: str
    roles: frozenset[str]
    kind: str = ""


PLACES: tuple[Place, ...] = (
    Place(_("Home"), "home", frozenset({"person"})),
    Place(_("Applications"), "partners:applications", frozenset({"applicant", "representative"})),
    Place(_("Documents"), "partners:documents", frozenset({"applicant"})),
    Place(_("People"), "partners:people", frozenset({"applicant", "administrator"}), kind="institution"),
    Place(_("Your access"), "partners:my_access", frozenset({"named_person"})),
    Place(_("Cases"), "admin:partners_application_changelist", frozenset({"case_officer", "reviewer", "signatory"})),
    Place(_("Screening"), "admin:partners_hit_changelist", frozenset({"case_officer"})),
    Place(
        _("Institutions"),
        "partners:institutions",
        frozenset({"case_officer", "signatory", "auditor", "oversight_member", "provider_staff"}),
    ),
    Place(_("Grants"), "grants:grants", frozenset({"applicant", "representative", "provider_staff"})),
    Place(_("Requests"), "grants:requests", frozenset({"applicant", "representative"})),
    Place(_("Environments"), "grants:environments", frozenset({"applicant"})),
    Place(_("Models"), "grants:models", frozenset({"provider_staff"})),
    Place(_("Consents"), "grants:consents", frozenset({"provider_staff"})),
    Place(_("Use"), "grants:uses", frozenset({"provider_staff"})),
    Place(_("Holds"), "grants:holds", frozenset({"provider_staff"})),
    Place(_("API clients"), "gateways", frozenset({"provider_staff", "administrator"}), kind="provider"),
    Place(_("Signals"), "grants:streams", frozenset({"provider_staff", "administrator"}), kind="provider"),
    Place(
        _("Grant requests"),
        "admin:grants_grantrequest_changelist",
        frozenset({"case_officer", "reviewer", "signatory"}),
    ),
    Place(_("Audits"), "audits:audits", frozenset({"applicant"})),
    Place(_("Incidents"), "audits:incidents", frozenset({"applicant", "provider_staff", "oversight_member"})),
    Place(_("Audits"), "admin:audits_audit_changelist", frozenset({"case_officer", "auditor"})),
    Place(_("Incidents"), "admin:audits_incident_changelist", frozenset({"case_officer", "signatory"})),
    Place(_("What you reported"), "audits:reported", frozenset({"auditor"})),
    Place(_("Appeals"), "audits:panel", frozenset({"signatory", "oversight_member"})),
    Place(_("Alerts"), "audits:alerts", frozenset({"case_officer", "auditor"})),
    Place(
        _("Oversight"),
        "dashboards:oversight",
        frozenset({"oversight_member", "case_officer", "signatory", "auditor", "provider_staff"}),
    ),
    Place(_("Jobs"), "jobs", frozenset({"system_administrator"})),
)


def entries_for(actor: Actor, path: str) -> list[dict[str, object]]:
    """The entries that the actor's roles see; `current` is the one whose address begins the path."""
    seen = [
        place for place in PLACES if not actor.roles.isdisjoint(place.roles) and place.kind in ("", actor.body_kind)
    ]
    entries: list[dict[str, object]] = []
    for place in seen:
        try:
            url = reverse(place.url_name)
        except NoReverseMatch:
            continue
        current = path == url if place.url_name == "home" else path.startswith(url)
        entries.append({"label": place.label, "url": url, "current": current})
    return entries
