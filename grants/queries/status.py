"""What each status should be now, by the rows: one expression, for one statement over as many as it takes."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from grants.models import (
    ConsentWithdrawal,
    Credential,
    Environment,
    Grant,
    Hold,
    LineSurrender,
    Release,
    StatusChange,
    StatusEntry,
    StatusList,
)
from grants.queries.effective import LIVE_WITHDRAWALS
from grants.rules.status_list import INVALID, SUSPENDED, VALID
from grants.states import HOLD_STOPS
from partners.models import Institution, Qualification
from partners.queries.standing import in_force_now
from portal.core import clock
from portal.keys.models import SigningKey


def alive() -> QuerySet[StatusEntry]:
    """Entries that can still change."""
    return StatusEntry.objects.exclude(value=INVALID)


def _over() -> Q:
    """It has ended for good: credential or grant, or the line that it is about."""
    today = clock.today()
    ends = ConsentWithdrawal.objects.filter(line=OuterRef("line"), state__in=LIVE_WITHDRAWALS, effective_on__lte=today)
    return (
        ~Q(Exists(Credential.objects.filter(pk=OuterRef("credential"), state="issued")))
        | ~Q(Exists(Grant.objects.filter(pk=OuterRef("grant"), state="in_force", ends_on__gte=today)))
        | Q(Exists(Institution.objects.filter(pk=OuterRef("institution"), organisation__state="closed")))
        | Q(Exists(LineSurrender.objects.filter(line=OuterRef("line"))))
        | Q(Exists(ends))
        | Q(Exists(Environment.objects.filter(pk=OuterRef("environment"), state="closed")))
        | Q(Exists(Release.objects.filter(pk=OuterRef("release"), state="retired")))
    )


def _stopped() -> Q:
    """Something stops it that may go away again: all that `queries.stops` names and that concerns no single person."""
    holds = Hold.objects.filter(state__in=HOLD_STOPS)
    qualified = Qualification.objects.filter(in_force_now(), institution=OuterRef("institution"))
    accredited = Environment.objects.filter(
        pk=OuterRef("environment"), state="accredited", accredited_until__gte=clock.today()
    )
    return (
        ~Q(Exists(qualified))
        | Q(Exists(holds.filter(partner=OuterRef("institution"))))
        | Q(Exists(holds.filter(grant=OuterRef("grant"))))
        | Q(Exists(holds.filter(line=OuterRef("line"))))
        | Q(Exists(holds.filter(environment=OuterRef("environment"))))
        | (Q(environment__isnull=False) & ~Q(Exists(accredited)))
        | (Q(release__isnull=False) & ~Q(Exists(Release.objects.filter(pk=OuterRef("release"), state="released"))))
    )


def as_it_should_be(rows: QuerySet[StatusEntry]) -> QuerySet[Any]:
    """The entries with `should`: their status by all other rows as they are now."""
    should: Any = Case(
        When(_over(), then=Value(INVALID)), When(_stopped(), then=Value(SUSPENDED)), default=Value(VALID)
    )
    return rows.annotate(should=should)


def wrong_entries(rows: QuerySet[StatusEntry]) -> QuerySet[Any]:
    """Those of the entries that say something else than they should."""
    return as_it_should_be(rows).exclude(should=F("value"))


def partners_to_correct() -> QuerySet[Institution]:
    """Partners of whom a status says something else than it should. One statement over all that can still change."""
    return Institution.objects.filter(Exists(wrong_entries(alive()).filter(institution=OuterRef("pk"))))


def published_values(listed: StatusList) -> list[tuple[int, int]]:
    """(index, status) of every entry of the list that is not simply valid. One query, from an index alone."""
    return list(StatusEntry.objects.filter(status_list=listed).exclude(value=VALID).values_list("index", "value"))


def lists_due() -> QuerySet[StatusList]:
    """Lists that say something new, whose signature is to be renewed, or whose signing key nobody trusts any more."""
    changed = StatusChange.objects.filter(status_list=OuterRef("pk"))
    withdrawn = SigningKey.objects.filter(kid=OuterRef("kid"), state="withdrawn")
    due = Q(Exists(changed)) | Q(Exists(withdrawn)) | Q(renew_from__lte=clock.now())
    return StatusList.objects.filter(due).order_by("pk")
