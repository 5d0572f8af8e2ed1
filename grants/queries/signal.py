"""Reads for signals: whom to tell, what they were told last, and whether something still holds a subject."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from grants.models import ConsentWithdrawal, Delivery, Environment, Grant, GrantLine, Hold, Signal, Stream
from grants.queries.effective import LIVE_WITHDRAWALS
from grants.rules.signal import DISABLED, ENABLED
from grants.states import HOLD_STOPS
from grants.states_streams import COLLECTING
from partners.models import Institution, Person
from partners.queries.person import lacking, texts_now
from partners.queries.standing import standing
from portal.core import clock

Subject = tuple[str, UUID]
"""What it is on, and its key."""


def providers_of(lines: QuerySet[GrantLine]) -> list[UUID]:
    """The providers of the lines. One query."""
    return sorted(set(lines.values_list("provider_id", flat=True)))


def collecting(provider_ids: Collection[UUID]) -> dict[UUID, list[Stream]]:
    """Provider → streams on which signals are put now. One query."""
    rows = Stream.objects.filter(provider_id__in=provider_ids, state__in=COLLECTING, gateway__state="active")
    found: dict[UUID, list[Stream]] = {}
    for stream in rows.order_by("pk"):
        found.setdefault(stream.provider_id, []).append(stream)
    return found


def last_told(**of: Any) -> list[Signal]:
    """The last signal on each subject that said whether it is stopped; `of` names an institution or a provider."""
    rows = Signal.objects.filter(event__in=(DISABLED, ENABLED), institution__isnull=False, **of)
    subject = ("institution", "provider", "on", "target_id")
    return list(rows.order_by(*subject, "-pk").distinct(*subject))


def told_stopped(institution_id: UUID) -> list[Signal]:
    """Of each subject of the institution that a provider believes to be stopped, the signal that said so last."""
    return [signal for signal in last_told(institution=institution_id) if signal.event == DISABLED]


def missing_on(stream: Stream) -> list[Signal]:
    """What a stream has to hear so that its receiver knows what is stopped: last signals that never were on it.

    A receiver that heard nothing of a subject is told only that it is stopped.
    """
    heard = Delivery.objects.filter(stream=stream)
    subjects = set(heard.values_list("subject_key", flat=True))
    signals = set(heard.values_list("signal_id", flat=True))
    return [
        signal
        for signal in sorted(last_told(provider=stream.provider_id), key=lambda signal: signal.pk)
        if signal.pk not in signals and (signal.event == DISABLED or f"{signal.on}:{signal.target_id}" in subjects)
    ]


# --- what still holds -----------------------------------------------------------------------------
def _held(on: str) -> Exists:
    return Exists(Hold.objects.filter(state__in=HOLD_STOPS, **{on: OuterRef("pk")}))


def usable_grants() -> QuerySet[Grant]:
    """Grants in force that no hold on themselves stops."""
    return Grant.objects.filter(~_held("grant"), state="in_force")


def usable_environments() -> QuerySet[Environment]:
    """Environments accredited today that no hold stops."""
    return Environment.objects.filter(~_held("environment"), state="accredited", accredited_until__gte=clock.today())


def usable_lines() -> QuerySet[GrantLine]:
    """Lines that neither their grant, their environment, a hold, their surrender nor a withdrawal stops."""
    ended = ConsentWithdrawal.objects.filter(
        line=OuterRef("pk"), state__in=LIVE_WITHDRAWALS, effective_on__lte=clock.today()
    )
    return GrantLine.objects.filter(
        ~_held("line"),
        ~Exists(ended),
        Exists(usable_grants().filter(pk=OuterRef("grant"))),
        Exists(usable_environments().filter(pk=OuterRef("environment"))),
        surrender__isnull=True,
    )


def partner_is_held(institution_id: UUID) -> bool:
    """Whether the partner as a whole may use nothing. Two queries."""
    holds = Hold.objects.filter(partner=OuterRef("pk"), state__in=HOLD_STOPS)
    open_ones = Institution.objects.filter(~Exists(holds), pk=institution_id, organisation__state="active")
    return not standing(institution_id=institution_id).in_force or not open_ones.exists()


def free(institution_id: UUID, signals: Sequence[Signal]) -> set[Subject]:
    """Of the subjects of these signals, those that nothing holds: neither themselves nor what they are part of."""
    if not signals or partner_is_held(institution_id):
        return set()
    keys: dict[str, set[UUID]] = {}
    for signal in signals:
        keys.setdefault(signal.on, set()).add(signal.target_id)
    found: set[Subject] = {("partner", key) for key in keys.get("partner", ())}
    usable: dict[str, QuerySet[Any]] = {
        "grant": usable_grants(), "line": usable_lines(), "environment": usable_environments(),
    }  # fmt: skip
    for on, rows in usable.items():
        if on in keys:
            found |= {(on, key) for key in rows.filter(pk__in=keys[on]).values_list("pk", flat=True)}
    people = {signal.target_id: signal.subject["user"] for signal in signals if signal.on == "person"}
    return found | {("person", key) for key, user in people.items() if _person_is_free(institution_id, user)}


def _person_is_free(institution_id: UUID, user: dict[str, str]) -> bool:
    """Whether a person is named and cleared, and no hold is on any of their namings. Two queries."""
    same = Q(user=user["id"]) if user["format"] == "opaque" else Q(email__iexact=user["email"])
    namings = Person.objects.filter(same, institution=institution_id)
    if Hold.objects.filter(person__in=namings, state__in=HOLD_STOPS).exists():
        return False
    return namings.filter(~lacking(texts_now()), state="named").exists()
