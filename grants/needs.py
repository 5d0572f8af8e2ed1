"""What needs somebody now, about grants: cards of the home pages."""

from __future__ import annotations

from django.db.models import Exists, Min, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.access import is_partner, is_provider, requests_for
from grants.models import ConflictDeclaration, Environment, Grant, GrantRequest, GrantSignature, Hold
from grants.queries.consent import waiting_lines
from portal.accounts.needs import Need, register
from portal.core.actors import Actor


def partner(actor: Actor) -> list[Need]:
    """Agreements to accept, questions to answer, holds. Three queries."""
    if not is_partner(actor):
        return []
    grants = Grant.objects.filter(institution_id=actor.body_id, state="awaiting_agreement")
    agreements, asked = list(grants.order_by("id")[:26]), requests_for(actor).filter(state="awaiting_partner")
    questions = list(asked[:26])
    holds = Hold.objects.filter(institution_id=actor.body_id, state__in=("placed", "confirmed")).count()
    first = reverse("grants:agreement", args=[agreements[0].pk]) if len(agreements) == 1 else reverse("grants:grants")
    one = reverse("grants:request", args=[questions[0].pk]) if len(questions) == 1 else reverse("grants:requests")
    oldest = agreements[0].issued_at if agreements else None
    return [
        Need(len(agreements), _("agreements to accept"), first, oldest=oldest, tone="amber"),
        Need(len(questions), _("questions on grant requests"), one, tone="amber"),
        Need(holds, _("holds on your access"), reverse("grants:holds"), tone="red"),
    ]


def provider(actor: Actor) -> list[Need]:
    """Lines that wait for consent, and holds. Two queries."""
    if not is_provider(actor):
        return []
    waiting = list(waiting_lines(actor).order_by("request__consent_due").values_list("request__consent_due", flat=True))
    due = waiting[0] if waiting else None
    return [Need(len(waiting), _("lines wait for your consent"), reverse("grants:consents"), due=due, tone="amber")]


def officer(actor: Actor) -> list[Need]:
    """Requests to take up, and environments to look at. Two queries."""
    queue = reverse("admin:grants_grantrequest_changelist")
    rows = GrantRequest.objects.filter(authority_id=actor.body_id, state="submitted")
    waiting = list(rows.order_by("submitted_at").values_list("submitted_at", flat=True))
    places = Environment.objects.filter(state__in=("attested", "suspended")).count()
    return [
        Need(
            len(waiting), _("grant requests to take up"), f"{queue}?state=submitted", oldest=min(waiting, default=None)
        ),
        Need(places, _("environments to look at"), reverse("admin:grants_environment_changelist")),
    ]


def reviewer(actor: Actor) -> list[Need]:
    """Requests under review that are assigned to the person. One query."""
    found = requests_for(actor).filter(state="under_review").aggregate(oldest=Min("submitted_at"))
    count = requests_for(actor).filter(state="under_review").count()
    url = f"{reverse('admin:grants_grantrequest_changelist')}?state=under_review"
    return [Need(count, _("grant requests to review"), url, oldest=found["oldest"])]


def signatory(actor: Actor) -> list[Need]:
    """Requests that wait for the person's signature, and emergency holds to confirm. Two queries."""
    signed = GrantSignature.objects.filter(
        request=OuterRef("pk"), signatory_id=actor.user_id, digest=OuterRef("digest")
    )
    conflicted = ConflictDeclaration.objects.filter(request=OuterRef("pk"), person_id=actor.user_id, conflict=True)
    rows = GrantRequest.objects.filter(state="awaiting_signatures").exclude(Exists(signed)).exclude(Exists(conflicted))
    waiting = list(rows.order_by("sent_at").values_list("sent_at", flat=True)[:1000])
    holds = Hold.objects.filter(state="placed", emergency=True).exclude(
        Q(placed_by_id=actor.user_id) | Q(placed_body_id=actor.body_id)
    )
    dues = list(holds.order_by("confirm_by").values_list("confirm_by", flat=True)[:1000])
    queue = reverse("admin:grants_grantrequest_changelist")
    return [
        Need(
            len(waiting),
            _("grant requests to sign"),
            f"{queue}?state=awaiting_signatures",
            oldest=min(waiting, default=None),
        ),
        Need(
            len(dues),
            _("emergency holds to confirm"),
            f"{reverse('admin:grants_hold_changelist')}?state=placed",
            due=min(dues, default=None),
            tone="red",
        ),
    ]


def register_needs() -> None:
    """Put the cards on the home pages."""
    for role in ("applicant", "administrator"):
        register(role, "grants", partner)
    register("provider_staff", "grants", provider)
    register("case_officer", "grants", officer)
    register("reviewer", "grants", reviewer)
    register("signatory", "grants", signatory)
