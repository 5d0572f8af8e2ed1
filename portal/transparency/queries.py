"""What everybody may know: who is qualified, and how long the record is."""

from __future__ import annotations

from django.db.models import Count, F, Q, QuerySet

from partners.models import Qualification
from portal.core import clock
from portal.ledger.merkle import EMPTY_ROOT
from portal.ledger.models import Checkpoint, Head

SHOWN = ("in_force", "restricted", "suspended")
"""States that the public register names: a partner that is suspended stays on it, and it says so."""


def register() -> QuerySet[Qualification]:
    """Qualified institutions. Only what the public tier shows is loaded: no tier, no reasons."""
    rows: QuerySet[Qualification] = (
        Qualification.objects.filter(state__in=SHOWN, valid_until__gte=clock.today())
        # All are of that kind; saying so lets the index by kind and name give the order.
        .filter(institution__organisation__kind="institution")
        .annotate(name=F("institution__organisation__name"), jurisdiction=F("institution__organisation__jurisdiction"))
        .only("id", "reference", "state", "valid_from", "valid_until")
    )
    return rows


def figures() -> dict[str, int]:
    """How many partners are qualified, and how many of them are suspended now. One query."""
    rows = Qualification.objects.filter(state__in=SHOWN, valid_until__gte=clock.today())
    return rows.aggregate(
        qualified=Count("pk", filter=~Q(state="suspended")),
        suspended=Count("pk", filter=Q(state="suspended")),
        countries=Count("institution__organisation__jurisdiction", distinct=True),
    )


CHECKPOINTS = 60
"""So many are shown: two months, where one is taken each day."""


def checkpoints() -> list[Checkpoint]:
    """The last checkpoints of the record, the newest first. One query."""
    return list(Checkpoint.objects.order_by("-size")[:CHECKPOINTS])


def head_of_record() -> tuple[int, str]:
    """Size and root of the record: the root over nothing where it is empty. One query."""
    head = Head.objects.values_list("size", "root").first()
    return head if head is not None else (0, EMPTY_ROOT.hex())
