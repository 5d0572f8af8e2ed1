"""Who hears of a report on an incident: whom it is for. What it says they read on the portal."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audits.deadlines import OVERSIGHT, PROVIDER
from audits.models import IncidentReport
from audits.notices.telling import desk, officers, tell
from portal.accounts.queries.people import members_with
from portal.notifications.notify import NoticeKind

REPORT_FILED = NoticeKind(
    "incident_report_filed",
    _("{reference}: {label}"),
    _("A report was filed to you, marked {marking}. Read it on the portal, and pass it on only as its marking allows."),
    _("Read it"),
)


def incident_report_filed(report: IncidentReport) -> None:
    """Its recipient hears that it is there; the authority on the case, where the recipient has no part in the portal.

    The notice says nothing of the incident, for the recipient may read the report and still not the incident.
    """
    incident, deadline = report.incident, report.deadline
    page = reverse("audits:incident_document", args=[incident.pk, report.pk])
    if deadline.recipient == PROVIDER and incident.release is not None:
        to, url = list(members_with("provider_staff", incident.release.provider_id)), page
    elif deadline.recipient == OVERSIGHT:
        to, url = list(members_with("oversight_member")), page
    else:
        to, url = officers(incident), desk(incident)
    tell(
        REPORT_FILED,
        incident,
        to,
        url,
        key=str(report.pk),
        label=deadline.label,
        marking=report.get_marking_display(),
    )
