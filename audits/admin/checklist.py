"""The checklist on the desk: a family a page, saved control by control or all at once, by several auditors together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from audits.actions.fieldwork import Answer, Clash, add_note, record_what_fits
from audits.admin.base import CaseAdmin, asks
from audits.forms.checklist import ChecklistForm, Line, typed
from audits.models import Audit, Check, Finding, Result
from audits.queries.comparison import Before, before_of, open_findings
from audits.queries.notes import notes_counted
from audits.queries.pages import Family, Tally, family_of, tallies
from portal.core import clock
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.ui.forms import refuse
from portal.ui.templatetags.ui import clock_time
from portal.workflow import can

CHOICES = ("save", "both", "theirs")
"""What may be pressed at one control: save it, keep both texts after a clash, or keep the colleague's."""


@dataclass(frozen=True)
class Shown:
    """A control as the page shows it: its fields, how it fared last time, and what happened to it just now."""

    line: Line
    before: Before | None
    findings: list[Finding]
    notes: int
    clash: Clash | None = None
    saved: str = ""


@dataclass
class Page:
    """A family of the checklist, and what came of what was sent."""

    family: Family
    form: ChecklistForm
    clashes: dict[UUID, Clash] = field(default_factory=dict)
    saved: frozenset[UUID] = frozenset()


class ChecklistPages(CaseAdmin):
    """The checklist of an audit."""

    def checklist_urls(self) -> list[URLPattern]:
        """Addresses beneath the audit's."""
        view = self.admin_site.admin_view
        address = "<uuid:pk>/checklist/<uuid:group_pk>/"
        return [path(address, view(asks(self.checklist_view)), name="audits_audit_checklist")]

    def family_url(self, subject: Audit, family: Tally) -> str:
        """The page of one family."""
        return reverse("admin:audits_audit_checklist", args=[subject.pk, family.group_id])

    def checklist_view(self, request: PortalRequest, pk: Any, group_pk: Any) -> HttpResponse:
        """One family of the checklist."""
        subject = self.subject(request, pk)
        families = tallies(subject)
        place = next((n for n, family in enumerate(families) if family.group_id == group_pk), None)
        if place is None:
            return redirect(self.url_of(subject))
        require(can(subject, "test_controls", request.actor))
        family = family_of(subject, group_pk)
        if request.method != "POST":
            page = Page(family, ChecklistForm(checks=family.checks))
        elif pressed := _pressed(request, family):
            page = self._one(request, subject, family, *pressed)
            if request.headers.get("HX-Request"):
                return self._part(request, subject, page, pressed[1])
        else:
            page = self._all(request, subject, family)
            if not page.form.errors and not page.clashes:
                messages.success(request, _("Results recorded."))
                following = families[place + 1] if place + 1 < len(families) else None
                return redirect(self.family_url(subject, following) if following else self.url_of(subject))
        shown = {
            "title": family.group.title,
            "subject": subject,
            "family": family,
            "form": page.form,
            "controls": self._shown(subject, page),
            "number": place + 1,
            "count": len(families),
            "back": self.url_of(subject),
            **self._addresses(subject),
        }
        status = 409 if page.clashes else 200
        return render(request, "admin/audits/checklist.html", self.frame(request, subject) | shown, status=status)

    # --- what was sent ---
    def _all(self, request: PortalRequest, subject: Audit, family: Family) -> Page:
        """Every control of the family. What no colleague was quicker with is recorded."""
        form = ChecklistForm(request.POST, checks=family.checks)
        if not form.is_valid():
            return Page(family, form)
        try:
            clashes = record_what_fits(audit=subject, answers=form.answers(), by=request.actor)
        except Refused as error:
            refuse(form, error.verdict)
            return Page(family, form)
        return self._page(request, subject, family, clashes) if clashes else Page(family, form)

    def _one(self, request: PortalRequest, subject: Audit, family: Family, choice: str, check: Check) -> Page:
        """One control. What stands in the fields of the others stays there, saved or not."""
        form = ChecklistForm(request.POST, checks=[check])
        whole = ChecklistForm(request.POST, checks=family.checks)
        whole.errors.clear()  # what is wrong with the others is said when those are saved
        if not form.is_valid():
            whole.errors.update(form.errors)
            return Page(family, whole)
        try:
            clashes = self._record(request, subject, check, choice, form.answers())
        except Refused as error:
            refuse(whole, error.verdict)
            return Page(family, whole)
        return self._page(request, subject, family, clashes, only=check)

    def _record(
        self, request: PortalRequest, subject: Audit, check: Check, choice: str, answers: list[Answer]
    ) -> list[Clash]:
        if choice == "theirs":
            self._note_mine(request, subject, check, answers)
            return []
        if choice == "both" and answers:
            mine = answers[0]
            theirs = Check.objects.get(pk=check.pk).note
            together = "\n\n".join(filter(None, (theirs, mine.note)))[:4000]
            answers = [Answer(mine.check_id, mine.result, together, mine.version)]
        return record_what_fits(audit=subject, answers=answers, by=request.actor)

    def _note_mine(self, request: PortalRequest, subject: Audit, check: Check, answers: list[Answer]) -> None:
        """The colleague's result stays. Mine becomes a working note, so that nothing is lost."""
        for mine in answers:
            label = Result(mine.result).label
            add_note(audit=subject, tested=check, text=f"{label}. {mine.note}", by=request.actor)

    def _page(
        self, request: PortalRequest, subject: Audit, family: Family, clashes: list[Clash], only: Check | None = None
    ) -> Page:
        """The family as it stands now, with the words of mine that are not recorded."""
        now = family_of(subject, family.group.pk)
        late = {item.check.pk: item for item in clashes}
        asked = {check.pk for check in now.checks} if only is None else {only.pk}
        mine = [check for check in now.checks if check.pk in late or check.pk not in asked]
        words = typed(request.POST, mine)
        for item in clashes:  # whoever saves now has seen what stands there
            words[f"version_{item.check.pk.hex}"] = item.theirs.version
        form = ChecklistForm(checks=now.checks, initial=words)
        return Page(now, form, late, frozenset(asked - late.keys()) if only is not None else frozenset())

    # --- what is shown ---
    def _shown(self, subject: Audit, page: Page) -> list[Shown]:
        findings = open_findings(subject, page.family.group.pk)
        notes = notes_counted(subject, page.family.group.pk)
        moment = clock_time(clock.now())
        return [
            Shown(
                line,
                before_of(line.check),
                findings.get(line.check.control.oscal_id, []),
                notes.get(line.check.pk, 0),
                page.clashes.get(line.check.pk),
                moment if line.check.pk in page.saved else "",
            )
            for line in page.form.lines()
        ]

    def _part(self, request: PortalRequest, subject: Audit, page: Page, check: Check) -> HttpResponse:
        """The one control, to take the place of what was there."""
        shown = next(item for item in self._shown(subject, page) if item.line.check.pk == check.pk)
        context = {"shown": shown, "subject": subject, **self._addresses(subject)}
        return render(request, "admin/audits/control.html", context)

    def _addresses(self, subject: Audit) -> dict[str, str]:
        return {
            "notes_url": reverse("admin:audits_audit_notes", args=[subject.pk]),
            "ask_url": reverse("admin:audits_audit_ask", args=[subject.pk]),
            "finding_url": reverse("admin:audits_audit_finding", args=[subject.pk]),
        }


def _pressed(request: PortalRequest, family: Family) -> tuple[str, Check] | None:
    """Which button was pressed at which control; None where the whole page was sent."""
    known = {check.pk.hex: check for check in family.checks}
    found = ((choice, known.get(request.POST.get(choice, ""))) for choice in CHOICES)
    return next(((choice, check) for choice, check in found if check is not None), None)
