"""A case's timeline, in pages and as a file: for its institution, and for whoever works on it at the desk."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from partners.access import get_own_application
from partners.models import Application
from partners.queries.timeline import (
    AUDIENCES,
    KINDS,
    Audience,
    Happened,
    as_seen,
    case_events,
    case_page,
    case_rows,
    tiers_for,
    unseen_by,
)
from portal.core.requests import PortalRequest
from portal.ui.tables import safe_cell

AT_THE_DESK = ("assessment", "screening", "copies")
"""Kinds of which an institution sees nothing."""
LONGEST = 18
"""Digits of an entry's number that are taken from an address."""


@require_safe
@login_required
def timeline(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Everything that the institution may know of its application."""
    actor = request.actor
    application = get_own_application(actor=actor, pk=pk)
    context = read(request, application, tiers_for(actor, own=True))
    if isinstance(context, HttpResponseBase):
        return context
    return render(request, "partners/application_timeline.html", {"application": application, **context})


def read(
    request: PortalRequest,
    application: Application,
    tiers: tuple[str, ...],
    *,
    audiences: bool = False,
    blind: bool = False,
) -> dict[str, Any] | HttpResponseBase:
    """What the address asks for: `?kind=`, `?seen=` where audiences may be chosen, `?before=`, or `?export=csv`.

    `tiers` are the viewer's own: an audience never adds to them. `blind`: without what other assessors filed.
    """
    given = request.GET
    audience = next((one for one in AUDIENCES if audiences and one.key == given.get("seen")), None)
    kind = given.get("kind", "") if given.get("kind", "") in KINDS else ""
    seen = tuple(tier for tier in (audience.tiers if audience else tiers) if tier in tiers)
    viewer = as_seen(request.actor, audience, application.institution_id)
    rows = case_events(application.pk, tiers=seen, kind=kind)
    if blind:
        rows = rows.exclude(unseen_by(request.actor))
    if given.get("export") == "csv":
        return export(application, case_rows(rows, viewer=viewer))
    before = given.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) <= LONGEST else None
    page = case_page(rows, viewer=viewer, before=number)
    base = {"tab": "timeline"} if audiences else {}
    return {
        "events": page.events,
        "kinds": _choices(base, kind, [("", _("Everything")), *_kinds(desk=audiences)], seen=audience),
        "audiences": _audiences(base, kind, audience) if audiences else [],
        "older": _url(base, kind, audience, before=page.older) if page.older else "",
        "newest": _url(base, kind, audience) if number is not None else "",
        "csv": _url(base, kind, audience, export="csv"),
    }


def _kinds(*, desk: bool) -> list[tuple[str, str]]:
    """Kinds of event in words: for an institution without those of which it sees none."""
    return [(key, str(label)) for key, (label, _verbs) in KINDS.items() if desk or key not in AT_THE_DESK]


def _choices(
    base: dict[str, str], now: str, choices: Iterable[tuple[str, str]], *, seen: Audience | None
) -> list[dict[str, Any]]:
    return [{"label": label, "url": _url(base, key, seen), "current": key == now} for key, label in choices]


def _audiences(base: dict[str, str], kind: str, now: Audience | None) -> list[dict[str, Any]]:
    choices: list[tuple[Audience | None, str]] = [(None, _("All that you may see"))]
    choices += [(one, str(one.label)) for one in AUDIENCES]
    return [{"label": label, "url": _url(base, kind, one), "current": one is now} for one, label in choices]


def _url(base: dict[str, str], kind: str, audience: Audience | None, **more: object) -> str:
    query: dict[str, object] = {**base, **({"kind": kind} if kind else {})}
    if audience is not None:
        query["seen"] = audience.key
    return "?" + urlencode(query | more)


def export(application: Application, events: Iterable[Happened]) -> HttpResponseBase:
    """The events as a file for a spreadsheet, the oldest first."""
    response = StreamingHttpResponse(_lines(events), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{application.reference}-timeline.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _lines(events: Iterable[Happened]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf" + _line([_("Entry"), _("Time"), _("What"), _("Who"), _("Rulebook"), _("Deed")])
    for event in events:
        yield _line([event.seq, event.time.isoformat(), event.says, event.who, event.rule, event.verb])


def _line(cells: list[Any]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([safe_cell(cell) for cell in cells])
    return out.getvalue().encode()
