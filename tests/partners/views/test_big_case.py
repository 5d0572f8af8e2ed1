"""A case with 60 questions, 40 documents and 300 entries in its timeline costs what a small one does."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, models
from django.urls import reverse

from partners.models import Evidence, Query, Revision
from portal.core.ids import new_id
from portal.workflow import deed, record
from tests.factories import partners as make
from tests.query_budget import queries_of
from tests.rollback import db
from tests.world import client_for

__all__ = ["db"]

MOST = 17
"""The tab of people takes the most: reviewers, declarations, and who was asked outside."""
TABS = ("summary", "answers", "evidence", "people", "screening", "assessment", "signatures", "timeline")
QUESTIONS, DOCUMENTS, ENTRIES = 60, 40, 300


@pytest.fixture(scope="module")
def counted(db: None) -> dict[str, tuple[list[str], list[str]]]:
    """What each tab, and the queue, asks of the small case and of the same case grown big."""
    made = make.assess(make.reviewed_application())
    make.answer(made, make.ask(made, "security"))
    client = client_for(made.officer)
    base = reverse("admin:partners_application_change", args=[made.application.pk])
    urls = {tab: f"{base}?tab={tab}" for tab in TABS} | {"queue": reverse("admin:partners_application_changelist")}
    for url in urls.values():
        client.get(url)  # what a process reads once and keeps
    small = {name: queries_of(client, url) for name, url in urls.items()}
    _grow(made)
    return {name: (small[name], queries_of(client, url)) for name, url in urls.items()}


def _grow(made: make.Cast) -> None:
    """Put the parts there as the deeds would have, without hours of asking."""
    asked = Query.objects.get(application=made.application)
    sent = Revision.objects.filter(application=made.application).latest("number")
    document = Evidence.objects.filter(institution=made.institution).earliest("pk")
    documents = list(_copies(document, DOCUMENTS))
    named = [{**sent.evidence[0], "id": str(row.pk)} for row in documents]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        models.QuerySet(Query).bulk_create(_copies(asked, QUESTIONS, lambda number: {"reference": f"F-{number}"}))
        models.QuerySet(Evidence).bulk_create(documents)
        models.QuerySet(Revision).filter(pk=sent.pk).update(evidence=named)
        cursor.execute("SET session_replication_role = origin")
    for number in range(ENTRIES):
        with deed():
            record(made.application, "declare", by=made.officer, says=f"Declared {number}", tier="authority")


def _copies(row: Any, count: int, more: Any = lambda number: {}) -> Iterator[Any]:
    for number in range(count):
        found = copy.copy(row)
        found.pk, found._state = new_id(), copy.copy(row._state)
        for name, value in more(number).items():
            setattr(found, name, value)
        yield found


@pytest.mark.parametrize("name", [*TABS, "queue"])
def test_a_big_case_costs_what_a_small_one_does(counted: dict[str, tuple[list[str], list[str]]], name: str) -> None:
    small, big = counted[name]
    told = "\n".join(sql[:200] for sql in big)
    assert len(big) == len(small), told
    assert len(big) <= MOST, told
