"""What needs somebody now, for the home pages: cards of applicants, case officers, reviewers and signatories."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Least
from django.urls import reverse
from django.utils.translation import ngettext_lazy

from partners.access import visible_cases
from partners.models import (
    Application,
    ApplicationUserObjectPermission,
    Person,
    Qualification,
    Query,
    Recommendation,
    Signature,
)
from partners.models.application import REVIEW
from partners.models.qualification import LIVE
from partners.queries.evidence import documents_of, ends
from partners.queries.person import lacking, lapsing, own_row, texts_now
from portal.accounts import needs
from portal.accounts.assign import assigned
from portal.accounts.needs import Need, Waiting
from portal.core import clock
from portal.core.actors import Actor
from portal.rulebook.queries import NoRulebook, rules


def register_needs() -> None:
    """Called once, when the app is ready."""
    needs.register("applicant", "partners.applications", for_applicant)
    needs.register("representative", "partners.declarations", for_representative)
    for role in ("applicant", "administrator"):
        needs.register(role, "partners.people", for_keeper)
    for role in ("applicant", "administrator", "named_person", "representative"):
        needs.register(role, "partners.own_access", for_named_person)
    needs.register("case_officer", "partners.cases", for_case_officer)
    needs.register("reviewer", "partners.reviews", for_reviewer)
    needs.register("signatory", "partners.signatures", for_signatory)


def for_applicant(actor: Actor) -> list[Waiting]:
    """Questions to answer, a draft to finish, a qualification or documents that end soon."""
    own = {"institution_id": actor.body_id}
    applications, soon = reverse("partners:applications"), clock.today() + timedelta(days=90)
    return [
        Waiting(
            Query.objects.filter(application__institution_id=actor.body_id, state="open"),
            ngettext_lazy("application with questions to answer", "applications with questions to answer"),
            applications,
            key="question",
            path="application",
            due="due_on",
            tone="amber",
        ),
        Waiting(
            Application.objects.filter(state="draft", **own),
            ngettext_lazy("application to finish and send", "applications to finish and send"),
            applications,
            key="draft",
            oldest="started_at",
        ),
        Waiting(
            Qualification.objects.filter(state__in=LIVE, valid_until__lte=soon, **own),
            ngettext_lazy("qualification that ends soon", "qualifications that end soon"),
            reverse("partners:start"),
            due="valid_until",
            tone="amber",
        ),
        Waiting(
            documents_of(actor.body_id).filter(ends("soon")),
            ngettext_lazy("document that ends soon", "documents that end soon"),
            reverse("partners:documents"),
            key="document",
            due="valid_until",
            tone="amber",
        ),
    ]


def for_representative(actor: Actor) -> list[Waiting]:
    """Applications that somebody completed and asked this institution's representatives to send."""
    asked = Application.objects.filter(institution_id=actor.body_id, state="draft", asked_to_sign_at__isnull=False)
    label = ngettext_lazy("application to declare and send", "applications to declare and send")
    return [
        Waiting(asked, label, reverse("partners:applications"), key="sign", oldest="asked_to_sign_at", tone="amber")
    ]


def for_keeper(actor: Actor) -> list[Waiting]:
    """People who lack something, and people of whom a check ends soon. Reads the rules in force."""
    if actor.body_kind != "institution":
        return []
    try:
        days, texts = max(rules().people.notices_days), texts_now()
    except NoRulebook:  # nobody is named before there are rules
        return []
    people, page = Person.objects.filter(institution=actor.body_id), reverse("partners:people")
    return [
        Waiting(
            people.filter(lapsing(days)).annotate(ends_on=Least("identity_until", "background_until", "trained_until")),
            ngettext_lazy("person whose access ends soon", "people whose access ends soon"),
            f"{page}?standing=soon",
            due="ends_on",
            tone="amber",
        ),
        Waiting(
            people.filter(lacking(texts)),
            ngettext_lazy("person who is named and not cleared", "people who are named and not cleared"),
            f"{page}?standing=lacking",
            oldest="named_at",
        ),
    ]


def for_named_person(actor: Actor) -> list[Need]:
    """The rules that the person has not accepted in their present text. Nothing for who is not named. Two queries."""
    found = own_row(actor)
    if found is None or found.state != "named":
        return []
    waits = int(found.accepted_digest != texts_now().digest)
    label = ngettext_lazy("text to accept: the rules for people with access", "texts to accept")
    oldest = found.named_at if waits else None
    return [Need(waits, label % waits, reverse("partners:my_access"), oldest=oldest, tone="amber" if waits else "")]


def for_case_officer(actor: Actor) -> list[Waiting]:
    """What has arrived, what waits for a reviewer, what can go to the signatories."""
    mine = visible_cases(Application.objects.all(), actor).filter(authority_id=actor.body_id)
    review = mine.filter(state="under_review")
    recommended = Exists(Recommendation.objects.filter(application=OuterRef("pk")))
    return [
        Waiting(
            mine.filter(state="submitted"),
            ngettext_lazy("application to screen", "applications to screen"),
            _desk(),
            key="screen",
            oldest="submitted_at",
        ),
        Waiting(
            review.filter(reviewer_rows=None),
            ngettext_lazy("case without a reviewer", "cases without a reviewer"),
            _desk(),
            key="unassigned",
            oldest="screened_at",
        ),
        Waiting(
            review.filter(recommended),
            ngettext_lazy("case with a recommendation", "cases with a recommendation"),
            _desk(),
            key="recommended",
            oldest="screened_at",
        ),
    ]


def for_reviewer(actor: Actor) -> list[Waiting]:
    """Cases to assess, and answers that have come."""
    hers = assigned(REVIEW, actor.user_id, ApplicationUserObjectPermission)
    mine = visible_cases(Application.objects.all(), actor).filter(hers)
    filed = Recommendation.objects.filter(application=OuterRef("pk"), by=actor.user_id)
    return [
        Waiting(
            mine.filter(~Exists(filed), state="under_review"),
            ngettext_lazy("case to assess", "cases to assess"),
            _desk(),
            key="assess",
            oldest="screened_at",
        ),
        Waiting(
            Query.objects.filter(application__in=mine, asked_by=actor.user_id, state="answered"),
            ngettext_lazy("case with answers to your questions", "cases with answers to your questions"),
            _desk(),
            key="answer",
            path="application",
            oldest="answered_at",
            tone="amber",
        ),
    ]


def for_signatory(actor: Actor) -> list[Waiting]:
    """Cases that wait for this person's signature."""
    signed = Signature.objects.filter(Q(void__isnull=True), application=OuterRef("pk"), by=actor.user_id)
    waiting = visible_cases(Application.objects.all(), actor).filter(~Exists(signed), state="awaiting_signatures")
    label = ngettext_lazy("case that waits for signatures", "cases that wait for signatures")
    return [Waiting(waiting, label, _desk(), key="sign", oldest="sent_at")]


def _desk() -> str:
    return reverse("admin:partners_application_changelist")
