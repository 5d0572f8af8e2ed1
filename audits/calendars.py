"""An auditor's audits as an iCalendar object (RFC 5545), for the calendar that they use anyway.

It leaves the portal and may lie with others: it says whom an audit concerns only once the partner knows of it, and
never why it is. All days are whole ones, for an audit has a day and no hour.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vDuration

from audits.models import Audit

PRODUCT = "-//Trusted Partner Portal//Audits//EN"
REFRESH = timedelta(hours=6)


def calendar_of(audits: Iterable[Audit], *, name: str, site: str) -> bytes:
    """The calendar; `site` is the portal's address without a slash at its end."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for audit in audits:
        calendar.add_component(_event(audit, site))
    return bytes(calendar.to_ical())


def _event(audit: Audit, site: str) -> Event:
    """One audit. A change of its day is a new version of the same event."""
    event = Event()
    event.add("uid", f"{audit.pk}@{site.partition('://')[2].partition(':')[0] or 'portal'}")
    event.add("dtstamp", _changed(audit))
    event.add("last-modified", _changed(audit))
    event.add("dtstart", audit.planned_for)
    event.add("dtend", audit.planned_for + timedelta(days=1))
    event.add("summary", _summary(audit))
    event.add("url", f"{site}/admin/audits/audit/{audit.pk}/change/")
    event.add("status", "TENTATIVE" if audit.state == "planned" else "CONFIRMED")
    event.add("class", "CONFIDENTIAL")
    event.add("transp", "OPAQUE" if audit.mode == Audit.Mode.VISIT else "TRANSPARENT")
    return event


def _summary(audit: Audit) -> str:
    facts = {"reference": audit.reference, "mode": audit.get_mode_display(), "institution": audit.institution}
    if audit.is_told:
        return _("Audit %(reference)s, %(mode)s: %(institution)s") % facts
    return _("Audit %(reference)s, %(mode)s: see the portal") % facts


def _changed(audit: Audit) -> datetime:
    """When the plan was made or told last. Readers of a feed take what it says now, whatever this says."""
    return max(filter(None, (audit.planned_at, audit.notified_at, audit.began_at))).replace(microsecond=0)
