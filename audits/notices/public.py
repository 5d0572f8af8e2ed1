"""Who hears of reports from the public."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.models import PublicReport
from audits.notices.telling import desk, officers
from portal.notifications.notify import NoticeKind, notify

RECEIVED = NoticeKind(
    "public_report_received",
    _("Somebody reported an incident: {reference}"),
    _("It came through the public form. Read it, then take it up or set it aside."),
    _("Read it"),
    urgent=True,
)
ANSWERED = NoticeKind(
    "public_report_answered", _("The reporter of {reference} wrote"), _("Read what is new."), _("Read it")
)


def public_report_received(report: PublicReport) -> None:
    _tell(RECEIVED, report, "")


def public_report_answered(report: PublicReport, number: int) -> None:
    _tell(ANSWERED, report, str(number))


def _tell(kind: NoticeKind, report: PublicReport, key: str) -> None:
    notify(
        kind,
        to=officers(report),
        context={"reference": report.reference},
        url=desk(report),
        key=f"{report.pk}:{key}",
        about=report.pk,
    )
