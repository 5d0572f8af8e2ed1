"""Many people by one file: upload, a report row by row of what would happen, and the confirmation."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from partners.access import keeps_people
from partners.actions.people_import import import_people
from partners.forms.person import ImportForm
from partners.models import Institution
from partners.queries.people_import import Report, drop_file, keep_file, kept_file, report_on
from partners.rules.people_csv import COLUMNS, MOST_BYTES, TOLD, Unreadable, read_sheet
from partners.rules.people_import import KINDS, not_too_many
from portal.core.requests import PortalRequest
from portal.core.verdicts import Conflict, Refused
from portal.ui.paging import BoundedPaginator
from portal.ui.tables import safe_cell

ROWS = 50
"""Rows of the report on one page."""
MOST_INVITED = 500
"""Invitations that one import sends at most: each is a mail, and all are written in one deed."""
EXAMPLE = (
    {
        "name": "Ada Berg", "email": "ada.berg@institute.example", "position": "Evaluation lead",
        "identity_checked_on": "2026-02-03", "identity_vouched_by": "Personnel Security, Anna Holm",
        "identity_reference": "HR-2026-17", "background_checked_on": "2026-02-10",
        "background_vouched_by": "National Vetting Office", "background_reference": "NVO 88-1204",
        "training_checked_on": "2026-03-01", "training_valid_until": "2027-02-28",
        "training_vouched_by": "Safety training unit", "training_reference": "Course S2",
    },
    {
        "name": "Tomas Havel", "email": "t.havel@contractor.example", "position": "Red-teaming",
        "employer": "Havel Security", "identity_checked_on": "2026-02-04",
        "identity_vouched_by": "Personnel Security, Anna Holm",
    },
)  # fmt: skip
"""Rows of the example file."""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def upload(request: PortalRequest) -> HttpResponse:
    """Upload the file. What can't be read at all is told here; else the report follows."""
    institution = keeps_people(request.actor)
    if institution is None:
        return redirect("partners:institution")
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content: bytes = form.cleaned_data["upload"].read(MOST_BYTES + 1)
        try:
            read_sheet(content)
        except Unreadable as error:
            form.add_error("upload", str(error))
        else:
            return redirect("partners:people_report", key=keep_file(content, request.actor))
    return render(request, "partners/people_import.html", {"form": form, "columns": COLUMNS.values()})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def report(request: PortalRequest, key: UUID) -> HttpResponse:
    """What the file would do, row by row; confirmed, it is done."""
    institution = keeps_people(request.actor)
    content = kept_file(key, request.actor)
    if institution is None or content is None:
        messages.warning(request, _("This file is no longer here, and nothing of it was imported. Upload it again."))
        return redirect("partners:people_import")
    if request.method == "POST":
        return _confirm(request, institution, key, content)
    found = report_on(institution, content, request.actor)
    if request.GET.get("export") == "problems":
        return _problems(content, found)
    return render(request, "partners/people_report.html", _context(request, found, key))


def _confirm(request: PortalRequest, institution: Institution, key: UUID, content: bytes) -> HttpResponse:
    invite = bool(request.POST.get("invite")) and request.actor.has("administrator")
    try:
        done = import_people(
            institution=institution, content=content, seen=request.POST.get("seen", ""), by=request.actor, invite=invite
        )
    except Conflict as error:
        messages.warning(request, str(error.verdict.reason))
        return redirect("partners:people_report", key=key)
    except Refused as error:
        messages.error(request, str(error.verdict.reason))
        return redirect("partners:people_report", key=key)
    drop_file(key, request.actor)
    new, changed = len(done.of("new")), len(done.of("changed"))
    left_out = len(done.of("problem"))
    said = _("Imported: %(new)s named, %(changed)s changed.") % {"new": new, "changed": changed}
    if left_out:
        said += " " + ngettext("%(n)s row was left out.", "%(n)s rows were left out.", left_out) % {"n": left_out}
    messages.success(request, said)
    return redirect("partners:people")


def _context(request: PortalRequest, found: Report, key: UUID) -> dict[str, Any]:
    counts = found.counts
    show = request.GET.get("show", "")
    rows = found.of(show) if show in KINDS else list(found.outcomes)
    labels = {
        "new": _("New"), "changed": _("Changed"), "unchanged": _("Unchanged"), "problem": _("With a problem"),
    }  # fmt: skip
    views = [{"label": _("All"), "url": "?", "count": len(found.outcomes), "current": show not in KINDS}]
    views += [
        {"label": labels[kind], "url": f"?show={kind}", "count": counts[kind], "current": show == kind}
        for kind in KINDS
        if counts[kind]
    ]
    return {
        "key": key,
        "report": found,
        "counts": counts,
        "verdict": not_too_many(counts["changed"]),
        "todo": counts["new"] + counts["changed"],
        "may_invite": 0 < counts["new"] <= MOST_INVITED and request.actor.has("administrator"),
        "views": views,
        "page_obj": BoundedPaginator(rows, ROWS).get_page(request.GET.get("page")),
    }


def _problems(content: bytes, found: Report) -> HttpResponse:
    """The rows with problems as a file of their own, with what is wrong in the last column."""
    wrong = {item.number: item for item in found.of("problem")}
    rows = [
        [*(row.cells.get(key, "") for key in COLUMNS), " ".join(wrong[row.number].says)]
        for row in read_sheet(content).rows
        if row.number in wrong
    ]
    return _csv("people-with-problems.csv", [*COLUMNS.values(), TOLD["problem"]], rows)


@require_safe
@login_required
def example(request: PortalRequest) -> HttpResponse:
    """A file to start from: every column, and two people."""
    keeps_people(request.actor)
    return _csv(
        "people-example.csv", list(COLUMNS.values()), [[row.get(key, "") for key in COLUMNS] for row in EXAMPLE]
    )


def _csv(name: str, heads: list[str], rows: list[list[str]]) -> HttpResponse:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([heads, *([safe_cell(cell) for cell in row] for row in rows)])
    response = HttpResponse(b"\xef\xbb\xbf" + buffer.getvalue().encode(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
