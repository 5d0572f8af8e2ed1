"""Reads about holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from grants.models import Grant, Hold, LineCap
from grants.states import HOLD, HOLD_STOPS
from partners.models import Person
from partners.queries.person import OnHold
from portal.core.verdicts import Refused, refused


def active_holds(**on: Any) -> list[Hold]:
    """Holds that stop something now, on what the filter names. One query."""
    rows = Hold.objects.filter(state__in=HOLD_STOPS, **on)
    return list(rows.select_related("grant", "line__grant", "environment", "person").order_by("id"))


def is_stopped(grant: Grant) -> bool:
    """Whether a hold, also one that is stayed, rests on the grant or a line of it, or a cap on a line. One query.

    What rests on the partner, an environment or a person reaches every grant, and is not meant here.
    """
    there = Hold.objects.filter(state__in=HOLD.open_states)
    rows = Grant.objects.filter(
        Exists(there.filter(grant=OuterRef("pk")))
        | Exists(there.filter(line__grant=OuterRef("pk")))
        | Exists(LineCap.objects.filter(line__grant=OuterRef("pk"), ended_at=None)),
        pk=grant.pk,
    )
    return rows.exists()


def named_person(institution_id: UUID, email: str) -> Person:
    """The naming of that address by the institution, the one that is live first. Raises Refused where there is none."""
    rows = Person.objects.filter(institution_id=institution_id, email__iexact=email.strip())
    ordered = rows.select_related("institution__organisation").order_by("-state", "-named_at")
    found: Person | None = ordered.first()
    if found is None:
        text = _("The institution has named nobody with this address for access.")
        raise Refused(refused(text, code="not_named", rule="hold.place"))
    return found


def holds_on_person(person: Person) -> list[OnHold]:
    """What a person is told of the holds on them, by any naming of theirs at the institution, and on all of it."""
    same = Q(person__email__iexact=person.email)
    if person.user_id is not None:
        same |= Q(person__user_id=person.user_id)
    rows = Hold.objects.filter(
        Q(partner__isnull=False) | same, state__in=HOLD_STOPS, institution_id=person.institution_id
    )
    return [
        OnHold(
            hold.placed_at,
            hold.partner_id is not None,
            hold.placed_body.name if hold.placed_body else "",
            hold.confirm_by if hold.state == "placed" else None,
        )
        for hold in rows.select_related("placed_body").order_by("placed_at")
    ]


def with_others(hold: Hold, visible: QuerySet[Hold]) -> list[Hold]:
    """Other holds that stand on the same access, of those that the reader sees: lifting one of them is not enough.

    Those on the partner stand on everything; others where they are on the same grant, line, environment or person.
    """
    if not hold.stops:
        return []
    rows = visible.filter(state__in=HOLD_STOPS, institution_id=hold.institution_id).exclude(pk=hold.pk)
    if hold.partner_id is not None:
        return list(rows.order_by("id"))
    grant = hold.grant_id or (hold.line.grant_id if hold.line else None)
    same = Q(partner__isnull=False)
    if hold.line:
        same |= Q(line_id=hold.line_id) | Q(environment_id=hold.line.environment_id)
    if grant is not None:
        same |= Q(grant_id=grant)
    if hold.grant_id is not None:
        same |= Q(line__grant_id=hold.grant_id)
    if hold.environment_id is not None:
        same |= Q(environment_id=hold.environment_id) | Q(line__environment_id=hold.environment_id)
    if hold.person_id is not None:
        same |= Q(person_id=hold.person_id)
    return list(rows.filter(same).order_by("id"))


def holds_by_target(holds: Iterable[Hold]) -> dict[UUID, list[Hold]]:
    """Partner, grant, line, environment or person → which of these holds it. No query."""
    found: dict[UUID, list[Hold]] = defaultdict(list)
    for hold in holds:
        found[hold.target_id].append(hold)
    return found
