"""What would stop if access were stopped because of an incident, and what was stopped because of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audits.models import Incident
from grants.models import GrantLine, GrantLinePerson, Hold
from grants.notices import describe
from grants.queries.stream import Heard, heard_by_hold
from grants.states import GRANT_LIVE
from partners.models import Person
from portal.accounts.models import Gateway
from portal.core.canonical import digest

PERSON = "person"


def hold_targets(incident: Incident) -> dict[str, tuple[str, Any]]:
    """What can be stopped because of an incident: kind → (words, the thing), the whole partner first."""
    found: dict[str, tuple[str, Any]] = {
        "partner": (_("All access of %(who)s") % {"who": incident.institution}, incident.institution)
    }
    if incident.grant is not None:
        found["grant"] = (_("Grant %(grant)s") % {"grant": incident.grant}, incident.grant)
    if incident.line is not None:
        found["line"] = (_("Line %(line)s only") % {"line": incident.line}, incident.line)
    if incident.environment is not None:
        found["environment"] = (_("Environment “%(name)s”") % {"name": incident.environment}, incident.environment)
    return found


@dataclass(frozen=True)
class Stops:
    """What a hold on one target stops: grants of which a line stops, lines, people who use them, gateways to tell."""

    grants: int
    lines: int
    people: int
    gateways: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """As the record keeps it."""
        numbers = {"grants": self.grants, "lines": self.lines, "people": self.people}
        return {**numbers, "gateways": len(self.gateways)}

    @property
    def words(self) -> str:
        """The same as a sentence, for whoever decides."""
        parts: tuple[str, ...] = (
            ngettext("%(n)s grant", "%(n)s grants", self.grants) % {"n": self.grants},
            ngettext("%(n)s line", "%(n)s lines", self.lines) % {"n": self.lines},
            ngettext("%(n)s person", "%(n)s people", self.people) % {"n": self.people},
        )
        if not self.lines:
            parts = parts[2:] if self.people else (_("nothing that is in force"),)
        told = ", ".join(self.gateways) or _("none")
        return _("Stops %(what)s. Gateways that are told: %(names)s.") % {"what": ", ".join(parts), "names": told}


@dataclass(frozen=True)
class Preview:
    """What each target of an incident would stop, by the target's kind, and a digest of all of it.

    The digest is over the lines, people and gateways themselves, so that one in place of another is a change too.
    """

    stops: Mapping[str, Stops]
    digest: str


def preview_of(incident: Incident) -> Preview:
    """What would stop as things stand now. Four queries, however many grants and people there are."""
    of = {"institution_id": incident.institution_id}
    live = GrantLine.objects.filter(**of, grant__state__in=GRANT_LIVE)
    lines = list(live.order_by("pk").values_list("pk", "grant_id", "environment_id", "provider_id"))
    people = set(Person.objects.filter(**of, state="named").values_list("pk", flat=True))
    users: dict[UUID, set[UUID]] = {}
    on_lines = GrantLinePerson.objects.filter(Exists(live.filter(pk=OuterRef("line"))))
    for line, person in on_lines.values_list("line_id", "person_id"):
        users.setdefault(line, set()).add(person)
    machines = Gateway.objects.filter(organisation__in=live.values("provider"), state="active")
    gateways = list(machines.order_by("name", "pk").values_list("pk", "name", "organisation_id"))

    def stopped(found: list[tuple[UUID, UUID, UUID, UUID]], who: set[UUID] | None = None) -> Stops:
        using = set[UUID]().union(*(users.get(row[0], people) for row in found)) & people if who is None else who
        providers = {row[3] for row in found}
        told = tuple(name for _pk, name, provider in gateways if provider in providers)
        return Stops(len({row[1] for row in found}), len(found), len(using), told)

    everything = stopped(lines, people)
    stops = {
        "partner": everything,
        "grant": stopped([row for row in lines if row[1] == incident.grant_id]),
        "line": stopped([row for row in lines if row[0] == incident.line_id]),
        "environment": stopped([row for row in lines if row[2] == incident.environment_id]),
        PERSON: Stops(0, 0, 1, everything.gateways),
    }
    content = [lines, sorted(people), sorted((line, sorted(who)) for line, who in users.items()), gateways]
    return Preview(stops, digest(_plain(content)))


def _plain(value: object) -> object:
    """The same with ids as text."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)


# --- what was stopped -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Held:
    """A hold that was placed because of an incident, and which gateways have acknowledged it (None: not told here)."""

    hold: Hold
    heard: list[Heard] | None = None

    @property
    def on(self) -> str:
        """What it is on, in words."""
        return describe(self.hold)


def placed_for(family: Collection[Incident], rows: QuerySet[Hold] | None = None) -> QuerySet[Hold]:
    """Holds placed because of the incident or what was merged into it, in turn; of `rows`, where one sees only some.

    No query where none was.
    """
    if not any(one.hold_id for one in family):
        return Hold.objects.none()
    known = Hold.objects.select_related(*SHOWN) if rows is None else rows
    of = {"institution__in": {one.institution_id for one in family}}
    found: QuerySet[Hold] = known.filter(**of, incident__in=[one.reference for one in family])
    return found.order_by("placed_at", "pk")


SHOWN = ("institution__organisation", "grant", "line__grant", "environment", "placed_body", "confirmed_body")


def held_for(holds: Iterable[Hold], provider_id: UUID | None = None) -> list[Held]:
    """The holds with what gateways acknowledged; of one provider alone where it is named. One query."""
    found = list(holds)
    heard = heard_by_hold([hold.pk for hold in found], provider_id) if found else {}
    return [Held(hold, heard.get(hold.pk, [])) for hold in found]
