"""Searching cases: only in what one may read, the best first, with what was found.

Permissions are conditions of the query itself: neither what is found, nor how many, nor in which order depends on
anything that the person may not read.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.functions import Concat
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from partners.access import visible_cases
from partners.models import (
    Answer,
    Application,
    ApplicationUserObjectPermission,
    ConflictDeclaration,
    Recommendation,
    Revision,
    SearchDocument,
)
from partners.models.application import REVIEW
from partners.models.search import LANGUAGE
from partners.queries.spelling import near_words
from partners.rules.words import LEAST, MARKS, words
from portal.core.actors import Actor

MOST = 1000
"""Documents that are ranked: the newest that match."""
BEYOND_REVIEW = ("awaiting_signatures", "approved", "declined", "withdrawn")
"""States in which nobody assesses: whoever had to has filed."""
FEW = 10
"""With fewer documents found than this, of which a case has two or more, names are looked for by likeness too."""
LONGEST = 200
_REFERENCE = re.compile(r"[A-Za-z]?-?\d[\d-]{2,18}")
_PLAIN = re.compile(r"[\w\s]+")


@dataclass(frozen=True)
class Found:
    """What somebody searches, to narrow rows by and to mark in what they are shown. Nothing is searched by none.

    `exact` is what they wrote, `wider` the same with words that are spelt like theirs, where few documents have it.
    """

    actor: Actor
    reference: str = ""
    exact: SearchQuery | None = None
    wider: SearchQuery | None = None

    @property
    def query(self) -> SearchQuery | None:
        """All that is looked for."""
        return self.exact if self.exact is None or self.wider is None else self.exact | self.wider

    def among(self, rows: QuerySet[Application]) -> QuerySet[Application]:
        """The rows in which it occurs, the best first: in the statement of the rows itself, whatever their number.

        Each row's `in_all` is how many there are, beyond the page too.
        """
        query = self.query
        if self.exact is None or query is None:
            return rows.none()
        newest = _documents(self.actor, query).order_by("-application__submitted_at", "pk")
        if self.wider is not None:
            exactly = _has("vector", self.exact)
            newest = newest.annotate(exactly=exactly).order_by("-exactly", *newest.query.order_by)
        wanted = Q(search_documents__in=newest.values("pk")[:MOST])
        order = ["-rank", "-submitted_at", "pk"]
        if self.reference:
            named = visible_cases(Application.objects.filter(reference__icontains=self.reference), self.actor)
            rows = rows.annotate(named=_has("pk__in", named.values("pk")))
            wanted, order = wanted | Q(named=1), ["-named", *order]
        found = rows.filter(wanted).annotate(rank=Max(SearchRank(F("search_documents__vector"), query)))
        if self.wider is not None:
            as_written = Max(_has("search_documents__vector", self.exact))
            found, order = found.annotate(exactly=as_written), ["-exactly", *order]
        return found.annotate(in_all=Window(Count("*"))).order_by(*order)


def _has(field: str, wanted: Any) -> Case:
    """1 where the field has what is wanted, 0 where it has not: to sort by."""
    return Case(When(**{field: wanted}, then=1), default=0)


def readable_documents(actor: Actor) -> QuerySet[SearchDocument]:
    """What the actor may search: of cases that they see the name, and the rest once they declared no conflict.

    Never the content of a case that they wrote for the institution. A reviewer who is assigned searches the notes of
    others only once everybody assigned has recommended on what stands now, or the case has left review: until then
    assessors may be blind to each other.
    """
    me, of_case = actor.user_id, {"application": OuterRef("application")}
    clear = Exists(ConflictDeclaration.objects.filter(**of_case, by=me, conflict=False))
    wrote = Exists(Answer.objects.filter(**of_case, saved_by=me)) | Exists(
        Revision.objects.filter(Q(made_by=me) | Q(authors__contains=[me]), **of_case)
    )
    assigned = ApplicationUserObjectPermission.objects.filter(
        content_object=OuterRef("application"), permission__codename=REVIEW
    )
    newer = Revision.objects.filter(application=OuterRef("application"), number__gt=OuterRef("revision__number"))
    standing = Recommendation.objects.filter(~Exists(newer))
    writing = assigned.filter(
        ~Exists(standing.filter(application=OuterRef("content_object"), by=OuterRef("user"))),
    )
    reviews = Exists(assigned.filter(user=me))
    filed = Q(application__state__in=BEYOND_REVIEW) | (
        ~Q(Exists(writing)) & Q(Exists(standing.filter(**of_case, by=OuterRef("author"))))
    )
    opened = (
        Q(clear) & ~Q(wrote) & ~Q(application__started_by=me) & ~Q(application__submitted_by=me)
    )  # what rules.hands.no_conflict asks
    notes = Q(kind="notes") & (Q(author=me) | ~Q(reviews) | filed)
    visible = visible_cases(Application.objects.order_by(), actor).values("pk")
    return SearchDocument.objects.filter(application__in=visible).filter(
        Q(kind="name") | (opened & (Q(kind="case") | notes))
    )


def search_cases(actor: Actor, text: str) -> Found:
    """How to find the cases in which the text occurs, in what the actor may read. One query; `Found.among` finds them.

    The text is read as people write it on search pages: words, "phrases", or, and -without. It can hold anything.
    """
    text = text.replace("\x00", "").strip()[:LONGEST]
    if not text:
        return Found(actor)
    query = _query(text)
    enough = _documents(actor, query)[FEW - 1 : FEW]
    reference = text if _REFERENCE.fullmatch(text) else ""
    return Found(actor, reference, query, _by_likeness(text, enough))


def _documents(actor: Actor, query: SearchQuery) -> QuerySet[SearchDocument]:
    return readable_documents(actor).filter(vector=query)


def _query(text: str) -> SearchQuery:
    """As people write it; where it is plain words, the last may be the beginning of one."""
    query = SearchQuery(text, config=LANGUAGE, search_type="websearch")
    parts = text.split()
    if _PLAIN.fullmatch(text) and len(parts[-1]) >= LEAST and parts[-1].isalnum():
        begun = SearchQuery(f"{parts[-1]}:*", config=LANGUAGE, search_type="raw")
        rest = [SearchQuery(part, config=LANGUAGE) for part in parts[:-1]]
        return query | functools.reduce(operator.and_, rest, begun)
    return query


def _by_likeness(text: str, enough: QuerySet[SearchDocument]) -> SearchQuery | None:
    """Each word, or one of those that are spelt like it in names. None where there is none, or enough is found."""
    wanted = words(text)[:6]
    found = near_words(wanted, unless=enough)
    if not found:
        return None
    each = [
        functools.reduce(operator.or_, (SearchQuery(one, config=LANGUAGE) for one in (word, *found.get(word, []))))
        for word in wanted
    ]
    return functools.reduce(operator.and_, each)


def snippets(actor: Actor, found: Found, ids: Collection[UUID]) -> dict[UUID, SafeString]:
    """What was found in these cases, with the words marked: the best place of each. One query."""
    if found.query is None or not ids:
        return {}
    headline = SearchHeadline(
        Concat("aside", Value("\n"), "body", output_field=TextField()),
        found.query,
        config=LANGUAGE,
        start_sel=MARKS[0],
        stop_sel=MARKS[1],
        max_words=16,
        min_words=6,
        max_fragments=1,
    )
    rows = readable_documents(actor).filter(application__in=list(ids), vector=found.query).exclude(kind="name")
    ranked = rows.annotate(rank=SearchRank(F("vector"), found.query), found=headline).order_by("-rank", "pk")
    shown: dict[UUID, SafeString] = {}
    for row in ranked.values_list("application_id", "found"):
        if MARKS[0] in row[1]:
            shown.setdefault(row[0], marked(row[1]))
    return shown


def marked(text: str) -> SafeString:
    """The text escaped, its lines in one, with `<mark>` where the marks were."""
    line = " · ".join(part.strip() for part in text.splitlines() if part.strip())
    pieces = re.split("|".join(MARKS), line)
    shown = (format_html("<mark>{}</mark>", one) if at % 2 else one for at, one in enumerate(pieces))
    return format_html_join("", "{}", ((one,) for one in shown))


def to_be_indexed() -> QuerySet[Application]:
    """Sent applications that are not found by the name that their institution has now: renamed, or from before."""
    named = SearchDocument.objects.filter(
        application=OuterRef("pk"), kind="name", names__contains=OuterRef("institution__organisation__name")
    )
    rows = Application.objects.filter(~Exists(named), submitted_at__isnull=False)
    return rows.select_related("institution__organisation")
