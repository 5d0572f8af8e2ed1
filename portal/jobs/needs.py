"""What needs a system administrator now: mail that failed for good, and sweeps that are late or fail."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import ngettext, ngettext_lazy

from portal.accounts import needs
from portal.accounts.needs import Need, Waiting
from portal.core.actors import Actor
from portal.jobs.queries import sweeps
from portal.notifications.queries.delivery import failed_messages


def register_needs() -> None:
    """Called once, when the app is ready."""
    needs.register("system_administrator", "jobs", for_system_administrator)


def for_system_administrator(actor: Actor) -> list[Waiting | Need]:
    """Two queries."""
    unwell = sum(sweep.state in ("late", "failing") for sweep in sweeps())
    failed = Waiting(
        failed_messages(),
        ngettext_lazy("message that could not be delivered", "messages that could not be delivered"),
        reverse("jobs"),
        oldest="created_at",
        tone="red",
    )
    late = ngettext("job that is late or fails", "jobs that are late or fail", unwell)
    return [failed, Need(unwell, late, reverse("jobs"), tone="red" if unwell else "")]
