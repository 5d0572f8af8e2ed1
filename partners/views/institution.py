"""The institution's own details, and the list of institutions for the bodies of the scheme."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from partners.access import READERS, own_institution, require_role
from partners.actions.institution import amend_institution, describe_institution
from partners.forms.institution import InstitutionForm
from partners.models import Application, Institution, Qualification
from partners.queries.institution import institutions
from partners.queries.timeline import tiers_for, timeline
from partners.states.qualification import QUALIFICATION
from portal.accounts.models import Organisation
from portal.accounts.models.organisation import jurisdiction_name
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused
from portal.rulebook.queries import rules
from portal.ui import tags
from portal.ui.forms import refuse
from portal.ui.lists import ListView
from portal.ui.tables import DayColumn, Table

WRITERS = ("administrator", "applicant")
"""Who may change the details of their institution."""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def institution(request: PortalRequest) -> HttpResponse:
    """What the scheme knows of the actor's institution; applicants and administrators may change it."""
    actor = request.actor
    found = own_institution(actor)
    if request.method == "POST":
        require_role(actor, *WRITERS)
    organisation = found.organisation if found else Organisation.objects.get(pk=actor.organisation_id)
    initial = {name: getattr(found, name) for name in ("kind", "lei", "ror", "address", "language")} if found else {}
    kinds = rules().eligibility.kinds
    form = InstitutionForm(request.POST or None, initial=initial, kinds=kinds)
    if request.method == "POST" and form.is_valid() and _save(request, form, found, organisation):
        messages.success(request, _("The details of your institution are saved."))
        return redirect("partners:applications" if found is None else "partners:institution")
    rows = list(Qualification.objects.filter(institution=organisation.pk).order_by("-valid_from", "-id"))
    context = {
        "institution": found,
        "organisation": organisation,
        "form": form,
        "qualifications": rows,
        "may_change": actor.has(*WRITERS),
        "kind": next((item.label for item in kinds if found and item.key == found.kind), ""),
    }
    return render(request, "partners/institution.html", context)


def _save(request: PortalRequest, form: InstitutionForm, found: Institution | None, organisation: Organisation) -> bool:
    try:
        if found is None:
            describe_institution(organisation=organisation, by=request.actor, **form.cleaned_data)
        else:
            amend_institution(institution=found, by=request.actor, **form.cleaned_data)
    except Refused as error:
        refuse(form, error.verdict)
        return False
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


# --- the list -------------------------------------------------------------------------------------


class NameColumn(tables.Column):
    """The institution's name, as the link to its page."""

    def render(self, record: Any) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>', reverse("partners:partner", args=[record.pk]), record.organisation.name
        )

    def value(self, record: Any) -> str:
        return str(record.organisation.name)


class StandingColumn(tables.Column):
    """The state of the last qualification."""

    def render(self, value: str) -> SafeString:
        return tags.tag(QUALIFICATION.state(value).label, tags.look_of("qualification", value))

    def value(self, value: str | None) -> str:
        return str(QUALIFICATION.state(value).label) if value else ""


class InstitutionTable(Table):
    name = NameColumn(verbose_name=gettext_lazy("Institution"), accessor="organisation__name")
    jurisdiction = tables.Column(verbose_name=gettext_lazy("Jurisdiction"), accessor="organisation__jurisdiction")
    kind = tables.Column(verbose_name=gettext_lazy("Kind"))
    standing = StandingColumn(verbose_name=gettext_lazy("Status"), default=gettext_lazy("Never qualified"))
    tier = tables.Column(verbose_name=gettext_lazy("Tier"), default="–")
    until = DayColumn(verbose_name=gettext_lazy("Valid until"), default="–")

    def __init__(self, *args: Any, kinds: dict[str, str], **kwargs: Any) -> None:
        self.kinds = kinds
        super().__init__(*args, **kwargs)

    def render_jurisdiction(self, value: str) -> str:
        return jurisdiction_name(value)

    def render_kind(self, value: str) -> str:
        return str(self.kinds.get(value, value))

    def render_tier(self, value: str) -> str:
        return str(dict(Application.Tier.choices).get(value, value))


class InstitutionFilter(django_filters.FilterSet):
    standing = django_filters.ChoiceFilter(
        label=gettext_lazy("Status"),
        choices=[*QUALIFICATION.choices, ("none", gettext_lazy("Never qualified"))],
        method="of_standing",
        empty_label=gettext_lazy("Any"),
    )
    tier = django_filters.ChoiceFilter(
        label=gettext_lazy("Tier"), choices=Application.Tier.choices, empty_label=gettext_lazy("Any")
    )

    class Meta:
        model = Institution
        fields: tuple[str, ...] = ()

    def of_standing(self, rows: QuerySet[Institution], name: str, value: str) -> QuerySet[Institution]:
        wanted: dict[str, Any] = {"standing__isnull": True} if value == "none" else {"standing": value}
        return rows.filter(**wanted)


class InstitutionList(LoginRequiredMixin, ListView):
    """Every institution with its status: for authorities, providers and oversight bodies."""

    title = gettext_lazy("Institutions")
    lead = gettext_lazy("Every institution that is, was or wants to be a trusted partner.")
    table_class = InstitutionTable
    filterset_class = InstitutionFilter
    search_fields = ("organisation__name", "lei", "ror")
    search_label = gettext_lazy("Name or identifier")
    sorts = {
        "name": ("organisation__name",),
        "jurisdiction": ("organisation__jurisdiction",),
        "until": ("until",),
    }
    default_sort = "name"
    empty_title = gettext_lazy("No institutions yet")
    empty_text = gettext_lazy("An institution appears here once its people have described it.")

    def get_queryset(self) -> QuerySet[Institution]:
        require_role(self.request.actor, *READERS)
        newest = Qualification.objects.filter(institution=OuterRef("pk")).order_by("-valid_from", "-id")
        # All are of that kind; saying so lets the index by kind and name give the order.
        rows = Institution.objects.filter(organisation__kind="institution").select_related("organisation")
        return rows.annotate(
            standing=Subquery(newest.values("state")[:1]),
            tier=Subquery(newest.values("tier")[:1]),
            until=Subquery(newest.values("valid_until")[:1]),
        )

    def table_options(self) -> dict[str, Any]:
        return {"kinds": {item.key: item.label for item in rules().eligibility.kinds}}

    def saved_views(self) -> list[dict[str, Any]]:
        return [
            {"label": _("All"), "query": {}},
            {"label": _("In force"), "query": {"standing": "in_force"}},
            {"label": _("Suspended"), "query": {"standing": "suspended"}},
        ]


@require_safe
@login_required
def partner(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One institution, as the bodies of the scheme may know it."""
    actor = request.actor
    if actor.body_kind == "institution":
        raise Http404("Not for institutions.")
    require_role(actor, *READERS)
    found = institutions().filter(pk=pk).first()
    if found is None:
        raise Http404("No such institution.")
    kinds = {item.key: item.label for item in rules().eligibility.kinds}
    events = timeline(
        pk,
        tiers=tiers_for(actor, own=False),
        viewer=actor,
        nouns=("institution", "organisation", "qualification"),
        limit=50,
    )
    context = {
        "institution": found,
        "kind": kinds.get(found.kind, found.kind),
        "qualification": next(iter(found.qualification_rows), None),  # type: ignore[attr-defined]
        "events": events,
    }
    return render(request, "partners/partner.html", context)
