"""Words of names that are spelt like others: looked up where a search finds few cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from partners.rules.words import ALIKE, trigrams


def near_words(words: Sequence[str], *, unless: QuerySet[Any] | None = None, most: int = 6) -> dict[str, list[str]]:
    """For each word those of names that are spelt like it, the likest first. One query, on the trigrams' index.

    Nothing at all where `unless` has a row: that is asked in the same statement, before any word is looked up.
    """
    if not words:
        return {}
    gate, asked = "", []
    if unless is not None:
        try:
            sql, values = unless.values("pk").query.sql_with_params()
        except EmptyResultSet:
            return {}
        gate, asked = f"WHERE NOT EXISTS ({sql})", list(values)
    wanted = [(word, trigrams(word)) for word in words]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT wanted.word, near.word FROM (VALUES {", ".join(["(%s, %s::varchar[])"] * len(wanted))})
                wanted(word, ours)
            CROSS JOIN LATERAL (
                SELECT word, shared::float / (size + cardinality(ours) - shared) AS alike FROM (
                    SELECT word, cardinality(trigrams) AS size,
                        (SELECT count(*) FROM unnest(trigrams) one WHERE one = ANY(ours)) AS shared
                    FROM partners_searchword WHERE trigrams && ours AND word <> wanted.word
                ) each
                WHERE shared >= %s * (size + cardinality(ours) - shared)
                ORDER BY alike DESC, word LIMIT %s
            ) near
            {gate}
            ORDER BY wanted.word, near.alike DESC, near.word
            """,  # noqa: S608  the gate is a statement that Django wrote, its values beside it
            [*(value for pair in wanted for value in pair), ALIKE, most, *asked],
        )
        found: dict[str, list[str]] = {}
        for word, near in cursor.fetchall():
            found.setdefault(word, []).append(near)
    return found
