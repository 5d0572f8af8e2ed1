"""The deed that makes the report on a month: counted, set, sealed, kept, and told to the oversight board."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from partners import files
from partners.rules.letter import new_code
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, refused
from portal.dashboards.models import MonthlyReport
from portal.dashboards.notices import report_made
from portal.dashboards.queries.monthly_report import digest_of, sections_of
from portal.dashboards.report.document import monthly_report
from portal.rulebook.queries import rules
from portal.seal.keys import fingerprint, seal_key
from portal.seal.pdf import seal_pdf
from portal.ui.documents import render_pdf
from portal.workflow import as_deed, create

LANGUAGE = "en"
REPORT_LOCK = 7_301_010
"""Advisory lock: while one worker makes a report, another leaves it to that one."""


@as_deed
def make_monthly_report(*, month: date, by: Actor) -> MonthlyReport:
    """`month` is its first day. Raises Conflict where another worker is at it or it is there."""
    _take(month)
    made, code, reference = clock.now(), new_code(), f"MR-{month:%Y-%m}"
    with translation.override(LANGUAGE):
        sections = sections_of(month)
        digest = digest_of(month, sections)
        said = monthly_report(month, reference, sections, digest=digest, made=made, code=code)
        kept = files.keep(_sealed(said, made), folder="reports")
    report = MonthlyReport(
        month=month,
        reference=reference,
        digest=digest,
        code=code,
        sha256=kept.sha256,
        sealed_by=fingerprint(seal_key().chain[0]),
        size=kept.size,
        stored_name=kept.stored_name,
        made_at=made,
    )
    detail = {"month": month, "digest": digest, "sha256": kept.sha256}
    create(report, "seal", by=by, rulebook=rules().version, detail=detail, tier="scheme")
    report_made(report)
    return report


def _take(month: date) -> None:
    """Have the lock until the deed ends, and the month still without a report."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [REPORT_LOCK])
        (mine,) = cursor.fetchone() or (False,)
    if not mine or MonthlyReport.objects.filter(month=month).exists():
        raise Conflict(refused(_("The report on this month is made already, or just now."), code="already_made"))


def _sealed(said: dict[str, Any], made: datetime) -> bytes:
    title = f"{said['title']} {said['number']}"
    content = render_pdf("monthly_report.typ", said, title=title, lang=LANGUAGE, at=made)
    return seal_pdf(content, at=made, reason=title, tooltip=_("Seal of the Trusted Partner Portal"))
