"""The page of jobs: what the portal does by itself, and what it could not do."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.guards import for_roles
from portal.jobs.queries import signals, sweeps
from portal.notifications.actions.delivery import try_again
from portal.notifications.notify import ask_for_delivery
from portal.notifications.queries.delivery import failed_messages, outbox

SHOWN = 25


@require_safe
@for_roles("system_administrator")
def jobs(request: HttpRequest) -> HttpResponse:
    """Sweeps with their last and next run; mail that waits and mail that failed for good."""
    context = {"sweeps": sweeps(), "outbox": outbox(), "failed": failed_messages()[:SHOWN], "signals": signals()}
    return render(request, "jobs/jobs.html", context)


@require_POST
@for_roles("system_administrator")
def message_try_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Puts a failed message back into the outbox."""
    if try_again(pk=pk):
        ask_for_delivery([pk])
        messages.success(request, _("The message is in the outbox again."))
    else:
        messages.warning(request, _("This message is not one that failed, or its text is no longer kept."))
    return redirect("jobs")
