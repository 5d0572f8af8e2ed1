"""The lists behind figures that no other room has: lines in force, and holds. They tell of today."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from grants.models import GrantLine, Hold
from grants.notices import describe
from portal.accounts.models.organisation import jurisdiction_choices, jurisdiction_name
from portal.core import clock
from portal.core.requests import PortalRequest
from portal.dashboards.filters import Narrowed
from portal.dashboards.queries.behind import held, lines_in_force
from portal.dashboards.queries.offered import offered
from portal.dashboards.sights import Sight, for_readers
from portal.rulebook.queries import rules
from portal.rulebook.schema import RISK_TIERS, Rulebook
from portal.ui import tags
from portal.ui.filters import YesNoFilter
from portal.ui.lists import ListView
from portal.ui.tables import DayColumn, StateColumn, Table

_ANY = _("Any")


class BehindFilter(django_filters.FilterSet):
    """The filters of the boards; the rows are asked for with them, so that here they only have to be there."""

    jurisdiction = django_filters.ChoiceFilter(label=_("Country of the partner"), method="narrowed", empty_label=_ANY)
    tier = django_filters.ChoiceFilter(
        label=_("Risk tier"),
        choices=[(tier, tier.capitalize()) for tier in RISK_TIERS],
        method="narrowed",
        empty_label=_ANY,
    )
    provider = django_filters.ChoiceFilter(label=_("Provider"), method="narrowed", empty_label=_ANY)
    release = django_filters.ChoiceFilter(label=_("Release"), method="narrowed", empty_label=_ANY)

    class Meta:
        model = GrantLine
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, book: Rulebook, sight: Sight, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = offered([sight.provider] if sight.provider else [])
        known = {item.country for item in book.eligibility.jurisdictions}
        self.filters["jurisdiction"].extra["choices"] = [one for one in jurisdiction_choices() if one[0] in known]
        self.filters["release"].extra["choices"] = choices.of(sight.provider)
        if sight.provider:
            del self.filters["provider"]
        else:
            self.filters["provider"].extra["choices"] = choices.providers

    def narrowed(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(Narrowed(clock.today(), clock.today(), **{name: value}).of_institution())


class LineFilter(BehindFilter):
    use_case = django_filters.ChoiceFilter(label=_("Use"), empty_label=_ANY)
    stopped = YesNoFilter(label=_("Held"), field_name="is_stopped")

    def __init__(self, *args: Any, book: Rulebook, **kwargs: Any) -> None:
        super().__init__(*args, book=book, **kwargs)
        self.filters["use_case"].extra["choices"] = [(item.key, item.label) for item in book.scope.use_cases]

    def narrowed(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        asked = Narrowed(clock.today(), clock.today(), **{name: value})
        return rows.filter(asked.of_institution(), asked.of_release())


class HeldFilter(BehindFilter):
    def narrowed(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found = held(Narrowed(clock.today(), clock.today(), **{name: value}))
        return rows.filter(pk__in=found.order_by().values("pk"))


class InstitutionColumn(tables.Column):
    """A partner, with the way to its page, which everybody who reads the boards may open."""

    def __init__(self) -> None:
        super().__init__(verbose_name=_("Partner"), accessor="institution__organisation__name")

    def render(self, value: str, record: Any) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("partners:partner", args=[record.institution_id]), value)

    def value(self, value: str) -> str:
        return value


class LineTable(Table):
    """Lines in force."""

    institution = InstitutionColumn()
    country = tables.Column(verbose_name=_("Country"), accessor="institution__organisation__jurisdiction")
    release = tables.Column(verbose_name=_("Release"))
    use_case = tables.Column(verbose_name=_("Use"))
    place = tables.Column(verbose_name=_("Environment in"), accessor="environment__country")
    last_day = DayColumn(verbose_name=_("Until"))
    is_stopped = tables.Column(verbose_name=_("Held"))

    def __init__(self, *args: Any, uses: dict[str, str], **kwargs: Any) -> None:
        self.uses = uses
        super().__init__(*args, **kwargs)

    def render_country(self, value: str) -> str:
        return jurisdiction_name(value)

    render_place = value_country = value_place = render_country

    def render_use_case(self, value: str) -> str:
        return self.uses.get(value, value)

    value_use_case = render_use_case

    def render_is_stopped(self, value: bool) -> Any:
        return tags.derived_tag("held") if value else _("No")

    def value_is_stopped(self, value: bool) -> str:
        return str(_("Yes") if value else _("No"))


class HeldTable(Table):
    """Holds that stop something."""

    institution = InstitutionColumn()
    target = tables.Column(verbose_name=_("On hold"), empty_values=(), accessor="pk")
    state = StateColumn(verbose_name=_("State"))
    placed_at = DayColumn(verbose_name=_("Since"))

    def render_target(self, record: Hold) -> str:
        return describe(record)

    value_target = render_target


class Behind(ListView):
    """A list behind a figure, narrowed by the same words in the address as the boards."""

    sight: Sight

    def dispatch(self, request: PortalRequest, *args: Any, sight: Sight, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        self.sight = sight
        return super().dispatch(request, *args, **kwargs)

    @property
    def own(self) -> Narrowed:
        """What the reader is bound to, whatever the address says."""
        return Narrowed(clock.today(), clock.today(), provider=self.sight.provider)

    @property
    def filterset(self) -> Any:
        if "_filterset" not in self.__dict__:
            assert self.filterset_class is not None
            self.__dict__["_filterset"] = self.filterset_class(
                self.request.GET,
                queryset=self.get_queryset(),
                request=self.request,
                book=rules(),
                sight=self.sight,
            )
        return self.__dict__["_filterset"]


class LineList(Behind):
    title = _("Lines in force")
    lead = _("Who may put which release to which use today, where, and until when.")
    table_class = LineTable
    filterset_class = LineFilter
    search_fields = ("institution__organisation__name",)
    search_label = _("Partner")
    sorts: ClassVar = {
        "last_day": ("ends_on",),
        "institution": ("institution__organisation__name",),
    }
    default_sort = "last_day"
    empty_title = _("No line is in force")
    empty_text = _("When a grant comes into force, its lines are listed here.")

    def get_queryset(self) -> QuerySet[GrantLine]:
        return lines_in_force(self.own)

    def table_options(self) -> dict[str, Any]:
        return {"uses": {item.key: str(item.label) for item in rules().scope.use_cases}}


class HeldList(Behind):
    title = _("What is on hold")
    lead = _("Every hold that stops access today.")
    table_class = HeldTable
    filterset_class = HeldFilter
    search_fields = ("institution__organisation__name",)
    search_label = _("Partner")
    sorts: ClassVar = {"placed_at": ("placed_at",)}
    default_sort = "-placed_at"
    empty_title = _("Nothing is on hold")
    empty_text = _("When an authority stops access, it is listed here.")

    def get_queryset(self) -> QuerySet[Hold]:
        return held(self.own)


lines = for_readers(LineList.as_view())
holds = for_readers(HeldList.as_view())
