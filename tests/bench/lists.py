"""Lists of the portal over 100,000 rows, each against a bare table: the same rows and columns, as many queries.

The bare table has no filters, chips, links or tags: Django's own paginator and a plain template in the site's frame,
as whoever writes a page here begins. What it asks less than the list, it asks as rows by key. Against one without
even the frame, the ratio is told and has no target.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench import Row
from tests.bench.bulk import applications, notices, qualifications
from tests.bench.stack import database, plain_pages
from tests.bench.timing import compare

if TYPE_CHECKING:
    from django.test import Client

ROWS = 100_000
RATIO, QUERIES = 1.5, 12


@dataclass(frozen=True)
class Case:
    """A list, who opens it, and where."""

    name: str
    client: Client
    path: str


def run() -> list[Row]:
    """Two rows of the table for each list: the ratio, and the queries."""
    with database(), plain_pages():
        return [row for case in _cases() for row in measured(case, RATIO)]


def _cases() -> list[Case]:
    from django.test import Client

    from tests.factories.accounts import make_member, make_organisation
    from tests.factories.rulebook import founded_rulebook
    from tests.world import client_for

    founded_rulebook()
    authority = make_organisation("authority", "Bench authority", "NO")
    reviewer, officer = make_member(authority, "reviewer"), make_member(authority, "case_officer")
    applications(ROWS, authority=str(authority.pk), reviewer=str(reviewer.user_id), visible=1)
    qualifications(ROWS)
    notices(ROWS, recipient=str(officer.user_id))
    return [
        Case("public register", Client(), "/register/"),
        Case("institutions", client_for(officer), "/institutions/"),
        Case("institutions, searched", client_for(officer), "/institutions/?q=Institute+77"),
        Case("notices", client_for(officer), "/notices/"),
    ]


def measured(case: Case, most: float) -> list[Row]:
    """Three rows of the table: to a bare table (at most so many times), to one without a frame, and the queries."""
    queries = queries_of(case, case.path)
    ratio, times = _ratio(case, queries, "&framed=")
    without, other = _ratio(case, queries, "")
    return [
        Row(f"{case.name}: a page of {ROWS:,} rows to a bare table", times, f"≤ {most} ×", ratio <= most),
        Row(f"{case.name}: the same without a frame", other, "(told)", without > 0),
        Row(f"{case.name}: queries", str(queries), f"≤ {QUERIES}", queries <= QUERIES),
    ]


def _ratio(case: Case, queries: int, how: str) -> tuple[float, str]:
    """The list to the bare table that asks as many queries, and the two times in words."""
    bare = _bare(case, queries - queries_of(case, _bare(case, 0, how)), how)
    asked = queries_of(case, bare)
    if asked != queries:
        raise AssertionError(f"The bare table of {case.name} asks {asked} queries, the list {queries}.")
    ratio, ours, theirs = compare(lambda: page_of(case, case.path), lambda: page_of(case, bare))
    return ratio, f"{ratio:.2f} × ({ours:.0f} ms : {theirs:.0f} ms)"


def _bare(case: Case, more: int, how: str) -> str:
    return f"/bench/table{case.path}{'&' if '?' in case.path else '?'}more={more}{how}"


def queries_of(case: Case, address: str) -> int:
    """How many queries a page takes once it was opened before."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    page_of(case, address)
    with CaptureQueriesContext(connection) as queries:
        page_of(case, address)
    return len(queries)


def page_of(case: Case, address: str) -> None:
    """Open a page that has at least 25 rows."""
    answer = case.client.get(address)
    if answer.status_code != 200 or not answer.content.count(b"<tr") + answer.content.count(b"<li") > 25:
        raise AssertionError(f"{address} answered {answer.status_code} with too few rows")
