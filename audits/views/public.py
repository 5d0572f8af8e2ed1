"""Pages for anybody: telling the authorities of an incident, and following up by code.

No account, no name, no session, no address is kept: what limits the rate is a hash that is gone within the hour.
The code is never part of an address, so that no history or log has it.
"""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audits.actions.public_report import answer_as_reporter, receive_report
from audits.forms.public import FollowUpForm, PublicReportForm, ReporterForm
from audits.models import PublicReport
from audits.queries.public_report import authorities, by_code, in_words
from partners.limits import Limit
from partners.rules.letter import written
from portal.core.verdicts import Refused
from portal.ui.forms import refuse

SENT = Limit("public-report", 6, timedelta(hours=1))
CODES = Limit("public-report-code", 20, timedelta(minutes=10))
asks = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@asks
def tell(request: HttpRequest) -> HttpResponse:
    """Tell of an incident. The answer to the form shows the code, once."""
    form = PublicReportForm(request.POST if request.method == "POST" else None, authorities=authorities())
    if request.method == "POST":
        if form.is_valid():
            if not SENT.takes(request):
                return _told(request, form, too_often=True)
            said = form.cleaned_data
            report, code = receive_report(
                authority=said["authority"], about=said["about"], happened=said["happened"], text=said["text"]
            )
            return render(request, "audits/public_sent.html", {"report": report, "code": written(code)})
        form.renewed()
    return _told(request, form)


def _told(request: HttpRequest, form: PublicReportForm, *, too_often: bool = False) -> HttpResponse:
    context = {"form": form, "too_often": too_often}
    return render(request, "audits/public_tell.html", context, status=429 if too_often else 200)


@never_cache
@asks
def follow_up(request: HttpRequest) -> HttpResponse:
    """How a report stands, and writing more, for whoever has its code."""
    form = FollowUpForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "audits/public_follow_up.html", {"form": form})
    if not CODES.takes(request):
        return render(request, "audits/public_follow_up.html", {"form": form, "too_often": True}, status=429)
    report = by_code(form.cleaned_data["code"])
    if report is None:
        return render(request, "audits/public_follow_up.html", {"form": form, "unknown": True})
    return _of_report(request, report, form.cleaned_data["code"])


def _of_report(request: HttpRequest, report: PublicReport, code: str) -> HttpResponse:
    more, sent = ReporterForm(request.POST if "text" in request.POST else None), False
    if more.is_bound and more.is_valid():
        try:
            answer_as_reporter(report=report, text=more.cleaned_data["text"])
        except Refused as error:
            refuse(more, error.verdict)
        else:
            more, sent = ReporterForm(), True
    context = {
        "report": report,
        "code": code,
        "standing": in_words(report),
        "messages_so_far": report.messages.order_by("written_at"),
        "more": more if report.state != "set_aside" else None,
        "sent": sent,
    }
    return render(request, "audits/public_report.html", context)
