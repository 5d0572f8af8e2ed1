"""What the export of an audit in OSCAL rests on. A fixed number of queries for any number of controls."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from audits.models import Audit, Check, Control, EvidenceRequest, Finding
from audits.oscal.facts import AuditFacts, Body, CatalogueFacts, CheckFacts, ControlFacts, DrawFacts, FindingFacts
from portal.core import clock

SCHEME = Body(UUID(int=0), "Trusted Partner Scheme")
"""Who audits where no authority is named."""
MOMENTS = (
    ("Fieldwork began", "began_at"),
    ("Report drafted", "drafted_at"),
    ("Report sent to the institution", "sent_at"),
    ("The institution responded", "responded_at"),
    ("Closed", "closed_at"),
)


def audit_facts(audit: Audit, *, inside: bool) -> AuditFacts:
    """The audit with its catalogue, checklist and findings.

    `inside`: for those who audit, who may read the notes on each control and what evidence was asked for. The audit
    must have its catalogue.
    """
    catalogue = audit.catalogue
    if catalogue is None:
        raise ValueError("An audit has its catalogue from the beginning of fieldwork on.")
    authority = audit.authority
    return AuditFacts(
        id=audit.pk,
        reference=audit.reference,
        kind=audit.get_kind_display(),
        mode=audit.mode,
        rulebook=audit.rulebook,
        at=clock.now(),
        authority=SCHEME if authority is None else Body(authority.pk, authority.name),
        institution=Body(audit.institution_id, str(audit.institution)),
        catalogue=CatalogueFacts(catalogue.pk, catalogue.title, catalogue.version, catalogue.imported_at),
        controls=_controls(audit),
        planned_for=audit.planned_for,
        planned_at=audit.planned_at,
        began_at=audit.began_at,
        summary=audit.summary,
        response=audit.response,
        moments=[(name, at) for name, field in MOMENTS if (at := getattr(audit, field))],
        checks=_checks(audit, inside),
        findings=_findings(audit),
        draw=_draw(audit),
    )


def _controls(audit: Audit) -> list[ControlFacts]:
    rows = Control.objects.filter(catalogue=audit.catalogue_id).select_related("group").order_by("position")
    return [
        ControlFacts(
            oscal_id=row.oscal_id,
            statement_id=row.statement_id,
            label=row.label,
            title=row.title,
            statement=row.statement,
            guidance=row.guidance,
            group_id=row.group.oscal_id,
            group=row.group.title,
            methods=tuple(str(value).upper() for value in row.prop("method")),
        )
        for row in rows.defer("params", "links", "group__overview")
    ]


def _checks(audit: Audit, inside: bool) -> list[CheckFacts]:
    asked: dict[UUID, list[str]] = defaultdict(list)
    if inside:
        for request in EvidenceRequest.objects.filter(audit=audit, tested__isnull=False).order_by("asked_at"):
            asked[request.tested_id].append(f"{request.reference}: {request.title} ({request.state_label})")
    rows = Check.objects.filter(audit=audit).annotate(recorded_at=Max("results__recorded_at")).order_by("position")
    found = rows.values_list("pk", "control__oscal_id", "result", "note", "recorded_at")
    labels = dict(Check._meta.get_field("result").flatchoices)
    return [
        CheckFacts(
            id=pk,
            control_id=control_id,
            result=result,
            result_label=str(labels.get(result, _("No result yet"))),
            note=note if inside else "",
            recorded_at=recorded_at,
            evidence=tuple(asked[pk]) if pk in asked else (),
        )
        for pk, control_id, result, note, recorded_at in found
    ]


def _findings(audit: Audit) -> list[FindingFacts]:
    rows = Finding.objects.filter(audit=audit).select_related("control").order_by("recorded_at", "pk")
    return [
        FindingFacts(
            id=row.pk,
            reference=row.reference,
            control_id=row.control.oscal_id if row.control else "",
            severity=row.severity,
            title=row.title,
            description=row.description,
            state=row.state,
            recorded_at=row.recorded_at,
            remedy_due=row.remedy_due,
            plan=row.plan,
            remediation=row.remediation,
            remediated_at=row.remediated_at,
            ended_at=row.verified_at,
            accepted_until=row.accepted_until,
        )
        for row in rows
    ]


def _draw(audit: Audit) -> DrawFacts | None:
    """How the controls were drawn, where they were."""
    draw = getattr(audit, "draw", None)
    if draw is None:
        return None
    return DrawFacts(
        algorithm=draw.algorithm,
        root=draw.checkpoint.root,
        size=draw.checkpoint.size,
        controls_digest=draw.controls_digest,
        controls_count=draw.controls_count,
    )
