"""Searching cases: only in what one may read, the best first, with what was found.

Permissions are conditions of the query itself: neither what is found, nor how many, nor in which order depends on
anything that the person may not read.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db import connection
from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, TextField, UUIDField, Value
from django.db.models.expressions import RawSQL
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
from partners.rules.words import ALIKE, LEAST, MARKS, trigrams, words
from portal.core.actors import Actor

MOST = 1000
"""Documents that are ranked: the newest that match."""
BEYOND_REVIEW = ("awaiting_signatures", "approved", "declined", "withdrawn")
"""States in which nobody assesses: whoever had to has filed."""
FEW = 5
"""With fewer hits than this, names are looked for by likeness too."""
LONGEST = 200
_REFERENCE = re.compile(r"[A-Za-z]?-?\d[\d-]{2,18}")
_PLAIN = re.compile(r"[\w\s]+")


@dataclass(frozen=True)
class Found:
    """What was found: ids of applications, the best first, and the query that found them, for the snippets."""

    ids: list[UUID] = field(default_factory=list)
    query: SearchQuery | None = None


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
    """The cases in which the text occurs, in what the actor may read. One query; up to three more where few are found.

    The text is read as people write it on search pages: words, "phrases", or, and -without. It can hold anything.
    """
    text = text.replace("\x00", "").strip()[:LONGEST]
    if not text:
        return Found()
    query = _query(text)
    ids = _ranked(actor, query)
    if _REFERENCE.fullmatch(text):
        ids = list(dict.fromkeys([*_by_reference(actor, text), *ids]))
    if len(ids) < FEW and (wider := _by_likeness(text)) is not None:
        more = _ranked(actor, wider)
        if len(more) > len(ids):
            return Found(list(dict.fromkeys([*ids, *more])), query | wider)
    return Found(ids, query)


def _query(text: str) -> SearchQuery:
    """As people write it; where it is plain words, the last may be the beginning of one."""
    query = SearchQuery(text, config=LANGUAGE, search_type="websearch")
    parts = text.split()
    if _PLAIN.fullmatch(text) and len(parts[-1]) >= LEAST and parts[-1].isalnum():
        begun = SearchQuery(f"{parts[-1]}:*", config=LANGUAGE, search_type="raw")
        rest = [SearchQuery(part, config=LANGUAGE) for part in parts[:-1]]
        return query | functools.reduce(operator.and_, rest, begun)
    return query


def _ranked(actor: Actor, query: SearchQuery) -> list[UUID]:
    newest = readable_documents(actor).filter(vector=query).order_by("-application__submitted_at", "pk")
    rows = SearchDocument.objects.filter(pk__in=newest.values("pk")[:MOST]).annotate(
        rank=SearchRank(F("vector"), query)
    )
    ordered = rows.order_by("-rank", "-application__submitted_at", "pk").values_list("application_id", flat=True)
    return list(dict.fromkeys(ordered))


def _by_reference(actor: Actor, text: str) -> list[UUID]:
    rows = visible_cases(Application.objects.filter(reference__icontains=text), actor)
    return list(rows.order_by("-submitted_at", "pk").values_list("pk", flat=True)[:MOST])


def _by_likeness(text: str) -> SearchQuery | None:
    """Each word, or one of those that are spelt like it in names. None where there is none."""
    found = [(word, near_words(word)) for word in words(text)[:6]]
    if not any(near for _word, near in found):
        return None
    each = [
        functools.reduce(operator.or_, (SearchQuery(one, config=LANGUAGE) for one in (word, *near)))
        for word, near in found
    ]
    return functools.reduce(operator.and_, each)


def near_words(word: str, most: int = 6) -> list[str]:
    """Words of names that are spelt like that one, the likest first. One query, on the trigrams' index."""
    ours = trigrams(word)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT word FROM (
                SELECT word, cardinality(trigrams) AS size,
                    (SELECT count(*) FROM unnest(trigrams) one WHERE one = ANY(%(ours)s)) AS shared
                FROM partners_searchword WHERE trigrams && %(ours)s::varchar[] AND word <> %(word)s
            ) near
            WHERE shared >= %(alike)s * (size + %(count)s - shared)
            ORDER BY shared::float / (size + %(count)s - shared) DESC, word LIMIT %(most)s
            """,
            {"ours": ours, "word": word, "alike": ALIKE, "count": len(ours), "most": most},
        )
        return [row[0] for row in cursor.fetchall()]


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


def those(ids: Iterable[UUID]) -> RawSQL:
    """The ids as rows of one array: written out one by one, a thousand of them cost more than finding them."""
    return RawSQL("SELECT unnest(%s::uuid[])", [list(ids)])


def ordered_by(ids: Iterable[UUID]) -> Any:
    """An expression that sorts rows as these ids are sorted."""
    wanted = Value(list(ids), output_field=ArrayField(UUIDField()))
    return Func(wanted, F("pk"), function="array_position", output_field=IntegerField())
