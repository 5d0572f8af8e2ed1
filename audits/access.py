"""Fetch and authorise in one call. A stranger gets Http404; a colleague without the right gets Refused with the reason.

`visible_*` narrow rows for lists and for the desk; they use EXISTS subqueries and no joins that multiply rows.
"""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from audits.models import (
    AUDIT_PERMISSION,
    Appeal,
    Audit,
    AuditUserObjectPermission,
    EnforcementCase,
    EvidenceRequest,
    Finding,
    Incident,
    IncidentDeadline,
    IncidentReport,
    Obligation,
)
from audits.queries.incident_report import readable
from audits.queries.lessons import with_findings
from audits.rules.marking import HIDDEN_FROM_OVERSIGHT, HIDDEN_FROM_PROVIDERS
from grants.models import Release
from portal.accounts.assign import assigned
from portal.accounts.models import Organisation
from portal.core.actors import Actor
from portal.core.verdicts import Refused, refused

M = TypeVar("M", bound=Model)

TOLD = Q(notified_at__isnull=False) | Q(began_at__isnull=False)
"""Audits that the partner knows of: announced ones, and those that have begun. As `Audit.is_told`.

Everything else about its audits is kept from it alike, whether it will be announced or not: were planned ones shown
until they are unannounced ones, a gap in the list would say so.
"""


# --- the partner's side ---------------------------------------------------------------------------
def own(rows: QuerySet[M], actor: Actor) -> QuerySet[M]:
    """What belongs to the actor's institution."""
    if actor.body_kind != "institution" or not actor.has("applicant"):
        return rows.none()
    return rows.filter(institution_id=actor.body_id)


def own_audits(actor: Actor) -> QuerySet[Audit]:
    """Audits of the actor's institution that it was told of."""
    return own(Audit.objects.filter(TOLD), actor)


def get_own_audit(*, actor: Actor, pk: UUID) -> Audit:
    """An audit of the actor's institution that it was told of."""
    related = ("institution__organisation", "authority", "catalogue")
    rows: QuerySet[Audit] = Audit.objects.filter(TOLD).select_related(*related)
    return _get_own(rows, actor, pk)


def get_own_finding(*, actor: Actor, pk: UUID) -> Finding:
    """A finding on the actor's institution."""
    related = ("audit__authority", "institution__organisation", "control", "incident")
    rows: QuerySet[Finding] = Finding.objects.select_related(*related)
    return _get_own(rows, actor, pk)


def get_own_evidence_request(*, actor: Actor, pk: UUID) -> EvidenceRequest:
    """Something that auditors ask the actor's institution to show."""
    related = ("audit", "institution__organisation", "tested__control", "window")
    rows: QuerySet[EvidenceRequest] = EvidenceRequest.objects.select_related(*related)
    return _get_own(rows, actor, pk)


def get_own_obligation(*, actor: Actor, pk: UUID) -> Obligation:
    """A report that the actor's institution owes or filed."""
    related = ("institution__organisation", "grant", "authority")
    rows: QuerySet[Obligation] = Obligation.objects.select_related(*related)
    return _get_own(rows, actor, pk)


def get_own_case(*, actor: Actor, pk: UUID) -> EnforcementCase:
    """An enforcement case against the actor's institution, once notice was given or it was decided."""
    related = ("institution__organisation", "authority", "hold", "incident")
    rows: QuerySet[EnforcementCase] = EnforcementCase.objects.exclude(state="opened").select_related(*related)
    return _get_own(rows, actor, pk)


def get_own_appeal(*, actor: Actor, pk: UUID) -> Appeal:
    """An appeal of the actor's institution."""
    rows: QuerySet[Appeal] = Appeal.objects.select_related(
        "institution__organisation", "case", "hold", "application", "grant_request"
    )
    return _get_own(rows, actor, pk)


def get_incident(*, actor: Actor, pk: UUID) -> Incident:
    """An incident, for its institution, the provider of the release concerned, and oversight."""
    rows = Incident.objects.select_related(
        "institution__organisation", "authority", "line__grant", "release__model", "environment", "hold", "duplicate_of"
    )
    shown = with_findings(rows)
    found: Incident | None = visible_incidents(shown, actor).filter(pk=pk).first()
    return found if found is not None else _get_own(shown, actor, pk)


def get_deadline(*, actor: Actor, pk: UUID) -> IncidentDeadline:
    """A deadline of an incident that the actor may see on the portal's pages."""
    deadline = IncidentDeadline.objects.filter(pk=pk).first()
    if deadline is None:
        raise Http404("No such deadline.")
    deadline.incident = get_incident(actor=actor, pk=deadline.incident_id)
    return deadline


def get_incident_report(*, actor: Actor, incident: UUID, pk: UUID) -> IncidentReport:
    """A report on an incident, for who filed it and for whom it is, whether or not they may see the incident."""
    rows = IncidentReport.objects.filter(incident_id=incident, pk=pk).select_related("incident", "deadline")
    found = readable(rows, actor).first()
    if found is None:
        raise Http404("Nothing here that you may see.")
    return found


def visible_incidents(rows: QuerySet[Incident], actor: Actor) -> QuerySet[Incident]:
    """Incidents of one's own institution, of releases of one's own provider, and for oversight all.

    Providers and oversight see as much as the marking lets them (audits.rules.marking).
    """
    return rows.filter(sees_incident(actor))


def sees_incident(actor: Actor, to: str = "") -> Q:
    """The same as a condition on rows from which `to`, such as "incident__", leads to the incident.

    As a condition on the joined row, and no subquery, so that a list in the order of its own index stops after a page.
    """
    seen = Q(pk__in=[])
    if actor.has("applicant"):
        seen |= Q(**{f"{to}institution_id": actor.body_id})
    if actor.has("provider_staff"):
        own = Q(**{f"{to}release__in": Release.objects.filter(provider_id=actor.body_id).values("pk")})
        seen |= own & ~Q(**{f"{to}marking__in": HIDDEN_FROM_PROVIDERS})
    if actor.has("oversight_member"):
        seen |= ~Q(**{f"{to}marking__in": HIDDEN_FROM_OVERSIGHT})
    return seen


def _get_own(rows: QuerySet[M], actor: Actor, pk: UUID) -> M:
    """The row, for applicants of its institution; others who act for it hear why not, anybody else sees nothing."""
    colleague = actor.has("applicant", "administrator", "representative")
    found = rows.filter(pk=pk, institution_id=actor.body_id).first() if actor.body_id and colleague else None
    if found is None:
        raise Http404("Nothing here that you may see.")
    if not actor.has("applicant"):
        raise Refused(
            refused(
                _("This is for applicants of the institution. Ask your administrator for that role."),
                code="wrong_role",
                rule="roles",
            )
        )
    return found


# --- the desk -------------------------------------------------------------------------------------
def audits_on_desk(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Case officers see the audits of their authority, auditors those assigned to them."""
    seen = Q(pk__in=[])
    if actor.has("case_officer"):
        seen |= Q(authority_id=actor.body_id)
    if actor.has("auditor"):
        seen |= Q(assigned(AUDIT_PERMISSION, actor.user_id, AuditUserObjectPermission))
    return rows.filter(seen)


def findings_on_desk(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """As audits; signatories see those of their authority, whose risk they may accept."""
    seen = Q(pk__in=[])
    if actor.has("case_officer", "signatory"):
        seen |= Q(audit__authority_id=actor.body_id)
    if actor.has("auditor"):
        seen |= Q(assigned(AUDIT_PERMISSION, actor.user_id, AuditUserObjectPermission, outer="audit_id"))
    return rows.filter(seen)


def requests_on_desk(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Requests for evidence: as audits."""
    seen = Q(pk__in=[])
    if actor.has("case_officer"):
        seen |= Q(audit__authority_id=actor.body_id)
    if actor.has("auditor"):
        seen |= Q(assigned(AUDIT_PERMISSION, actor.user_id, AuditUserObjectPermission, outer="audit_id"))
    return rows.filter(seen)


def of_own_authority(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Case officers see what their authority runs."""
    return rows.filter(authority_id=actor.body_id) if actor.has("case_officer") else rows.none()


def enforcement_on_desk(rows: QuerySet[EnforcementCase], actor: Actor) -> QuerySet[EnforcementCase]:
    """As other cases; officers also see those on institutions whose home authority theirs is, whoever runs them."""
    seen = Q(pk__in=cases_on_desk(rows, actor).values("pk"))
    if actor.has("case_officer") and actor.body_kind == "authority" and actor.body_id is not None:
        home = OuterRef("institution__organisation__jurisdiction")
        seen |= Q(Exists(Organisation.objects.filter(pk=actor.body_id, jurisdiction=home)))
    return rows.filter(seen)


def cases_on_desk(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Incidents and enforcement cases: officers those of their authority, signatories all, for any may have to act."""
    seen = Q(pk__in=[])
    if actor.has("case_officer"):
        seen |= Q(authority_id=actor.body_id)
    if actor.has("signatory"):
        seen |= Q(pk__isnull=False)
    return rows.filter(seen)
