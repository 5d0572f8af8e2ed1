"""What each measure counts, which of it a reader may see by name, and which page they may open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.urls import reverse

from audits.access import visible_incidents
from audits.models import Alert, Appeal, Audit, Finding, Incident, Obligation
from grants.access import consent_lines_for, grants_for, holds_for
from grants.models import Environment, Grant, GrantRequest, Hold
from partners.models import Application, Institution
from portal.core.requests import PortalRequest
from portal.dashboards.sights import AUTHORITY

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Subject:
    """A kind of thing that is counted. `name` is the field by which it is called, `partner` the way to its partner.

    `of_providers` are those that the people of a provider may see; None where they may see none.
    """

    model: type[Model]
    name: str = "reference"
    partner: str = "institution__"
    of_providers: Callable[[PortalRequest], Rows] | None = None
    page: str = ""
    """A page outside the desk, for oversight and providers."""

    def seen(self, request: PortalRequest) -> Rows | None:
        """What the reader may see of it by name; None where that is all of it.

        The desk shows its people what their authority works on. The oversight board sees what there is of everything,
        but for incidents whose marking keeps them from it, and none of what is in the cases.
        """
        actor = request.actor
        if self.model is Institution:
            return None
        if actor.has("oversight_member"):
            return visible_incidents(Incident.objects.all(), actor) if self.model is Incident else None
        if actor.has(*AUTHORITY):
            desk = admin.site.get_model_admin(self.model)
            if desk.has_view_permission(request):
                return desk.get_queryset(request).order_by()
        elif self.of_providers is not None:
            return self.of_providers(request)
        return self.model._default_manager.none()

    def url(self, request: PortalRequest, pk: Any) -> str:
        """The page of one that the reader may see; "" where there is none for them."""
        if self.model is Institution:
            return reverse("partners:partner", args=[pk])
        if request.actor.has("oversight_member", "provider_staff"):
            return reverse(self.page, args=[pk]) if self.page else ""
        label = self.model._meta
        return reverse(f"admin:{label.app_label}_{label.model_name}_change", args=[pk])


def _requests_of_provider(request: PortalRequest) -> Rows:
    return GrantRequest.objects.filter(pk__in=consent_lines_for(request.actor).order_by().values("request"))


PARTNER = Subject(Institution, "organisation__name", "")
GRANT = Subject(Grant, of_providers=lambda request: grants_for(request.actor).order_by())
REQUEST = Subject(GrantRequest, of_providers=_requests_of_provider)
HOLD = Subject(Hold, "pk", of_providers=lambda request: holds_for(request.actor).order_by())
INCIDENT = Subject(
    Incident,
    of_providers=lambda request: visible_incidents(Incident.objects.all(), request.actor),
    page="audits:incident",
)
AUDIT, FINDING = Subject(Audit), Subject(Finding)
SUBJECTS: Mapping[str, tuple[Subject, ...]] = {
    "qualified": (PARTNER,),
    "holders": (PARTNER,),
    "ladder": (PARTNER,),
    "lines": (GRANT,),
    "lines_held": (GRANT,),
    "lines_until": (GRANT,),
    "grants": (GRANT,),
    "taken_back": (GRANT,),
    "environments": (Subject(Environment, "name"),),
    "holds": (HOLD,),
    "holds_placed": (HOLD,),
    "holds_acknowledged": (HOLD,),
    "incidents": (INCIDENT,),
    "incidents_open": (INCIDENT,),
    "time_to_contain": (INCIDENT,),
    "audits": (AUDIT,),
    "audits_done": (AUDIT,),
    "controls": (AUDIT,),
    "findings": (FINDING,),
    "finding_ages": (FINDING,),
    "findings_recorded": (FINDING,),
    "obligations": (Subject(Obligation),),
    "obligations_kept": (Subject(Obligation),),
    "alerts": (Subject(Alert),),
    "appeals": (Subject(Appeal),),
    "appeals_decided": (Subject(Appeal),),
    "decisions": (REQUEST,),
    "consents": (REQUEST,),
    "time_to_decide": (REQUEST,),
    "cases": (Subject(Application), REQUEST),
    "case_ages": (Subject(Application), REQUEST),
    "stage_days": (Subject(Application), REQUEST),
}
"""By measure."""
