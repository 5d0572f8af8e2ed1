"""Reminding providers that their consent is waited for."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from grants import notices
from grants.models import GrantRequest
from grants.queries.request import case_of
from portal.accounts.queries.people import people_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, refused
from portal.rulebook.queries import rules
from portal.workflow import as_deed, lock, record


@as_deed
def remind_providers(*, request: GrantRequest, by: Actor) -> GrantRequest:
    """Remind the providers that have not answered for every line, once for each of the rulebook's reminder days."""
    lock(request)
    now, sent = clock.now(), request.notice_sent
    left = request.consent_due - now if request.consent_due else timedelta()
    reached = [days for days in rules().consent.reminder_days if timedelta() < left <= timedelta(days=days)]
    due = min(reached, default=None)
    if due is None or (sent is not None and sent <= due):
        raise Conflict(refused(_("This was announced already."), code="not_due", rule="consent.reminder_days"))
    record(request, "remind", by=by, changes={"notice_sent": due}, detail={"days": due}, about=[request.institution_id])
    waiting = {item.line.release.provider_id for item in case_of(request).lines if item.waits_for_provider}
    for provider in sorted(waiting):
        notices.tell(
            notices.CONSENT_DUE,
            request,
            to=people_with("provider_staff", organisation_id=provider),
            key=f"consent_due:{due}:{request.consent_due:%Y%m%d}",
            url=reverse("grants:consents"),
            due=notices.moment(request.consent_due),
        )
    return request
