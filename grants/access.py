"""Fetch and authorise in one call: `Http404` for a stranger to the object."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models import Model as DjangoModel
from django.http import Http404

from grants.models import (
    AttestedDocument,
    ConflictDeclaration,
    ConsentWithdrawal,
    Credential,
    Environment,
    Grant,
    GrantLine,
    GrantMeasure,
    GrantRequest,
    GrantRequestUserPermission,
    Hold,
    Model,
    Release,
    RequestLine,
    ReReview,
    Stream,
)
from grants.queries.environment import documents_for, environments_for
from grants.queries.re_review import re_reviews_for
from grants.queries.refused import less_in
from grants.queries.request import ASSESS
from partners.models import Evidence, Qualification
from partners.queries.evidence import handed_out
from partners.rules.evidence import may_read_in_full
from portal.accounts.assign import assigned
from portal.core.actors import Actor
from portal.core.verdicts import Refused

M = TypeVar("M", bound=DjangoModel)
DESK = ("case_officer", "reviewer", "signatory", "auditor")
SIGNED_STATES = ("awaiting_signatures", "granted", "refused")
"""States of a request that every signatory may look into: what waits for a signature, and what was decided."""


def _one(rows: QuerySet[M], pk: UUID) -> M:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def is_partner(actor: Actor) -> bool:
    """Whether the actor works for an institution in a role that sees its grants."""
    return actor.body_kind == "institution" and actor.has("applicant", "administrator", "representative")


def is_provider(actor: Actor) -> bool:
    return actor.body_kind == "provider" and actor.has("provider_staff")


def requests_for(actor: Actor) -> QuerySet[GrantRequest]:
    """The requests that the actor may look at. Whoever declared a conflict of interest in a case no longer sees it."""
    rows = GrantRequest.objects.select_related("institution__organisation", "authority", "officer", "follows")
    if is_partner(actor):
        return rows.filter(institution_id=actor.body_id)
    seen = Q(pk__in=[])
    if actor.has("case_officer"):
        seen |= Q(authority_id=actor.body_id) & ~Q(state="draft")
    if actor.has("reviewer"):
        seen |= Q(assigned(ASSESS, actor.user_id, GrantRequestUserPermission)) & ~Q(state="draft")
    if actor.has("signatory"):
        seen |= Q(state__in=SIGNED_STATES)
    conflicted = ConflictDeclaration.objects.filter(request=OuterRef("pk"), person_id=actor.user_id, conflict=True)
    return rows.filter(seen).exclude(Exists(conflicted))


def get_request(*, actor: Actor, pk: UUID) -> GrantRequest:
    """A request, for its institution's people and for those of an authority who work on it."""
    return _one(requests_for(actor), pk)


def get_own_request(*, actor: Actor, pk: UUID) -> GrantRequest:
    """A request of the actor's own institution."""
    if not is_partner(actor):
        raise Http404
    return get_request(actor=actor, pk=pk)


def grants_for(actor: Actor) -> QuerySet[Grant]:
    """The grants that the actor may look at: their institution's, on their models, or all for an authority."""
    rows = Grant.objects.select_related("institution__organisation", "authority", "request")
    if is_partner(actor):
        return rows.filter(institution_id=actor.body_id)
    if is_provider(actor):
        return rows.filter(Exists(GrantLine.objects.filter(grant=OuterRef("pk"), provider_id=actor.body_id)))
    return rows if actor.has(*DESK) else rows.none()


def get_grant(*, actor: Actor, pk: UUID) -> Grant:
    """A grant that the actor may look at.

    It says whether its request was given less than it asked for (`has_less`), and whether there are re-reviews of it
    (`has_re_reviews`): most have neither, and nobody needs to ask.
    """
    reviews = Exists(ReReview.objects.filter(grant=OuterRef("pk")))
    return _one(grants_for(actor).annotate(has_less=less_in("request"), has_re_reviews=reviews), pk)


def get_own_grant(*, actor: Actor, pk: UUID) -> Grant:
    """A grant of the actor's own institution."""
    if not is_partner(actor):
        raise Http404
    return get_grant(actor=actor, pk=pk)


def get_environment(*, actor: Actor, pk: UUID) -> Environment:
    """An environment of the actor's institution, or any for an authority."""
    return _one(environments_for(actor), pk)


def get_own_environment(*, actor: Actor, pk: UUID) -> Environment:
    """An environment of the actor's own institution."""
    if not is_partner(actor):
        raise Http404
    return get_environment(actor=actor, pk=pk)


def get_environment_document(*, actor: Actor, pk: UUID, document: UUID) -> Evidence:
    """A document behind attestations of an environment, for whoever may look at it and as its marking lets them.

    AMBER+STRICT and RED: only at the authority that ran the institution's last approved application; RED: only its
    case officers, who accredit. Whom the marking keeps from it gets the newest redacted copy, or is Refused.
    """
    environment = get_environment(actor=actor, pk=pk)
    found = documents_for(environment).filter(pk=document).first()
    if found is None:
        raise Http404
    own = actor.body_id == environment.institution_id
    if not own and not AttestedDocument.objects.filter(evidence=found, attestation__environment=environment).exists():
        raise Http404
    last = Qualification.objects.filter(institution_id=environment.institution_id).order_by("-valid_from", "-id")
    home = last.values_list("application__authority_id", flat=True).first()
    reader = {"own": own, "home": actor.body_id == home, "named": actor.has("case_officer")}
    handed = handed_out([found.pk], reader)[found.pk]
    if handed is None:
        raise Refused(may_read_in_full(found.marking, **reader))
    return handed


def get_re_review(*, actor: Actor, pk: UUID) -> ReReview:
    """A re-review of a grant that the actor's authority runs, or any for an auditor."""
    return _one(re_reviews_for(actor), pk)


def models_for(actor: Actor) -> QuerySet[Model]:
    """A provider's own models."""
    rows = Model.objects.select_related("provider")
    return rows.filter(provider_id=actor.body_id) if is_provider(actor) else rows.none()


def get_model(*, actor: Actor, pk: UUID) -> Model:
    """A model of the actor's own provider."""
    return _one(models_for(actor), pk)


def releases_for(actor: Actor) -> QuerySet[Release]:
    """A provider's own releases."""
    rows: QuerySet[Release] = Release.objects.select_related("model", "provider")
    return rows.filter(provider_id=actor.body_id) if is_provider(actor) else rows.none()


def get_release(*, actor: Actor, pk: UUID) -> Release:
    """A release of the actor's own provider."""
    return _one(releases_for(actor), pk)


CONSENT_STATES = ("awaiting_provider", "awaiting_signatures", "granted", "refused")
"""States of a request in which a provider may see its own lines."""


def consent_lines_for(actor: Actor) -> QuerySet[RequestLine]:
    """Lines about the actor's own releases that were put before providers."""
    rows = RequestLine.objects.select_related("request__institution__organisation", "release__model", "environment")
    if not is_provider(actor):
        return rows.none()
    return rows.filter(release__provider_id=actor.body_id, request__state__in=CONSENT_STATES)


def get_consent_line(*, actor: Actor, pk: UUID) -> RequestLine:
    """A line that the actor's provider may answer for."""
    return _one(consent_lines_for(actor), pk)


def get_measure(*, actor: Actor, pk: UUID) -> GrantMeasure:
    """A measure on a grant, for those who work at the desk."""
    rows: QuerySet[GrantMeasure] = GrantMeasure.objects.select_related(
        "grant__institution__organisation", "grant__authority", "grant__request", "line", "proposed_body",
        "proposed_by", "institution__organisation",
    )  # fmt: skip
    return _one(rows if actor.has(*DESK) else rows.none(), pk)


def get_own_line(*, actor: Actor, pk: UUID) -> GrantLine:
    """A line of a grant on a release of the actor's own provider."""
    rows = GrantLine.objects.select_related(
        "grant__institution__organisation", "grant__authority", "institution__organisation", "release__model",
        "environment", "provider",
    )  # fmt: skip
    return _one(rows.filter(provider_id=actor.body_id) if is_provider(actor) else rows.none(), pk)


def get_withdrawal(*, actor: Actor, pk: UUID) -> ConsentWithdrawal:
    """A withdrawal of consent of the actor's own provider."""
    rows: QuerySet[ConsentWithdrawal] = ConsentWithdrawal.objects.select_related(
        "line__grant__institution__organisation", "line__grant__authority", "line__release__model", "provider"
    )
    return _one(rows.filter(provider_id=actor.body_id) if is_provider(actor) else rows.none(), pk)


def get_own_credential(*, actor: Actor, grant: UUID, pk: UUID) -> Credential:
    """A credential of a grant of the actor's own institution."""
    rows: QuerySet[Credential] = Credential.objects.select_related("grant__institution__organisation", "key").filter(
        grant=grant
    )
    return _one(rows.filter(institution_id=actor.body_id) if is_partner(actor) else rows.none(), pk)


def holds_for(actor: Actor) -> QuerySet[Hold]:
    """The holds that concern the actor: on their institution, on lines of their models, or all for an authority."""
    rows = Hold.objects.select_related(
        "institution__organisation", "partner__organisation", "grant", "line__grant", "environment", "person",
        "placed_body", "placed_by", "confirmed_body", "confirmed_by", "ended_by",
    )  # fmt: skip
    if is_partner(actor):
        return rows.filter(institution_id=actor.body_id)
    if is_provider(actor):
        own = GrantLine.objects.filter(institution_id=OuterRef("institution_id"), provider_id=actor.body_id)
        return rows.filter(
            Q(Exists(own), partner__isnull=False)
            | Q(Exists(own), person__isnull=False)
            | Q(Exists(own.filter(grant_id=OuterRef("grant_id"))))
            | Q(Exists(own.filter(pk=OuterRef("line_id"))))
            | Q(Exists(own.filter(environment_id=OuterRef("environment_id"))))
        )
    return rows if actor.has(*DESK) else rows.none()


def get_hold(*, actor: Actor, pk: UUID) -> Hold:
    """A hold that concerns the actor."""
    return _one(holds_for(actor), pk)


# --- streams of signals ---------------------------------------------------------------------------
def streams_for(actor: Actor) -> QuerySet[Stream]:
    """Streams of the actor's own provider, for whoever looks after its machines."""
    rows: QuerySet[Stream] = Stream.objects.select_related("gateway")
    if actor.body_kind == "provider" and actor.has("provider_staff", "administrator"):
        return rows.filter(provider=actor.body_id)
    return rows.none()


def get_stream(*, actor: Actor, pk: UUID) -> Stream:
    """A stream of one's own provider. Raises Http404 else."""
    return _one(streams_for(actor), pk)
