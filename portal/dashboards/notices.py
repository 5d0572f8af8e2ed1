"""Who hears of a monthly report: every member of the oversight board."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from portal.accounts.queries.people import members_with
from portal.dashboards.models import MonthlyReport
from portal.notifications.notify import NoticeKind, notify

MADE = NoticeKind(
    "monthly_report_made",
    _("The report on {month} is there"),
    _("It tells where access was granted, what went wrong and what is late, with the figures behind it ({reference})."),
    _("See the reports"),
)


def report_made(report: MonthlyReport) -> None:
    """That it can be read, once to each member."""
    notify(
        MADE,
        to=members_with("oversight_member"),
        context={"month": date_format(report.month, "F Y"), "reference": report.reference},
        url=reverse("dashboards:reports"),
        key=str(report.pk),
        about=report.pk,
    )
