"""Why access is permitted or not, in words for the partner: each conjunct, what came of it, what would change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from grants.models import Environment, GrantLine, Hold, Release
from grants.queries.decision import why
from grants.rules.codes import CODES
from grants.rules.decision import Decision, Question, Step
from partners.models import Person
from portal.core.verdicts import Text

MOST_PEOPLE = 200
"""People and environments to choose from; a partner with more finds the rest by the console of its provider."""
MOST_RELEASES = 300
REMEDIES: dict[str, Text] = {
    "authorities": _("An authority has to decide or lift this."),
    "the partner": _("Your institution can change this."),
    "the person": _("The person has to do this."),
    "the provider": _("The provider has to change this."),
    "the gateway": _("Ask for something else, or for less."),
    "nobody": _("This changes by itself."),
}
"""By who can change the answer (rules.codes)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One conjunct as the page tells it. `hold` is the hold that stops, where one does."""

    step: Step
    remedy: Text = ""
    hold: Hold | None = None

    @property
    def changes_on(self) -> Any:
        """When it changes by itself, if it does."""
        return self.step.stop.changes_on if self.step.stop else None


def told_why(question: Question) -> tuple[Decision, list[Shown]]:
    """The answer and its conjuncts. Three queries at most."""
    decision, steps = why(question)
    keys = [step.stop.hold.id for step in steps if step.stop and step.stop.hold]
    holds = {hold.pk: hold for hold in Hold.objects.filter(pk__in=keys)} if keys else {}
    return decision, [_shown(step, holds) for step in steps]


def _shown(step: Step, holds: dict[UUID, Hold]) -> Shown:
    if step.stop is None:
        return Shown(step)
    hold = holds.get(step.stop.hold.id) if step.stop.hold else None
    return Shown(step, REMEDIES.get(CODES[step.stop.code].who, ""), hold)


# --- what a partner can choose from ---------------------------------------------------------------
def releases_to_ask_about(institution_id: UUID) -> QuerySet[Release]:
    """Releases that the institution was ever granted, and those that are offered now."""
    granted = GrantLine.objects.filter(institution_id=institution_id).values("release_id")
    rows = Release.objects.select_related("model", "provider").order_by("provider__name", "model__name", "-id")
    found: QuerySet[Release] = rows.filter(Q(pk__in=granted) | Q(state="released"))
    return found


def environments_to_ask_about(institution_id: UUID) -> list[Environment]:
    """The institution's environments that are not closed."""
    rows = Environment.objects.filter(institution_id=institution_id).exclude(state="closed")
    return list(rows.order_by("name")[:MOST_PEOPLE])


def people_to_ask_about(institution_id: UUID) -> list[Person]:
    """The people whom the institution names."""
    rows = Person.objects.filter(institution_id=institution_id, state="named").order_by("name")
    return list(rows[:MOST_PEOPLE])
