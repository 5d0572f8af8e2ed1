"""Pages of the programme on the desk: the year, the load of each auditor, one's own calendar address, a sample."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audits.actions.audit import Manner, plan_audit
from audits.actions.calendar import active_feeds, issue_feed, revoke_feed
from audits.admin.base import CaseAdmin, asks
from audits.forms.programme import PlanAuditForm
from audits.models import Audit
from audits.queries.calendar import Load, loads, of_year
from audits.queries.planning import AUDITED
from audits.views.sample import as_file, draw_of, shown_of
from partners.access import require_role
from partners.models import Qualification
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused
from portal.ui.forms import refuse

YEARS_BACK, YEARS_AHEAD = 5, 5


class ProgrammePages(CaseAdmin):
    """What the desk has on the programme, beside the queue of audits and the page of one."""

    feed_roles: ClassVar = ("auditor",)
    plan_roles: ClassVar = ("case_officer",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("calendar/", view(require_safe(self.calendar_view)), name="audits_audit_calendar"),
            path("plan/", view(asks(self.plan_view)), name="audits_audit_plan"),
            path("feed/", view(asks(self.feed_view)), name="audits_audit_feed"),
            path("<uuid:pk>/sample/", view(require_safe(self.sample_view)), name="audits_audit_sample"),
            path("<uuid:pk>/sample.json", view(require_safe(self.sample_file_view)), name="audits_audit_sample_file"),
            *super().get_urls(),
        ]

    # --- the year ---
    def calendar_view(self, request: PortalRequest) -> HttpResponse:
        """A year by months, and the load of each auditor. `?year=`, `?auditor=`."""
        require_role(request.actor, *self.roles_view)
        actor, year = request.actor, _year(request.GET.get("year", ""))
        auditor = _uuid(request.GET.get("auditor", ""))
        here, people = reverse("admin:audits_audit_calendar"), loads(actor, year)
        shown = {
            "title": _("Audits of %(year)s") % {"year": year},
            "year": year,
            "earlier": f"{here}?year={year - 1}",
            "later": f"{here}?year={year + 1}",
            "months": [
                (month, [(audit, self.url_of(audit)) for audit in month.audits])
                for month in of_year(actor, year, auditor=auditor)
            ],
            "loads": [
                (load, f"{here}?year={year}&auditor={load.person.pk}" if load.person else "", _by_month(load, year))
                for load in people
            ],
            "of": next((load.person for load in people if load.person and load.person.pk == auditor), None),
            "everybody": f"{here}?year={year}",
            "plan_url": reverse("admin:audits_audit_plan") if actor.has(*self.plan_roles) else "",
            "feed_url": reverse("admin:audits_audit_feed") if actor.has(*self.feed_roles) else "",
        }
        return render(request, "admin/audits/calendar.html", self._frame(request) | shown)

    # --- by hand ---
    def plan_view(self, request: PortalRequest) -> HttpResponse:
        """Plan an audit for cause or a follow-up."""
        require_role(request.actor, *self.plan_roles)
        actor = request.actor
        live = Qualification.objects.filter(state__in=AUDITED, application__authority_id=actor.body_id)
        form = PlanAuditForm(request.POST if request.method == "POST" else None, qualifications=live)
        if request.method == "POST" and form.is_valid():
            try:
                audit = _planned(form.cleaned_data, actor)
            except Refused as error:
                refuse(form, error.verdict)
            else:
                messages.success(request, _("Audit planned."))
                return redirect(self.url_of(audit))
        move = Audit.TABLE.move("plan")
        shown = {
            "title": move.label,
            "move": move,
            "form": form,
            "page": {"lead": _("Periodic audits are planned by the portal itself.")},
            "back": reverse("admin:audits_audit_changelist"),
            "crumbs": [(_("Audits"), reverse("admin:audits_audit_changelist"))],
        }
        return render(request, "admin/audits/deed.html", self._frame(request) | shown)

    # --- one's own calendar ---
    def feed_view(self, request: PortalRequest) -> HttpResponse:
        """Make an address for one's calendar, or revoke it. The address is shown once, when it is made."""
        require_role(request.actor, *self.feed_roles)
        actor = request.actor
        feed, address = active_feeds(actor.user_id).first(), ""
        if request.method == "POST" and "revoke" in request.POST:
            if feed is not None:
                revoke_feed(feed=feed, by=actor)
                messages.success(request, _("The address answers nothing any more."))
            return redirect("admin:audits_audit_feed")
        if request.method == "POST":
            feed, token = issue_feed(by=actor)
            address = request.build_absolute_uri(reverse("audits:feed", args=[token]))
        shown = {"title": _("Your calendar"), "feed": feed, "address": address}
        response = render(request, "admin/audits/feed.html", self._frame(request) | shown)
        response["Cache-Control"] = "no-store"
        return response

    # --- a sample ---
    def sample_view(self, request: PortalRequest, pk: UUID) -> HttpResponse:
        """How the sample of one audit was drawn."""
        subject = self.subject(request, pk)
        shown = shown_of(draw_of(subject), reverse("admin:audits_audit_sample_file", args=[pk]))
        frame = {**self.frame(request, subject), "title": _("Sample"), "family": True, "back": self.url_of(subject)}
        return render(request, "admin/audits/sample.html", frame | shown)

    def sample_file_view(self, request: PortalRequest, pk: UUID) -> HttpResponse:
        """The file by which anybody draws it again."""
        return as_file(draw_of(self.subject(request, pk)))

    def _frame(self, request: PortalRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.model._meta}


def _planned(said: dict[str, Any], by: Actor) -> Audit:
    qualification: Qualification = said["qualification"]
    assert by.body_id is not None
    return plan_audit(
        institution_id=qualification.institution_id,
        authority_id=by.body_id,
        kind=said["kind"],
        tier=qualification.tier,
        planned_for=said["planned_for"],
        reason=said["reason"],
        by=by,
        manner=Manner(announced=not said["unannounced"], mode=said["mode"]),
    )


def _by_month(load: Load, year: int) -> list[tuple[date, int]]:
    """The first day of each month, for its name, and how many audits there are in it."""
    return [(date(year, number, 1), count) for number, count in enumerate(load.months, start=1)]


def _year(text: str) -> int:
    """The year asked for, or the present one; Http404 for one far away."""
    now = clock.today().year
    if not text:
        return now
    if not (text.isascii() and text.isdigit() and len(text) == 4 and -YEARS_BACK <= int(text) - now <= YEARS_AHEAD):
        raise Http404("No such year.")
    return int(text)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Http404("No such auditor.") from error
