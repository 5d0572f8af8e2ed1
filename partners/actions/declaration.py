"""Declarations made in an institution's name: on its applications, and from the rooms above on requests and grants."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from partners.models import Declaration
from partners.rules.binding import is_fresh, may_declare
from portal.core import clock
from portal.core.actors import Actor
from portal.core.canonical import digest
from portal.core.verdicts import require
from portal.rulebook.queries import rules
from portal.rulebook.schema import Declaration as Text


def make_declarations(
    *,
    wanted: Sequence[Text],
    declared: Collection[str],
    capacity: str,
    institution_id: UUID,
    noun: str,
    about: UUID,
    content: str,
    rulebook: str,
    by: Actor,
) -> list[Declaration]:
    """Write the declarations of the rulebook that were made, bound to `content`. Inside the deed that they belong to.

    Whether the role may is the deed's table's to say. Raises Refused when one is missing, no capacity is given,
    or the second factor was shown too long ago.
    """
    now = clock.now()
    require(may_declare(wanted, declared, capacity))
    require(is_fresh(by.confirmed_at, now, rules().second_factor.fresh_minutes))
    confirmed_at = by.confirmed_at
    assert confirmed_at  # or it would not be fresh
    return Declaration.objects.bulk_create(
        Declaration(
            institution_id=institution_id,
            noun=noun,
            about=about,
            key=item.key,
            title=item.title,
            text=item.text,
            text_digest=digest(item.text),
            rulebook=rulebook,
            content=content,
            capacity=capacity.strip()[:150],
            by_id=by.person_id,
            confirmed_at=confirmed_at,
            at=now,
        )
        for item in wanted
    )
