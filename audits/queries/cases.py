"""Reads that several deeds on cases share."""

from __future__ import annotations

from uuid import UUID

from partners.models import Application, Institution
from partners.queries.institution import authority_for
from portal.accounts.models import Organisation


def authority_of(institution: Institution) -> UUID | None:
    """The authority that runs the institution's case: that of its newest application, else that of its jurisdiction."""
    newest = Application.objects.filter(institution=institution).order_by("-started_at").values_list("authority_id")
    found = newest.first()
    if found is not None:
        return UUID(str(found[0]))
    authority = authority_for(institution.organisation.jurisdiction)
    return authority.pk if authority else None


def home_of(jurisdiction: str) -> UUID | None:
    """The authority of that jurisdiction itself, whichever one runs a case. One query; None where it has none."""
    rows = Organisation.objects.filter(kind="authority", state="active", jurisdiction=jurisdiction)
    return rows.order_by("created_at", "pk").values_list("pk", flat=True).first()
