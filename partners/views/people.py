"""The list of an institution's people, and its export in the form that the import reads."""

from __future__ import annotations

from typing import Any

import django_filters
import django_tables2 as tables
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.access import keeps_people
from partners.models import Person
from partners.models.person import UNTIL
from partners.queries.people_import import with_checks
from partners.queries.person import lacking, lapsing, people_of, texts_now, unaccepted
from partners.rules.people_csv import EXPORTED
from partners.rules.person import Texts, clearance
from partners.views.person_parts import end_cell, rules_tag, soon_days, standing_tag
from portal.core import clock
from portal.ui.lists import ListView
from portal.ui.tables import LinkColumn, Table

STANDINGS = [
    ("cleared", gettext_lazy("Cleared")),
    ("lacking", gettext_lazy("Not cleared")),
    ("soon", gettext_lazy("Ends soon")),
    ("left", gettext_lazy("Left")),
]
LACKS = [
    ("identity", gettext_lazy("Identity check")),
    ("background", gettext_lazy("Background check")),
    ("training", gettext_lazy("Training")),
    ("rules", gettext_lazy("Rules accepted")),
    ("account", gettext_lazy("Account")),
]


class NameColumn(LinkColumn):
    """The person's name, and below it their address, what they do and for whom."""

    def render(self, value: Any, record: Any) -> SafeString:
        notes = (record.email, " · ".join(filter(None, (record.position, record.employer))))
        lines = ((note,) for note in notes if note)
        notes_said = format_html_join("", '<span class="tp-rows__note">{}</span>', lines)
        return format_html("{}{}", super().render(value, record), notes_said)


class EndColumn(tables.Column):
    """The last day of a check."""

    empty_values: Any = ()

    def render(self, value: Any, table: Any) -> SafeString | str:
        return end_cell(value, table.soon)


class PeopleTable(Table):
    name = NameColumn(verbose_name=gettext_lazy("Name"))
    standing = tables.Column(verbose_name=gettext_lazy("Standing"), empty_values=())
    identity = EndColumn(verbose_name=gettext_lazy("Identity until"), accessor="identity_until")
    background = EndColumn(verbose_name=gettext_lazy("Background until"), accessor="background_until")
    training = EndColumn(verbose_name=gettext_lazy("Trained until"), accessor="trained_until")
    rules = tables.Column(verbose_name=gettext_lazy("Rules"), accessor="accepted_digest", empty_values=())

    def __init__(self, *args: Any, texts: Texts, soon: int, **kwargs: Any) -> None:
        self.texts, self.soon = texts, soon
        super().__init__(*args, **kwargs)

    def render_rules(self, record: Person) -> SafeString:
        return rules_tag(record, self.texts)

    def render_standing(self, record: Person) -> SafeString:
        return standing_tag(record, clearance(record, self.texts, clock.today()), self.soon)


class ExportColumn(tables.Column):
    """A column of the file: by the name that the import knows it under."""

    empty_values: Any = ()

    def value(self, record: Any, table: Any) -> Any:
        return table.cell(record, self.key)

    def __init__(self, key: str, **kwargs: Any) -> None:
        self.key = key
        super().__init__(accessor="pk", **kwargs)


class PeopleExport(Table):
    """What the import reads, and after it how each person stands."""

    def __init__(self, *args: Any, texts: Texts, soon: int, **kwargs: Any) -> None:
        self.texts = texts
        columns = [(key, ExportColumn(key, verbose_name=title)) for key, title in EXPORTED.items()]
        super().__init__(*args, extra_columns=columns, **kwargs)

    def cell(self, record: Any, key: str) -> Any:
        """The text of one cell."""
        if key in ("name", "email", "position", "employer"):
            return getattr(record, key)
        if key == "standing":
            return _standing_word(record, self.texts)
        if key == "lacks":
            return "; ".join(lack.reason for lack in clearance(record, self.texts, clock.today()).lacks)
        if key == "accepted":
            return record.accepted_at.date().isoformat() if record.accepted_at else ""
        kind, _sep, field = key.partition("_")
        return (getattr(record, f"{kind}_check") or {}).get(field) or ""


def _standing_word(person: Person, texts: Texts) -> str:
    if person.state != "named":
        return "Left"
    return "Cleared" if clearance(person, texts, clock.today()).complete else "Not cleared"


class PeopleFilter(django_filters.FilterSet):
    standing = django_filters.ChoiceFilter(
        label=gettext_lazy("Standing"), choices=STANDINGS, method="by_standing", empty_label=gettext_lazy("Any")
    )
    lacks = django_filters.ChoiceFilter(
        label=gettext_lazy("Lacks"), choices=LACKS, method="by_lack", empty_label=gettext_lazy("Any")
    )
    employed = django_filters.ChoiceFilter(
        label=gettext_lazy("Employed"),
        choices=[("own", gettext_lazy("By your institution")), ("outside", gettext_lazy("By others"))],
        method="by_employer",
        empty_label=gettext_lazy("Any"),
    )

    class Meta:
        model = Person
        fields: tuple[str, ...] = ()

    def by_standing(self, rows: QuerySet[Person], name: str, value: str) -> QuerySet[Person]:
        if value == "left":
            return rows
        if value == "soon":
            return rows.filter(lapsing(soon_days()))
        lacks = lacking(texts_now())
        return rows.filter(lacks) if value == "lacking" else rows.exclude(lacks)

    def by_lack(self, rows: QuerySet[Person], name: str, value: str) -> QuerySet[Person]:
        if value == "account":
            return rows.filter(user__isnull=True)
        if value == "rules":
            return rows.filter(unaccepted(texts_now()))
        field = UNTIL[value]
        return rows.exclude(**{f"{field}__gte": clock.today()})

    def by_employer(self, rows: QuerySet[Person], name: str, value: str) -> QuerySet[Person]:
        return rows.filter(employer="") if value == "own" else rows.exclude(employer="")


class People(LoginRequiredMixin, ListView):
    """Everybody whom the institution has named. Who left is shown only where that is asked for."""

    title = gettext_lazy("People")
    lead = gettext_lazy("Who uses models under your grants. A lapse ends that one person’s access, and nobody else’s.")
    table_class = PeopleTable
    filterset_class = PeopleFilter
    search_fields = ("name", "email", "position", "employer")
    search_label = gettext_lazy("Name, address, position or employer")
    sorts = {
        "name": ("name",),
        "identity": ("identity_until",),
        "background": ("background_until",),
        "training": ("trained_until",),
    }
    default_sort = "name"
    empty_title = gettext_lazy("Nobody is named yet")
    empty_text = gettext_lazy("Name the people one by one, or all at once by a file.")

    def get_queryset(self) -> QuerySet[Person]:
        keeps_people(self.request.actor)
        state = "left" if self.request.GET.get("standing") == "left" else "named"
        rows = people_of(self.request.actor.body_id).filter(state=state)
        return with_checks(rows) if self.exporting else rows

    @property
    def exporting(self) -> bool:
        return self.request.GET.get("export", "") in self.exports

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if self.exporting:
            self.table_class = PeopleExport
        return super().get(request, *args, **kwargs)

    @cached_property
    def _options(self) -> dict[str, Any]:
        return {"texts": texts_now(), "soon": soon_days()}

    def table_options(self) -> dict[str, Any]:
        return self._options

    def saved_views(self) -> list[dict[str, Any]]:
        return [
            {"label": _("All"), "query": {}},
            {"label": _("Not cleared"), "query": {"standing": "lacking"}},
            {"label": _("Ends soon"), "query": {"standing": "soon"}},
            {"label": _("Without an account"), "query": {"lacks": "account"}},
            {"label": _("Left"), "query": {"standing": "left"}},
        ]

    def page_actions(self) -> list[dict[str, Any]]:
        return [
            {"label": _("Import a file"), "url": reverse("partners:people_import"), "kind": "outline"},
            {"label": _("Name a person"), "url": reverse("partners:person_name")},
        ]
