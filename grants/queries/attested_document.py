"""Reads about the documents behind what accredited environments attest: which end soon, and which have ended."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from grants.models import Attestation, AttestedDocument, DocumentReminder, Environment, Statement
from grants.rules.attestation import MET
from partners.models import Evidence
from partners.models.evidence import NOTICE_DAYS


def _behind_answers() -> QuerySet[AttestedDocument]:
    """Documents of the answers that count: the latest to each statement that is asked now, and says that it is met."""
    newer = Attestation.objects.filter(
        environment=OuterRef("attestation__environment"),
        catalogue_key=OuterRef("attestation__catalogue_key"),
        identifier=OuterRef("attestation__identifier"),
        pk__gt=OuterRef("attestation"),
    )
    asked = Statement.objects.filter(
        catalogue__key=OuterRef("attestation__catalogue_key"),
        catalogue__state="in_use",
        identifier=OuterRef("attestation__identifier"),
    )
    return AttestedDocument.objects.filter(~Exists(newer), Exists(asked), attestation__value__in=MET)


def ended_documents(environment_id: UUID, today: date) -> QuerySet[Evidence]:
    """Documents behind what the environment attests whose last day has passed, the first to end first."""
    rows = _behind_answers().filter(attestation__environment=environment_id, evidence=OuterRef("pk"))
    return Evidence.objects.filter(Exists(rows), valid_until__lt=today).order_by("valid_until", "name", "pk")


def documents_to_announce(environment_id: UUID, today: date) -> list[tuple[Evidence, int]]:
    """Documents behind what it attests that end within one of the notices, each with the notice that is due now."""
    rows = _behind_answers().filter(attestation__environment=environment_id, evidence=OuterRef("pk"))
    soon = Evidence.objects.filter(Exists(rows), valid_until__gte=today, valid_until__lte=_latest(today))
    sent: dict[UUID, int] = {}
    for evidence, days in DocumentReminder.objects.filter(environment=environment_id).values_list("evidence", "days"):
        sent[evidence] = min(days, sent.get(evidence, days))
    found = []
    for row in soon.order_by("valid_until", "name", "pk"):
        left = (row.valid_until - today).days
        due = min(days for days in NOTICE_DAYS if left <= days)
        if row.pk not in sent or sent[row.pk] > due:
            found.append((row, due))
    return found


def _latest(today: date) -> date:
    return today + timedelta(days=max(NOTICE_DAYS))


def environments_to_remind(today: date) -> QuerySet[Environment]:
    """Accredited environments with a document in a range of the notices that was not announced yet."""
    due = Q(pk__in=[])
    for days in NOTICE_DAYS:
        told = DocumentReminder.objects.filter(
            environment=OuterRef("attestation__environment"), evidence=OuterRef("evidence"), days__lte=days
        )
        due |= Q(evidence__valid_until__lte=today + timedelta(days=days)) & ~Q(Exists(told))
    rows = _behind_answers().filter(due, evidence__valid_until__gte=today)
    return _accredited().filter(Exists(rows.filter(attestation__environment=OuterRef("pk"))))


def environments_to_suspend(today: date) -> QuerySet[Environment]:
    """Accredited environments of which a document behind what they attest has ended."""
    rows = _behind_answers().filter(evidence__valid_until__lt=today, attestation__environment=OuterRef("pk"))
    return _accredited().filter(Exists(rows))


def _accredited() -> QuerySet[Environment]:
    return Environment.objects.filter(state="accredited").select_related("institution__organisation")
