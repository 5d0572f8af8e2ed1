"""Reads about institutions and who runs their cases."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from partners.models import Application, Institution, Qualification
from partners.models.qualification import LIVE
from partners.rules.home import AuthorityLoad, home_authority
from partners.states.application import IN_HAND
from portal.accounts.models import Organisation


def institution_of(body_id: UUID | None) -> Institution | None:
    """The institution whose people have this body id, or None until it is described. One query."""
    return Institution.objects.filter(pk=body_id).select_related("organisation").first() if body_id else None


def authority_for(jurisdiction: str) -> Organisation | None:
    """The authority that runs the cases of institutions of that jurisdiction (rules.home_authority). Two queries."""
    active = Organisation.objects.filter(kind=Organisation.Kind.AUTHORITY, state="active")
    counted = active.annotate(open_cases=Count("cases", filter=Q(cases__state__in=IN_HAND)))
    loads = [AuthorityLoad(row.pk, row.jurisdiction, row.created_at, row.open_cases) for row in counted]
    chosen = home_authority(jurisdiction, loads)
    return active.get(pk=chosen) if chosen else None


def home_authority_name(jurisdiction: str) -> str:
    """The authority of that jurisdiction itself, "" where it has none: another one then runs its cases. One query."""
    active = Organisation.objects.filter(kind=Organisation.Kind.AUTHORITY, state="active", jurisdiction=jurisdiction)
    return active.order_by("created_at", "pk").values_list("name", flat=True).first() or ""


def is_barred(institution_id: UUID, today: date) -> tuple[bool, date | None]:
    """Whether a removal still bars the institution from applying, and until when (None: for good). One query."""
    removed = Qualification.objects.filter(institution_id=institution_id, state="removed")
    row = removed.order_by("-changed_at").first()
    if row is None or (row.removed_until is not None and row.removed_until < today):
        return False, None
    return True, row.removed_until


def refused_last(institution_id: UUID) -> Application | None:
    """The institution's last decided application for the status, where that was declined and still is. One query.

    A refusal that was set aside on appeal bars nobody.
    """
    decided = Application.objects.filter(institution_id=institution_id, kind__in=["initial", "renewal"])
    last = decided.filter(state__in=["approved", "declined"]).order_by("-decided_at").first()
    if last is None or last.state != "declined" or last.decided_at is None:
        return None
    return None if last.set_aside_at is not None and last.set_aside_at >= last.decided_at else last


def institutions() -> QuerySet[Institution]:
    """All institutions with their organisation and their live or last qualification as `qualification_rows`."""
    newest = Qualification.objects.order_by("-valid_from", "-id")
    return Institution.objects.select_related("organisation").prefetch_related(
        Prefetch("qualifications", queryset=newest, to_attr="qualification_rows")
    )


def live_qualification(institution_id: UUID) -> Qualification | None:
    """The institution's qualification that has not ended, or None. One query."""
    return Qualification.objects.filter(institution_id=institution_id, state__in=LIVE).first()


def applications_of(institution_id: UUID) -> QuerySet[Application]:
    """The institution's applications, the newest first."""
    rows = Application.objects.filter(institution_id=institution_id)
    return rows.select_related("authority", "institution__organisation").order_by("-started_at", "-id")
