"""Full-text search in 100,000 applications against a bare list of them: the stock changelist over the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench import Row
from tests.bench.bulk import applications, search_documents
from tests.bench.stack import database, plain_pages
from tests.bench.timing import compare

if TYPE_CHECKING:
    from django.test import Client

ROWS, VISIBLE = 100_000, 1_000
RATIO, QUERIES = 3.0, 12
QUEUE, STOCK = "/admin/partners/application/", "/stock/partners/application/"
WORDS = {
    "a word in one of a thousand": "calibration",
    "a word in one of ten": "sandbox",
    "three words": "sandbox calibration evaluation",
    "a word in all": "evaluation",
    "a misspelt name": "Trondwik",
    "a reference": f"A-B-{ROWS - 1}",
}


def run() -> list[Row]:
    """Each search to the bare list, for an officer who sees every case and a reviewer who sees one in a hundred."""
    with database(), plain_pages():
        officer, reviewer = _people()
        rows = [_measured("officer", officer, name, words) for name, words in WORDS.items()]
        rows += [_measured("reviewer", reviewer, name, words) for name, words in list(WORDS.items())[:4]]
        return [*rows, _queries(officer)]


def _people() -> tuple[Client, Client]:
    from tests.factories.accounts import make_member, make_organisation
    from tests.factories.rulebook import founded_rulebook
    from tests.world import client_for

    founded_rulebook()
    authority = make_organisation("authority", "Bench authority", "NO")
    officer, reviewer = make_member(authority, "case_officer"), make_member(authority, "reviewer")
    applications(ROWS, authority=str(authority.pk), reviewer=str(reviewer.user_id), visible=VISIBLE)
    search_documents(ROWS, clear=[str(officer.user_id), str(reviewer.user_id)], body=str(authority.pk))
    return client_for(officer), client_for(reviewer)


def _measured(who: str, client: Client, name: str, words: str) -> Row:
    _page(client, f"{QUEUE}?q={words.replace(' ', '+')}", found=True)
    ratio, ours, bare = compare(
        lambda: _page(client, f"{QUEUE}?q={words.replace(' ', '+')}", found=True),
        lambda: _page(client, STOCK, found=True),
        pairs=7,
    )
    return Row(
        f"search of {ROWS:,} applications by a {who}, {name}, to the bare list",
        f"{ratio:.2f} × ({ours:.0f} ms : {bare:.0f} ms)",
        f"≤ {RATIO:.0f} ×",
        ratio <= RATIO,
    )


def _queries(client: Client) -> Row:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        _page(client, f"{QUEUE}?q=Trondwik", found=True)
    return Row("search: queries where a name is misspelt", str(len(queries)), f"≤ {QUERIES}", len(queries) <= QUERIES)


def _page(client: Client, address: str, *, found: bool) -> None:
    answer = client.get(address)
    if answer.status_code != 200 or (b"A-B-" in answer.content) != found:
        raise AssertionError(
            f"{address} answered {answer.status_code}, and found {'nothing' if found else 'something'}"
        )
