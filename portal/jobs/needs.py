"""What needs a system administrator now: mail that failed for good, and sweeps that are late or fail."""

from __future__ import annotations

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts import needs
from portal.accounts.needs import Need
from portal.core.actors import Actor
from portal.jobs.queries import sweeps
from portal.notifications.queries.delivery import failed_messages


def register_needs() -> None:
    """Called once, when the app is ready."""
    needs.register("system_administrator", "jobs", for_system_administrator)


def for_system_administrator(actor: Actor) -> list[Need]:
    """Three queries."""
    failed = failed_messages().order_by().aggregate(count=Count("pk"), oldest=Min("created_at"))
    unwell = sum(sweep.state in ("late", "failing") for sweep in sweeps())
    return [
        Need(
            failed["count"],
            _("messages that could not be delivered"),
            reverse("jobs"),
            failed["oldest"],
            tone="red" if failed["count"] else "",
        ),
        Need(unwell, _("jobs that are late or fail"), reverse("jobs"), tone="red" if unwell else ""),
    ]
