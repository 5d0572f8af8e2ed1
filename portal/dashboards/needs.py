"""What an oversight member should look at first: holds in force, and serious incidents that are not closed."""

from __future__ import annotations

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from audits.models import Incident
from grants.models import Hold
from grants.states import HOLD_STOPS
from portal.accounts import needs
from portal.accounts.needs import Need
from portal.core.actors import Actor
from portal.dashboards.queries.incidents import SERIOUS

ENDED = tuple(state.slug for state in Incident.TABLE.states if state.final)


def register_needs() -> None:
    """Called once, when the app is ready."""
    needs.register("oversight_member", "dashboards", for_oversight)


def for_oversight(actor: Actor) -> list[Need]:
    """Two queries."""
    holds = Hold.objects.filter(state__in=HOLD_STOPS).aggregate(count=Count("pk"), oldest=Min("placed_at"))
    serious = Incident.objects.filter(severity__in=SERIOUS).exclude(state__in=ENDED)
    open_ = serious.aggregate(count=Count("pk"), oldest=Min("reported_at"))
    url = reverse("dashboards:oversight")
    return [
        Need(open_["count"], _("serious incidents that are not closed"), url, open_["oldest"], tone="red"),
        Need(holds["count"], _("holds that stop access"), url, holds["oldest"], tone="amber"),
    ]
