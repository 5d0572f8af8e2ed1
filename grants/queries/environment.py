"""Reads about environments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum

from grants.models import Accreditation, AdoptedCatalogue, Attestation, Environment, Statement
from grants.queries.statement import answers_of, as_answers
from grants.rules.attestation import facts
from partners.models import Evidence
from portal.core import clock
from portal.core.actors import Actor
from portal.rulebook.queries import rules

READERS = ("case_officer", "reviewer", "signatory", "auditor")
"""Roles of an authority that may look at every environment."""
CHOICES = 100
"""Documents that a page offers to choose from, at most: the newest."""


def environments_for(actor: Actor) -> QuerySet[Environment]:
    """The environments that the actor may look at: their institution's, or every one for an authority."""
    rows = Environment.objects.select_related("institution__organisation")
    if actor.has(*READERS):
        return rows
    if actor.body_kind == "institution" and actor.has("applicant", "administrator", "representative"):
        return rows.filter(institution_id=actor.body_id)
    return rows.none()


def with_progress(rows: QuerySet[Environment]) -> QuerySet[Environment]:
    """The rows with how many statements each was `asked`, and how many of those it has `answered`."""
    newest = AdoptedCatalogue.objects.filter(environment=OuterRef("environment"), key=OuterRef("key")).order_by("-id")
    adopted = AdoptedCatalogue.objects.filter(environment=OuterRef("pk"), pk=Subquery(newest.values("pk")[:1]))
    asked = adopted.order_by().values("environment").annotate(n=Sum("catalogue__statement_count")).values("n")
    statement = Statement.objects.filter(
        catalogue__key=OuterRef("catalogue_key"), catalogue__state="in_use", identifier=OuterRef("identifier")
    )
    answers = Attestation.objects.filter(Exists(statement), environment=OuterRef("pk"))
    answered = answers.order_by().values("environment").annotate(n=Count("identifier", distinct=True)).values("n")
    return rows.annotate(asked=Subquery(asked), answered=Subquery(answered))


def facts_of(environment: Environment) -> dict[str, Any]:
    """Everything that is attested about the environment now. Two queries."""
    answers = as_answers(answers_of(environment.pk))
    return facts(country=environment.country, owner=environment.owner, answers=answers)


def last_accreditation(environment: Environment) -> Accreditation | None:
    """What an authority accepted last, or None. One query."""
    rows = Accreditation.objects.filter(environment=environment).select_related("by", "body")
    return rows.order_by("-id").first()


def documents_for(environment: Environment) -> QuerySet[Evidence]:
    """Documents that can stand behind its attestations: those uploaded here and of the library that have not ended."""
    rows = Evidence.objects.filter(institution_id=environment.institution_id, state="stored", redacts__isnull=True)
    rows = rows.exclude(valid_until__lt=clock.today())
    return rows.filter(Q(about=environment.pk) | Q(about__isnull=True)).order_by("-uploaded_at", "-pk")


def offered_documents(environment: Environment) -> QuerySet[Evidence]:
    """The newest of them, to choose from."""
    newest = documents_for(environment).values("pk")[:CHOICES]
    return Evidence.objects.filter(pk__in=newest).order_by("-uploaded_at", "-pk")


def chosen_documents(environment: Environment, ids: set[UUID]) -> set[UUID]:
    """Those of the ids that are documents for the environment. One query."""
    return set(documents_for(environment).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()


def ended_accreditations() -> QuerySet[Environment]:
    """Accredited environments whose last day has passed."""
    return Environment.objects.filter(state="accredited", accredited_until__lt=clock.today())


def accreditations_to_announce() -> QuerySet[Environment]:
    """Accredited environments in a range of the rulebook's notices that was not announced yet."""
    today, due = clock.today(), Q(pk__in=[])
    for days in rules().scope.accreditation_notices_days:
        reached = Q(accredited_until__lte=today + timedelta(days=days))
        due |= reached & (Q(notice_sent__isnull=True) | Q(notice_sent__gt=days))
    return Environment.objects.filter(due, state="accredited", accredited_until__gte=today)
