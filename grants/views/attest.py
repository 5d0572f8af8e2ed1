"""Pages on which an institution attests: the list of statements, a safeguard at once, some statements at once."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from grants.access import get_environment, get_own_environment
from grants.actions.environment import attest_environment, attest_statements
from grants.catalogues import BASELINE_KEY
from grants.forms.environment import SafeguardsForm, StatementsForm
from grants.forms.fields import refuse_into
from grants.models import Attestation, Environment, Statement
from grants.queries.environment import offered_documents
from grants.queries.statement import Stated, grouped, stated, statement_rows
from grants.rules.attestation import Answer
from portal.accounts.guards import signed_in
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.ui import tags
from portal.ui.lists import ListView
from portal.ui.tables import DayColumn, NumberColumn, Table
from portal.workflow import can

NOT_ANSWERED = "open"
VALUE_CHOICES = [(NOT_ANSWERED, _("Not answered")), *Attestation.Value.choices]


def verb_of(environment: Environment) -> str:
    """What attesting is for the environment as it is."""
    return "drift" if environment.state in ("accredited", "suspended") else "attest"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def environment_attest(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Answer the scheme's own statements, a whole safeguard at a time."""
    actor: Actor = request.actor
    found = get_own_environment(actor=actor, pk=pk)
    require(can(found, verb_of(found), actor))
    groups = [group for group in grouped(stated(found)) if group.catalogue.key == BASELINE_KEY]
    form = SafeguardsForm(request.POST if request.method == "POST" else None, groups=groups)
    if request.method == "POST" and form.is_valid():
        try:
            attest_environment(environment=found, values=form.values, by=actor)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("Attested. An authority looks at it before anything is permitted here."))
            return redirect("grants:environment", pk=found.pk)
    pairs = [(group, form[f"value_{group.key}"], form[f"note_{group.key}"]) for group in groups]
    return render(request, "grants/environment_attest.html", {"form": form, "pairs": pairs, "environment": found})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def environment_group(request: PortalRequest, pk: UUID, group: str) -> HttpResponse:
    """Answer statements of one group: one answer for those that are ticked. `?only=` ticks one, with its answer."""
    actor: Actor = request.actor
    found = get_own_environment(actor=actor, pk=pk)
    require(can(found, verb_of(found), actor))
    shown = next((item for item in grouped(stated(found)) if item.slug == group), None)
    if shown is None:
        raise Http404("No such group.")
    form = StatementsForm(
        request.POST if request.method == "POST" else None,
        rows=shown.rows,
        documents=offered_documents(found),
        initial=_initial(shown.rows, request.GET.get("only", "")),
    )
    if request.method == "POST" and form.is_valid():
        answer = Answer(form.cleaned_data["value"], form.cleaned_data["note"], form.chosen)
        answers = {(shown.catalogue.key, identifier): answer for identifier in form.cleaned_data["statements"]}
        try:
            attest_statements(environment=found, answers=answers, by=actor)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            said = ngettext("%(count)s statement attested.", "%(count)s statements attested.", len(answers))
            messages.success(request, said % {"count": len(answers)})
            return redirect(f"{reverse('grants:environment', args=[found.pk])}#statements")
    context = {"form": form, "environment": found, "group": shown}
    return render(request, "grants/environment_group.html", context)


def _initial(rows: list[Stated], only: str) -> dict[str, Any]:
    """Those without an answer are ticked; or one, with its answer."""
    one = next((row for row in rows if row.statement.identifier == only), None)
    if one is None:
        return {"statements": [row.statement.identifier for row in rows if row.attestation is None]}
    note = one.attestation.note if one.attestation else ""
    documents = [item.pk for item in one.documents]
    return {"statements": [only], "value": one.value or None, "note": note, "documents": documents}


class StatementTable(Table):
    """Statements of one environment with what is answered."""

    identifier = tables.Column(verbose_name=_("Statement"))
    text = tables.Column(verbose_name=_("What it asks"))
    group_title = tables.Column(verbose_name=_("Group"))
    importance = tables.Column(verbose_name=_("Importance"))
    value = tables.Column(verbose_name=_("Answer"), empty_values=())
    note = tables.Column(verbose_name=_("How"), default="–")
    documents = NumberColumn(verbose_name=_("Documents"), default=0)
    attested_at = DayColumn(verbose_name=_("Attested"), default="–")

    def __init__(self, *args: Any, environment: Environment, writes: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.environment, self.writes = environment, writes

    def render_identifier(self, value: str, record: Any) -> SafeString | str:
        if not self.writes:
            return value
        url = reverse("grants:environment_group", args=[self.environment.pk, f"{record.catalogue_key}:{record.group}"])
        return format_html('<a href="{}?only={}">{}</a>', url, value, value)

    def value_identifier(self, value: str) -> str:
        return value

    def render_importance(self, record: Statement) -> str:
        return record.get_importance_display()

    def render_value(self, record: Any) -> SafeString:
        if not record.value:
            return tags.derived_tag("not_assessed", str(_("Not answered")))
        label = str(Attestation.Value(record.value).label)
        return tags.derived_tag("not_met" if record.value == "not_met" else "met", label)

    def value_value(self, record: Any) -> str:
        return str(dict(VALUE_CHOICES)[record.value or NOT_ANSWERED])


class StatementFilter(django_filters.FilterSet):
    """By group, by answer, by importance."""

    group = django_filters.ChoiceFilter(label=_("Group"), empty_label=_("All"))
    value = django_filters.ChoiceFilter(
        label=_("Answer"), choices=VALUE_CHOICES, empty_label=_("All"), method="by_value"
    )
    importance = django_filters.ChoiceFilter(
        label=_("Importance"), choices=Statement.Importance.choices, empty_label=_("All")
    )

    class Meta:
        model = Statement
        fields: ClassVar[list[str]] = ["group", "importance"]

    def __init__(self, *args: Any, groups: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.filters["group"].extra["choices"] = groups

    def by_value(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(value__isnull=True) if value == NOT_ANSWERED else rows.filter(value=value)


class StatementList(ListView):
    """Every statement that an environment answers."""

    table_class = StatementTable
    filterset_class = StatementFilter
    search_fields = ("identifier", "text", "note")
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {
        "identifier": ("catalogue_key", "position"),
        "attested_at": ("attested_at",),
    }
    default_sort = "identifier"
    template_name = "grants/statements.html"
    empty_title = _("No such statements")
    empty_text = _("Nothing that this environment answers fits the filters.")

    @cached_property
    def environment(self) -> Environment:
        return get_environment(actor=self.request.actor, pk=self.kwargs["pk"])

    @property
    def title(self) -> Any:  # type: ignore[override]
        return _("Statements: %(name)s") % {"name": self.environment.name}

    @cached_property
    def writes(self) -> bool:
        """Whether the reader may answer."""
        return bool(can(self.environment, verb_of(self.environment), self.request.actor))

    @cached_property
    def filterset(self) -> django_filters.FilterSet:
        rows = self.get_queryset()
        titles = dict(rows.order_by("catalogue_key", "position").values_list("group", "group_title"))
        return StatementFilter(self.request.GET, queryset=rows, request=self.request, groups=list(titles.items()))

    def saved_views(self) -> list[dict[str, Any]]:
        return [
            {"label": _("All"), "query": {}},
            {"label": _("Not answered"), "query": {"value": NOT_ANSWERED}},
            {"label": _("Mandatory, not answered"), "query": {"value": NOT_ANSWERED, "importance": "mandatory"}},
            {"label": _("Not met"), "query": {"value": "not_met"}},
        ]

    def table_options(self) -> dict[str, Any]:
        return {"environment": self.environment, "writes": self.writes}

    def get_queryset(self) -> QuerySet[Any]:
        return statement_rows(self.environment)
