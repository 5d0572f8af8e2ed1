"""What an oversight member should look at first: holds in force, and serious incidents that are not closed."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import ngettext_lazy

from audits.access import visible_incidents
from audits.models import Incident
from grants.models import Hold
from grants.states import HOLD_STOPS
from portal.accounts import needs
from portal.accounts.needs import Waiting
from portal.core.actors import Actor
from portal.dashboards.boards.incidents import SERIOUS

ENDED = ("duplicate", *(state.slug for state in Incident.TABLE.states if state.final))
"""A duplicate is worked on elsewhere, and counted there."""


def register_needs() -> None:
    """Called once, when the app is ready."""
    needs.register("oversight_member", "dashboards", for_oversight)


def for_oversight(actor: Actor) -> list[Waiting]:
    """Serious incidents under way, and holds in force."""
    return [
        Waiting(
            visible_incidents(Incident.objects.filter(severity__in=SERIOUS), actor).exclude(state__in=ENDED),
            ngettext_lazy("serious incident that is not closed", "serious incidents that are not closed"),
            reverse("audits:incidents"),
            key="incident",
            oldest="reported_at",
            tone="red",
        ),
        Waiting(
            Hold.objects.filter(state__in=HOLD_STOPS),
            ngettext_lazy("hold that stops access", "holds that stop access"),
            reverse("dashboards:held"),
            key="hold",
            oldest="placed_at",
            tone="amber",
        ),
    ]
