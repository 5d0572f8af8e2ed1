"""What needs somebody now, about grants: cards of the home pages."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import ngettext_lazy

from grants.access import is_partner, is_provider, requests_for
from grants.models import (
    ConflictDeclaration,
    Environment,
    Grant,
    GrantMeasure,
    GrantRequest,
    GrantSignature,
    Hold,
    MeasureSignature,
    ReReview,
)
from grants.queries.consent import waiting_lines
from grants.queries.grant import to_renew
from grants.states import GRANT_LIVE, HOLD_STOPS
from portal.accounts.needs import Waiting, register
from portal.core import clock
from portal.core.actors import Actor
from portal.rulebook.queries import NoRulebook, rules


def partner(actor: Actor) -> list[Waiting]:
    """Agreements to accept, questions to answer, holds, grants to renew."""
    if not is_partner(actor):
        return []
    return [
        Waiting(
            Grant.objects.filter(institution_id=actor.body_id, state="awaiting_agreement"),
            ngettext_lazy("agreement to accept", "agreements to accept"),
            reverse("grants:grants"),
            key="agreement",
            oldest="issued_at",
            tone="amber",
        ),
        Waiting(
            requests_for(actor).filter(state="awaiting_partner"),
            ngettext_lazy("question on a grant request", "questions on grant requests"),
            reverse("grants:requests"),
            key="question",
            tone="amber",
        ),
        Waiting(
            Hold.objects.filter(institution_id=actor.body_id, state__in=HOLD_STOPS),
            ngettext_lazy("hold on your access", "holds on your access"),
            reverse("grants:holds"),
            key="hold",
            oldest="placed_at",
            tone="red",
        ),
        Waiting(
            Environment.objects.filter(institution_id=actor.body_id).filter(
                Q(state__in=("registered", "suspended", "expired")) | ~Q(remark="")
            ),
            ngettext_lazy("environment where nothing is permitted", "environments where nothing is permitted"),
            reverse("grants:environments"),
            key="environment",
            tone="amber",
        ),
        *_to_renew(actor),
        *_to_sign(actor),
    ]


def _to_renew(actor: Actor) -> list[Waiting]:
    """Grants that end soon, of whoever may ask for their renewal and has not yet."""
    if not actor.has("applicant"):
        return []
    try:
        lead_days = rules().scope.renewal_lead_days
    except NoRulebook:
        return []
    rows = to_renew(Grant.objects.filter(institution_id=actor.body_id), lead_days, clock.today())
    label = ngettext_lazy("grant to renew before it ends", "grants to renew before they end")
    return [Waiting(rows, label, reverse("grants:grants"), key="renew", due="ends_on", tone="amber")]


def _to_sign(actor: Actor) -> list[Waiting]:
    """Drafts that somebody completed and asked this institution's representatives to send."""
    if not actor.has("representative"):
        return []
    asked = GrantRequest.objects.filter(institution_id=actor.body_id, state="draft", asked_to_sign_at__isnull=False)
    label = ngettext_lazy("grant request to declare and send", "grant requests to declare and send")
    url = reverse("grants:requests")
    return [Waiting(asked, label, url, key="declare", oldest="asked_to_sign_at", tone="amber")]


def provider(actor: Actor) -> list[Waiting]:
    """Lines that wait for consent."""
    if not is_provider(actor):
        return []
    label = ngettext_lazy("line that waits for your consent", "lines that wait for your consent")
    rows = waiting_lines(actor)
    return [Waiting(rows, label, reverse("grants:consents"), key="consent", due="request__consent_due", tone="amber")]


def officer(actor: Actor) -> list[Waiting]:
    """Requests to take up, and environments to look at."""
    return [
        Waiting(
            GrantRequest.objects.filter(
                authority_id=actor.body_id, state="awaiting_provider", consent_missed_at__isnull=False
            ),
            ngettext_lazy("grant request without consent in time", "grant requests without consent in time"),
            _desk("grantrequest"),
            key="late",
            oldest="consent_missed_at",
            tone="red",
        ),
        Waiting(
            GrantRequest.objects.filter(authority_id=actor.body_id, state="submitted"),
            ngettext_lazy("grant request to take up", "grant requests to take up"),
            _desk("grantrequest"),
            key="take_up",
            oldest="submitted_at",
        ),
        Waiting(
            Environment.objects.filter(state__in=("attested", "suspended", "expired"), remark=""),
            ngettext_lazy("environment to look at", "environments to look at"),
            _desk("environment"),
            key="place",
        ),
        Waiting(
            ReReview.objects.filter(authority_id=actor.body_id, state="open", grant__state__in=GRANT_LIVE),
            ngettext_lazy("grant to look at again", "grants to look at again"),
            _desk("rereview"),
            key="again",
            oldest="raised_at",
        ),
    ]


def reviewer(actor: Actor) -> list[Waiting]:
    """Requests under review that are assigned to the person."""
    return [
        Waiting(
            requests_for(actor).filter(state="under_review"),
            ngettext_lazy("grant request to review", "grant requests to review"),
            _desk("grantrequest"),
            key="review",
            oldest="submitted_at",
        )
    ]


def signatory(actor: Actor) -> list[Waiting]:
    """Requests that wait for the person's signature, and emergency holds to confirm."""
    signed = GrantSignature.objects.filter(
        request=OuterRef("pk"), signatory_id=actor.user_id, digest=OuterRef("digest")
    )
    conflicted = ConflictDeclaration.objects.filter(request=OuterRef("pk"), person_id=actor.user_id, conflict=True)
    rows = GrantRequest.objects.filter(state="awaiting_signatures").exclude(Exists(signed)).exclude(Exists(conflicted))
    decided = MeasureSignature.objects.filter(measure=OuterRef("pk"), signatory_id=actor.user_id)
    measures = GrantMeasure.objects.filter(state="proposed").exclude(Exists(decided))
    others = Hold.objects.filter(state="placed", emergency=True).exclude(
        Q(placed_by_id=actor.user_id) | Q(placed_body_id=actor.body_id)
    )
    return [
        Waiting(
            rows,
            ngettext_lazy("grant request to sign", "grant requests to sign"),
            _desk("grantrequest"),
            key="sign",
            oldest="sent_at",
        ),
        Waiting(
            measures.exclude(proposed_by_id=actor.user_id),
            ngettext_lazy("measure on a grant to sign", "measures on grants to sign"),
            _desk("grantmeasure"),
            key="measure",
            oldest="proposed_at",
        ),
        Waiting(
            others,
            ngettext_lazy("emergency hold to confirm", "emergency holds to confirm"),
            _desk("hold"),
            key="emergency",
            due="confirm_by",
            tone="red",
        ),
    ]


def _desk(model: str) -> str:
    return reverse(f"admin:grants_{model}_changelist")


def register_needs() -> None:
    """Put the cards on the home pages."""
    for role in ("applicant", "administrator", "representative"):
        register(role, "grants", partner)
    register("provider_staff", "grants", provider)
    register("case_officer", "grants", officer)
    register("reviewer", "grants", reviewer)
    register("signatory", "grants", signatory)
