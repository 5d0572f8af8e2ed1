"""Fetch and authorise in one call. A stranger gets Http404; a reader without the right gets Refused with the reason."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.models import (
    Application,
    ApplicationUserObjectPermission,
    ConflictDeclaration,
    Evidence,
    Institution,
    LargeUpload,
    Letter,
    Person,
    Query,
    Revision,
    Signature,
)
from partners.models.application import REVIEW
from partners.queries.clock import running
from partners.queries.evidence import handed_out
from partners.queries.people import hands_of
from partners.queries.person import with_account
from partners.queries.screening.cases import with_open_hits
from partners.rules.evidence import may_read_in_full
from partners.rules.hands import Hands, no_conflict
from portal.accounts.assign import assigned
from portal.core.actors import Actor
from portal.core.verdicts import Refused, Verdict, refused, require

MEMBERS = frozenset({"applicant", "administrator", "representative"})
"""Roles of an institution that see its applications."""
KEEPERS = ("applicant", "administrator")
"""Roles of an institution that look after its people with access."""
READERS = frozenset({"case_officer", "signatory", "auditor", "oversight_member", "provider_staff"})
"""Roles that may see which institutions are qualified."""

NOT_YOUR_ROLE = refused(
    gettext_lazy("This is for applicants of the institution. Ask your administrator for that role."),
    code="wrong_role",
    rule="roles",
)


def require_role(actor: Actor, *roles: str) -> None:
    """Refuse, with the roles that may, whoever has none of them."""
    if actor.has(*roles):
        return
    waiting = not actor.dormant.isdisjoint(roles)
    reason = (
        _("Set up a second factor first: your role needs one for this.")
        if waiting
        else _("This page is for these roles: %(roles)s.")
        % {"roles": ", ".join(role.replace("_", " ") for role in roles)}
    )
    raise Refused(refused(reason, code="second_factor" if waiting else "wrong_role", rule="roles"))


# --- the institution's side -----------------------------------------------------------------------


def own_institution(actor: Actor) -> Institution | None:
    """The institution for which the actor acts, None until it is described. Refused for people of other bodies."""
    require_role(actor, *sorted(MEMBERS))
    if actor.body_kind != "institution":
        raise Refused(
            refused(_("This page is for people of an institution."), code="wrong_body", rule="partners.own_institution")
        )
    return Institution.objects.filter(pk=actor.body_id).select_related("organisation").first()


def get_own_application(*, actor: Actor, pk: UUID, write: bool = False, locked: bool = False) -> Application:
    """An application of the actor's own institution. `write`: only for applicants.

    `locked`, inside a transaction: with its row locked and only what a save needs beside it, for one that is asked
    with every pause in typing.
    """
    rows = Application.objects.filter(pk=pk, institution_id=actor.body_id)
    with_it = ("institution",) if locked else ("institution__organisation", "authority", "submitted_by")
    found: Application | None = (
        next(iter((rows.select_for_update(of=("self",)) if locked else rows).select_related(*with_it)), None)
        if actor.body_kind == "institution"
        else None
    )
    if found is None or not actor.has(*MEMBERS):
        raise Http404("No such application.")
    if write and not actor.has("applicant"):
        raise Refused(NOT_YOUR_ROLE)
    return found


def get_own_query(*, actor: Actor, application_pk: UUID, pk: UUID, write: bool = False) -> Query:
    """A question on an application of the actor's own institution."""
    application = get_own_application(actor=actor, pk=application_pk, write=write)
    query: Query | None = Query.objects.filter(pk=pk, application=application).select_related("asked_body").first()
    if query is None:
        raise Http404("No such question.")
    query.application = application
    return query


# --- the authority's side -------------------------------------------------------------------------


def visible_cases(rows: QuerySet[Application], actor: Actor) -> QuerySet[Application]:
    """The cases that the actor may see: EXISTS subqueries only, so it stays quick whatever the number of cases.

    Case officers those of their authority, reviewers those assigned to them, signatories those that wait for
    signatures or that they signed. Never drafts, and never a case in which the person has a conflict of interest.
    """
    seen = Q(pk__in=[])
    if actor.has("case_officer"):
        seen |= Q(authority_id=actor.body_id)
    if actor.has("reviewer"):
        seen |= Q(assigned(REVIEW, actor.user_id, ApplicationUserObjectPermission))
    if actor.has("signatory"):
        signed = Signature.objects.filter(application=OuterRef("pk"), by=actor.user_id)
        seen |= Q(state="awaiting_signatures") | Q(Exists(signed))
    conflicts = ConflictDeclaration.objects.filter(application=OuterRef("pk"), by=actor.user_id, conflict=True)
    return rows.filter(seen, ~Exists(conflicts), submitted_at__isnull=False)


def get_case(*, actor: Actor, pk: UUID, declared: bool = True) -> tuple[Application, Hands]:
    """A case that the actor may see, with who had a part in it. `declared`: Refused until they declared no conflict."""
    rows = Application.objects.annotate(running=running()).select_related(
        "institution__organisation", "authority", "submitted_by", "screened_by", "sent_by", "running"
    )  # type: ignore[misc]
    found = with_open_hits(visible_cases(rows, actor)).filter(pk=pk).first()
    if found is None:
        raise Http404("No such case.")
    hands = hands_of(found)
    if declared:
        require(no_conflict(hands, actor))
    return found, hands


def needs_declaration(verdict: Verdict) -> bool:
    """Whether the only thing in the way is that the person has not declared yet."""
    return verdict.code == "not_declared"


# --- files ----------------------------------------------------------------------------------------


def get_evidence(*, actor: Actor, pk: UUID) -> Evidence:
    """The file of a document that the actor gets: the document, or a redacted copy of it (rules.may_read_in_full).

    For its institution, and for whoever may open a case in which it was sent. Refused where its marking keeps
    the actor from it, and no copy is for them.
    """
    evidence: Evidence | None = (
        Evidence.objects.filter(pk=pk, state="stored").select_related("institution__organisation").first()
    )
    if evidence is None:
        raise Http404("No such document.")
    if _is_own(actor, evidence):
        return evidence
    sent = Revision.objects.filter(
        application=OuterRef("pk"), evidence__contains=[{"id": str(evidence.redacts_id or pk)}]
    )
    cases = Application.objects.filter(institution_id=evidence.institution_id).filter(Exists(sent))
    # A case that the actor's own authority runs comes first: there they may read the most.
    case = visible_cases(cases, actor).order_by(Case(When(authority_id=actor.body_id, then=0), default=1), "pk").first()
    if case is None:
        raise Http404("No such document.")
    hands = hands_of(case)
    require(no_conflict(hands, actor))
    return _as_marked(evidence, case, hands, actor)


def _is_own(actor: Actor, evidence: Evidence) -> bool:
    return actor.body_kind == "institution" and actor.body_id == evidence.institution_id and actor.has(*MEMBERS)


def reader_of(case: Application, hands: Hands, actor: Actor) -> dict[str, bool]:
    """What rules.may_read_in_full asks of somebody who may open the case."""
    named = actor.has("signatory") or not hands.screeners or actor.user_id in hands.assigned | hands.screeners
    return {"own": False, "home": actor.body_id == case.authority_id, "named": named}


def _as_marked(evidence: Evidence, case: Application, hands: Hands, actor: Actor) -> Evidence:
    """The document, or the newest redacted copy that the reader of the case may have."""
    reader = reader_of(case, hands, actor)
    found = handed_out([evidence.pk], reader)[evidence.pk]
    if found is None:
        raise Refused(may_read_in_full(evidence.marking, **reader))
    return found


def get_own_document(*, actor: Actor, pk: UUID, write: bool = False) -> Evidence:
    """A document of the library of the actor's own institution, in any state. `write`: only for applicants."""
    found: Evidence | None = (
        Evidence.objects.filter(pk=pk, institution_id=actor.body_id, about__isnull=True, redacts__isnull=True)
        .select_related("institution__organisation", "uploaded_by", "replaces")
        .first()
        if actor.body_kind == "institution"
        else None
    )
    if found is None or not actor.has(*MEMBERS):
        raise Http404("No such document.")
    if write and not actor.has("applicant"):
        raise Refused(NOT_YOUR_ROLE)
    return found


def get_large_upload(*, actor: Actor, pk: UUID) -> LargeUpload:
    """A large file that the actor's own institution uploads, in any state: for its applicants."""
    found: LargeUpload | None = (
        LargeUpload.objects.filter(pk=pk, institution_id=actor.body_id)
        .select_related("institution__organisation", "application", "replaces", "redacts", "begun_by", "evidence")
        .first()
        if actor.body_kind == "institution"
        else None
    )
    if found is None or not actor.has(*MEMBERS):
        raise Http404("No such upload.")
    if not actor.has("applicant"):
        raise Refused(NOT_YOUR_ROLE)
    return found


# --- people with access ---------------------------------------------------------------------------


def keeps_people(actor: Actor) -> Institution | None:
    """The institution whose people the actor looks after, None until it is described. Refused for everybody else."""
    require_role(actor, *KEEPERS)
    return own_institution(actor)


def get_own_person(*, actor: Actor, pk: UUID) -> Person:
    """Somebody whom the actor's own institution has named, for those who look after its people."""
    rows = with_account(Person.objects.filter(pk=pk, institution_id=actor.body_id))
    found: Person | None = (
        rows.select_related("institution__organisation", "user", "named_by").first()
        if actor.body_kind == "institution" and actor.has(*KEEPERS)
        else None
    )
    if found is None:
        raise Http404("No such person.")
    return found


def visible_people(rows: QuerySet[Person], actor: Actor) -> QuerySet[Person]:
    """The people whom an authority may read about: those of institutions whose cases it runs."""
    if not actor.has("case_officer", "auditor"):
        return rows.none()
    cases = Application.objects.filter(
        institution=OuterRef("institution"), authority_id=actor.body_id, submitted_at__isnull=False
    )
    return rows.filter(Exists(cases))


# --- letters --------------------------------------------------------------------------------------


def get_letter(*, actor: Actor, pk: UUID) -> Letter:
    """A decision letter: for its institution, and for whoever may open the case."""
    letter = Letter.objects.filter(pk=pk).select_related("application").first()
    if letter is None:
        raise Http404("No such letter.")
    application = letter.application
    own = actor.body_kind == "institution" and actor.body_id == application.institution_id and actor.has(*MEMBERS)
    if not own:
        get_case(actor=actor, pk=application.pk)
    return letter
