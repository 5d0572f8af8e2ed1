"""Which of very many listed names may be that of a subject: by keys in an inverted index, then by a quick look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from rapidfuzz import fuzz, process

from partners.models import ListedEntity, NameList
from partners.rules.screening.names import Name, identifier_keys, keys_of, name_of
from partners.rules.screening.subjects import Subject

LOOKED_AT = 300
"""Names of one list that are compared in full with one subject: the most alike at a quick look."""
QUICK = 50
"""The least likeness at a quick look, whatever the order and number of words."""
FEW = 20
"""A key that so few of them have is telling: whoever has it is compared in full, however alike at a quick look."""
MOST_PAIRS = 10

_SQL = """
SELECT n.entity_id, n.text, n.keys && %(short)s::varchar[], n.keys
FROM partners_listedname n WHERE n.name_list_id = %(list)s AND {found}
"""


def candidates(subject: Subject, name_list: NameList) -> list[ListedEntity]:
    """Entities of the list of which a name may be that of the subject. Two queries, whatever the size of the list."""
    name = name_of(subject.name, subject.kind)
    keys = {*keys_of(name), *identifier_keys(subject.identifiers.values())}
    if not keys:
        return []
    rows = _rows(name_list, sorted(keys))
    often = Counter(key for row in rows for key in row.keys if key in keys)
    telling = {key for key, count in often.items() if count <= FEW}
    chosen = {row.entity for row in rows if row.short or not telling.isdisjoint(row.keys)}
    chosen.update(_quick(name, rows))
    return list(ListedEntity.objects.filter(pk__in=chosen).order_by("ref"))


class _Row(NamedTuple):
    entity: UUID
    text: str
    short: bool
    keys: list[str]


def _rows(name_list: NameList, keys: Sequence[str]) -> list[_Row]:
    common = set(name_list.common_keys)
    rare = [key for key in keys if key not in common]
    often = [key for key in keys if key in common]
    conditions, values = [], dict[str, Any](list=name_list.pk, short=[key for key in keys if key[0] in "in"])
    if rare:
        conditions.append("n.keys && %(rare)s::varchar[]")
        values["rare"] = rare
    for place, pair in enumerate(_pairs(often)):
        conditions.append(f"n.keys @> %(pair{place})s::varchar[]")
        values[f"pair{place}"] = list(pair)
    if not conditions:
        conditions.append("n.keys && %(often)s::varchar[]")
        values["often"] = often
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(found=f"({' OR '.join(conditions)})"), values)
        return [_Row(*row) for row in cursor.fetchall()]


def _pairs(often: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Two keys that are each too frequent to be asked for alone. Not the sound and the beginning of one word."""
    found = 0
    for left, right in combinations(often, 2):
        if left[0] == right[0] and found < MOST_PAIRS:
            found += 1
            yield left, right


def _quick(name: Name, rows: Sequence[_Row]) -> set[UUID]:
    """The most alike at a quick look."""
    texts = [row.text for row in rows]
    found = process.extract(name.text, texts, scorer=fuzz.token_set_ratio, score_cutoff=QUICK, limit=LOOKED_AT)
    return {rows[place].entity for _text, _score, place in found}
