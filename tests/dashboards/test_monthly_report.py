"""The monthly report: made once for each month that is over, tagged, sealed, told to the board, verifiable by all."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.urls import reverse

from partners import files
from partners.rules.letter import written
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import Conflict
from portal.dashboards.actions.monthly_report import make_monthly_report
from portal.dashboards.models import MonthlyReport
from portal.dashboards.queries.monthly_report import digest_of, due_months, sections_of
from portal.dashboards.rollup.keep import keep_batch
from portal.dashboards.tasks import make_monthly_reports
from portal.ledger.models import Entry
from portal.notifications.models import Message, Notice
from portal.rulebook.durations import add_months
from tests.factories.accounts import make_member, make_organisation
from tests.factories.audits import Stage, reported_incident
from tests.world import client_for

URL = "/oversight/reports/"


@pytest.fixture
def member(stage: Stage) -> Actor:
    return make_member(make_organisation("oversight", jurisdiction="FR"), "oversight_member")


def kept() -> None:
    while keep_batch():
        pass


def next_month() -> date:
    return add_months(clock.today().replace(day=1), 1)


@pytest.fixture
def report(stage: Stage, member: Actor) -> MonthlyReport:
    reported_incident(stage, severity="high")
    month = clock.today().replace(day=1)
    with clock.at(clock.now() + timedelta(days=35)):
        kept()
        return make_monthly_report(month=month, by=SYSTEM)


def content(report: MonthlyReport) -> bytes:
    with files.stream(report.stored_name) as file:
        return file.read()


def test_it_is_tagged_and_each_picture_has_words(report: MonthlyReport) -> None:
    with pikepdf.open(BytesIO(content(report))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en"
        tags = [dict(one) for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") is not None]
    pictures = [one for one in tags if one["/S"] == "/Figure"]
    tables = [one for one in tags if one["/S"] == "/Table"]
    assert pictures
    assert all("The figures are in the table below." in str(one.get("/Alt")) for one in pictures)
    assert len(tables) >= len(pictures)


def test_it_is_sealed_and_can_be_checked_by_file_and_by_code(report: MonthlyReport) -> None:
    pdf = content(report)
    assert b"/ByteRange" in pdf
    letter = SimpleUploadedFile("r.pdf", pdf, content_type="application/pdf")
    page = Client().post(reverse("partners:verify"), {"letter": letter}).content.decode()
    assert "Monthly report to the oversight board" in page
    assert "Valid, and over the whole file" in page
    page = Client().get(reverse("partners:verify"), {"code": written(report.code)}).content.decode()
    assert "Monthly report to the oversight board" in page
    changed = SimpleUploadedFile("r.pdf", pdf + b" ", content_type="application/pdf")
    assert "was changed" in Client().post(reverse("partners:verify"), {"letter": changed}).content.decode()


def test_it_counts_what_happened_in_the_month(report: MonthlyReport, stage: Stage) -> None:
    sections = sections_of(report.month)
    figures = {one.key: one for section in sections for one in section.figures}
    drawn = figures["incidents"].chart
    assert drawn is not None
    assert sum(sum(one["values"]) for one in drawn["series"]) == 1
    assert digest_of(report.month, sections) == report.digest


def test_what_comes_later_does_not_change_what_it_tells(report: MonthlyReport, stage: Stage) -> None:
    with clock.at(clock.now() + timedelta(days=36)):
        reported_incident(stage, severity="critical")
        kept()
        assert digest_of(report.month, sections_of(report.month)) == report.digest


def test_no_partner_is_named(report: MonthlyReport, stage: Stage) -> None:
    told = str([one.rows for section in sections_of(report.month) for one in section.figures])
    assert str(stage.institution.name) not in told


def test_each_member_is_told_once_with_a_link(report: MonthlyReport, member: Actor) -> None:
    notice = Notice.objects.get(kind="monthly_report_made")
    assert (notice.recipient_id, notice.url) == (member.user_id, URL)
    assert Message.objects.filter(kind="monthly_report_made", to=member.user.email).count() == 1


def test_every_month_that_is_over_gets_one_also_after_days_without_a_worker(stage: Stage, member: Actor) -> None:
    first = clock.today().replace(day=1)
    assert first not in due_months()
    with clock.at(clock.now() + timedelta(days=65)):
        kept()
        over = due_months()
        assert over[-2:] == [first, add_months(first, 1)]
        assert make_monthly_reports()["done"] == len(over)
        assert make_monthly_reports()["done"] == 0
        assert due_months() == []
    assert list(MonthlyReport.objects.order_by("month").values_list("month", flat=True)) == over


def test_a_long_record_without_any_begins_with_the_last_months_and_then_leaves_none_out(stage: Stage) -> None:
    first = clock.today().replace(day=1)
    with clock.at(clock.now() + timedelta(days=400)):
        kept()
        over = due_months()
        assert over == [add_months(clock.today().replace(day=1), -ago) for ago in (3, 2, 1)]
        assert first not in over
        make_monthly_report(month=over[0], by=SYSTEM)
    with clock.at(clock.now() + timedelta(days=700)):
        kept()
        assert due_months() == [add_months(over[0], later) for later in range(1, len(due_months()) + 1)]
        assert len(due_months()) > 10


def test_a_month_waits_until_the_sums_have_it(stage: Stage, member: Actor) -> None:
    with clock.at(clock.now() + timedelta(days=35)):
        assert due_months() == []
        kept()
        assert due_months() != []


def test_the_second_worker_leaves_it_to_the_first(report: MonthlyReport) -> None:
    size = Entry.objects.count()
    with pytest.raises(Conflict):
        make_monthly_report(month=report.month, by=SYSTEM)
    assert (MonthlyReport.objects.count(), Entry.objects.count()) == (1, size)


def test_the_database_keeps_it_as_it_is(report: MonthlyReport) -> None:
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        MonthlyReport.objects.filter(pk=report.pk).update(month=report.month + timedelta(days=1))
    with pytest.raises(TypeError):
        report.delete()


def test_a_member_finds_and_takes_it(report: MonthlyReport, member: Actor) -> None:
    page = client_for(member).get(URL).content.decode()
    assert f"/oversight/reports/{report.pk}.pdf" in page
    answer = client_for(member).get(f"/oversight/reports/{report.pk}.pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="{report.reference.lower()}.pdf"'
    assert b"".join(answer.streaming_content) == content(report)  # type: ignore[attr-defined]


def test_nobody_else_takes_it(report: MonthlyReport, stage: Stage) -> None:
    staff = make_member(make_organisation("provider", jurisdiction="US"), "provider_staff")
    for actor in (stage.applicant, stage.officer, stage.signatory, stage.auditor, staff):
        for path in (URL, f"/oversight/reports/{report.pk}.pdf"):
            assert client_for(actor).get(path).status_code == 403
    assert Client().get(f"/oversight/reports/{report.pk}.pdf").status_code == 302
