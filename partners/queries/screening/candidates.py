"""Which of very many listed names may be that of a subject: by keys in an inverted index, then by a quick look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any
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
MOST_PAIRS = 10

_SQL = """
SELECT n.entity_id, n.text, n.keys && %(short)s::varchar[]
FROM partners_listedname n WHERE n.name_list_id = %(list)s AND {found}
"""


def candidates(subject: Subject, name_list: NameList) -> list[ListedEntity]:
    """Entities of the list of which a name may be that of the subject. Two queries, whatever the size of the list."""
    name = name_of(subject.name, subject.kind)
    keys = [*keys_of(name), *identifier_keys(subject.identifiers.values())]
    if not keys:
        return []
    rows = _rows(name_list, keys)
    chosen = {entity for entity, _text, short in rows if short}
    chosen.update(_quick(name, [(entity, text) for entity, text, _short in rows]))
    return list(ListedEntity.objects.filter(pk__in=chosen).order_by("ref"))


def _rows(name_list: NameList, keys: Sequence[str]) -> list[tuple[UUID, str, bool]]:
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
        found: list[tuple[UUID, str, bool]] = cursor.fetchall()
    return found


def _pairs(often: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Two keys that are each too frequent to be asked for alone. Not the sound and the beginning of one word."""
    found = 0
    for left, right in combinations(often, 2):
        if left[0] == right[0] and found < MOST_PAIRS:
            found += 1
            yield left, right


def _quick(name: Name, rows: list[tuple[UUID, str]]) -> set[UUID]:
    """The most alike at a quick look."""
    texts = [text for _entity, text in rows]
    found = process.extract(name.text, texts, scorer=fuzz.token_set_ratio, score_cutoff=QUICK, limit=LOOKED_AT)
    return {rows[place][0] for _text, _score, place in found}
