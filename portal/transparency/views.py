"""Pages for everybody: what the scheme is, who is qualified, and the state of the record."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from partners.models import Qualification
from portal.accounts.models.organisation import jurisdiction_choices, jurisdiction_name
from portal.core import clock
from portal.rulebook.queries import NoRulebook, current_version
from portal.transparency.queries import SHOWN, checkpoints, figures, head_of_record, register
from portal.ui.lists import ListView
from portal.ui.tables import DayColumn, StateColumn, Table


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the scheme is, in plain words."""
    size, root = head_of_record()
    context = {"figures": figures(), "size": size, "root": root, "rulebook": _version()}
    return render(request, "transparency/about.html", context)


def _version() -> str:
    try:
        return current_version()
    except NoRulebook:
        return ""


class RegisterTable(Table):
    """Qualified institutions, as the public may know them."""

    name = tables.Column(verbose_name=_("Institution"))
    jurisdiction = tables.Column(verbose_name=_("Country"))
    reference = tables.Column(verbose_name=_("Qualification"))
    valid_from = DayColumn(verbose_name=_("Since"))
    valid_until = DayColumn(verbose_name=_("Until"))
    state = StateColumn(verbose_name=_("State"))

    def render_jurisdiction(self, value: str) -> str:
        return jurisdiction_name(value)

    value_jurisdiction = render_jurisdiction


class RegisterFilter(django_filters.FilterSet):
    jurisdiction = django_filters.ChoiceFilter(
        choices=jurisdiction_choices, label=_("Country"), empty_label=_("Any"), field_name="jurisdiction"
    )
    state = django_filters.ChoiceFilter(
        choices=[(state, Qualification.TABLE.state(state).label) for state in SHOWN],
        label=_("State"),
        empty_label=_("Any"),
    )

    class Meta:
        model = Qualification
        fields: ClassVar[list[str]] = []


@method_decorator(require_safe, name="dispatch")
class Register(ListView):
    """The register of qualified institutions."""

    title = _("Register of trusted partners")
    lead = _("Institutions that may be granted access to test frontier AI models, and whether that is so today.")
    table_class = RegisterTable
    filterset_class = RegisterFilter
    search_fields = ("name", "reference")
    sorts: ClassVar = {
        "name": ("name",),
        "jurisdiction": ("jurisdiction", "name"),
        "valid_from": ("valid_from",),
        "valid_until": ("valid_until",),
    }
    default_sort = "name"
    empty_title = _("No institution is qualified yet")
    empty_text = _("Institutions are listed from the day on which their qualification comes into force.")

    def get_queryset(self) -> QuerySet[Any]:
        return register()


@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """Size and root of the record, its last checkpoints, and what they are good for. `?format=json` for machines."""
    size, root = head_of_record()
    taken = checkpoints()
    if request.GET.get("format") == "json":
        said = {"size": size, "root": root, "time": clock.now().isoformat(timespec="seconds")}
        told = [{"size": one.size, "root": one.root, "time": one.taken_at.isoformat()} for one in taken]
        return JsonResponse(said | {"checkpoints": told})
    context = {"size": size, "root": root, "moment": clock.now(), "checkpoints": taken}
    return render(request, "transparency/record.html", context)
