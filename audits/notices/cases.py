"""Who hears what about incidents and appeals."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from audits.deadlines import OVERSIGHT, PROVIDER
from audits.models import Incident, IncidentDeadline
from audits.notices.telling import desk, officers, page, partner, signatories, tell
from audits.queries.reported import in_words, reporters_of
from portal.accounts.models import User
from portal.accounts.queries.people import members_with
from portal.core.actors import Actor
from portal.notifications.notify import NoticeKind

REPORTED = NoticeKind(
    "incident_reported",
    _("Incident of severity “{severity}” at {institution}: {title}"),
    _("Set its severity and see what has to be done by when."),
    _("Triage it"),
    urgent=True,
)
RECEIVED = NoticeKind(
    "incident_received",
    _("Your report {reference} has arrived"),
    _("A case officer looks at it now. The page of the incident shows what has to be filed by when."),
    _("See the incident"),
)
UPDATED = NoticeKind(
    "incident_updated", _("News on incident {reference}"), _("{body} added to “{title}”."), _("Read it")
)
PROPOSED = NoticeKind(
    "hold_proposed",
    _("Stop access of {institution}? Incident {reference} is “{severity}”"),
    _("The rulebook proposes an emergency hold for “{title}”. One signatory places it, one of another body confirms."),
    _("Decide on a hold"),
    urgent=True,
)
RESOLVED = NoticeKind(
    "incident_resolved",
    _("Incident {reference} is resolved"),
    _("Cause and lessons are written down. Final reports are due now; then somebody else closes it."),
    _("See the incident"),
)
OVER = NoticeKind("incident_closed", _("Incident {reference} is over"), _("“{title}”: {state}."), _("See the incident"))
TO_REPORTER = NoticeKind(
    "incident_reporter", _("News on what you reported: {reference}"), _("{words}"), _("See what you reported")
)
FILED = NoticeKind("deadline_filed", _("{reference}: {label}"), _("{text}"), _("See the incident"))
NEAR = NoticeKind(
    "deadline_near",
    _("{reference}: “{label}” is due on {due}"),
    _("Nothing has been filed yet. Three quarters of the time have passed."),
    _("File it"),
    urgent=True,
)
MISSED = NoticeKind(
    "deadline_missed",
    _("{reference}: “{label}” was missed"),
    _("It was due on {due}. File it now; the record shows that it is late."),
    _("See the incident"),
    urgent=True,
)


def incident_reported(incident: Incident) -> None:
    words = {"severity": incident.get_severity_display(), "title": incident.title}
    tell(REPORTED, incident, officers(incident), desk(incident), **words)
    tell(RECEIVED, incident, partner(incident), page(incident))


def incident_updated(incident: Incident, by: Actor) -> None:
    """The other side hears of news."""
    from_partner = by.body_id == incident.institution_id
    to, url = (officers(incident), desk(incident)) if from_partner else (partner(incident), page(incident))
    key = str(incident.updates.count())
    tell(UPDATED, incident, to, url, key=key, body=by.body_name, title=incident.title)
    reporters_hear(incident, key=f"news:{key}")


def reporters_hear(incident: Incident, *, key: str) -> None:
    """Who reported it, or something that was merged into it, and hears of it neither as officer nor for the partner.

    They hear in words that tell nothing of the case itself, and find what they may read where they find their reports.
    """
    told = {user.pk for user in (*officers(incident), *partner(incident))}
    for row, reporter in reporters_of(incident):
        if reporter.pk not in told:
            words = str(in_words(row.state, incident.state))
            tell(TO_REPORTER, row, [reporter], reverse("audits:reported"), key=f"{incident.pk}:{key}", words=words)


def hold_proposed(incident: Incident) -> None:
    words = {"severity": incident.get_severity_display(), "title": incident.title}
    tell(PROPOSED, incident, signatories(), desk(incident), key=incident.severity, **words)


def incident_resolved(incident: Incident) -> None:
    tell(RESOLVED, incident, partner(incident), page(incident), key=f"{incident.resolved_at}")
    tell(RESOLVED, incident, officers(incident), desk(incident), key=f"{incident.resolved_at}")
    reporters_hear(incident, key=f"resolved:{incident.resolved_at}")


def incident_closed(incident: Incident) -> None:
    tell(OVER, incident, partner(incident), page(incident), title=incident.title, state=incident.state_label)
    reporters_hear(incident, key=incident.state)


def incident_merged(incident: Incident) -> None:
    """Who reported the one hears that it goes on with another."""
    reporters_hear(incident, key=f"merged:{incident.merged_at}")


def deadline_filed(deadline: IncidentDeadline, text: str) -> None:
    """What was filed reaches its recipient."""
    to, url = _recipients(deadline)
    tell(FILED, deadline.incident, to, url, key=str(deadline.pk), label=deadline.label, text=text[:1000])


def deadline_near(deadline: IncidentDeadline) -> None:
    to, url = _bound(deadline)
    tell(NEAR, deadline.incident, to, url, key=str(deadline.pk), label=deadline.label, due=_moment(deadline))


def deadline_missed(deadline: IncidentDeadline) -> None:
    to, url = _bound(deadline)
    words = {"label": deadline.label, "due": _moment(deadline)}
    tell(MISSED, deadline.incident, to, url, key=str(deadline.pk), **words)
    if deadline.duty != "authority":
        tell(
            MISSED,
            deadline.incident,
            officers(deadline.incident),
            desk(deadline.incident),
            key=str(deadline.pk),
            **words,
        )


def _bound(deadline: IncidentDeadline) -> tuple[Iterable[User], str]:
    """Whom the rule binds."""
    incident = deadline.incident
    if deadline.duty == "authority":
        return officers(incident), desk(incident)
    if deadline.duty == "provider" and incident.release is not None:
        return members_with("provider_staff", incident.release.provider_id), page(incident)
    return partner(incident), page(incident)


def _recipients(deadline: IncidentDeadline) -> tuple[Iterable[User], str]:
    incident = deadline.incident
    if deadline.recipient == PROVIDER and incident.release is not None:
        return members_with("provider_staff", incident.release.provider_id), page(incident)
    if deadline.recipient == OVERSIGHT:
        return members_with("oversight_member"), page(incident)
    return officers(incident), desk(incident)


def _moment(deadline: IncidentDeadline) -> str:
    return date_format(deadline.due_at, "DATETIME_FORMAT")
