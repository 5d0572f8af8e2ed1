"""People with access on the desk: read-only, for the authority that runs their institution's cases."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.access import require_role, visible_people
from partners.models import Institution, Person
from partners.queries.person import checks_of, lacking, texts_now, with_account
from partners.rules.person import clearance
from partners.views.person_parts import soon_days, standing_tag
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.desk import DeskAdmin
from portal.ui.paging import BoundedPaginator
from portal.ui.templatetags import ui

ROLES = ("case_officer", "auditor")


class StandingFilter(admin.SimpleListFilter):
    title = gettext_lazy("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("cleared", _("Cleared")), ("lacking", _("Not cleared")), ("left", _("Left"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "left":
            return queryset.filter(state="left")
        if self.value() == "lacking":
            return queryset.filter(lacking(texts_now()))
        return queryset.filter(state="named").exclude(lacking(texts_now())) if self.value() else queryset


class InstitutionFilter(admin.SimpleListFilter):
    title = gettext_lazy("institution")
    parameter_name = "institution"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        people = visible_people(Person.objects.all(), cast(PortalRequest, request).actor)
        found = Institution.objects.filter(pk__in=people.values("institution")).select_related("organisation")
        return [(str(item.pk), item.name) for item in found.order_by("organisation__name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = {key for key, _name in self.lookup_choices}
        return queryset.filter(institution=self.value()) if self.value() in known else queryset


class PersonAdmin(DeskAdmin):
    """Who is named by which institution, how they stand, and who vouches."""

    roles_view: ClassVar[frozenset[str]] = frozenset(ROLES)
    list_display = ("name", "institution_name", "employer", "standing", "identity", "background", "training")
    list_filter = (StandingFilter, InstitutionFilter)
    search_fields = ("name", "email", "institution__organisation__name")
    search_help_text = gettext_lazy("Name, address or institution")
    ordering = ("institution__organisation__name", "name")
    paginator = BoundedPaginator
    fields = (
        "name", "email", "position", "employer", "institution_name", "standing", "lacks", "named_at",
        "accepted_version", "accepted_at", "checks_made", "ended_at", "ended_reason",
    )  # fmt: skip
    readonly_fields = ("institution_name", "standing", "lacks", "checks_made")

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        return with_account(visible_people(rows, actor)).select_related("institution__organisation")

    def changelist_view(self, request: PortalRequest, extra_context: dict[str, Any] | None = None) -> Any:
        require_role(request.actor, *ROLES)
        return super().changelist_view(request, extra_context)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, with the standing of each row of the page worked out from one reading of the rules."""
        found = super().get_changelist_instance(request)
        texts, soon, today = texts_now(), soon_days(), clock.today()
        for row in found.result_list:
            row.standing_tag = standing_tag(row, clearance(row, texts, today), soon)
        return found

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The person, with what its page says worked out once: the frame asks for each field several times."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            standing = clearance(found, texts_now(), clock.today())
            found.standing_tag = standing_tag(found, standing, soon_days())
            found.lacks_said = " ".join(lack.reason for lack in standing.lacks)
            lines = ((_check_line(check),) for check in checks_of(found))
            found.check_lines = format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", lines))
        return found

    @admin.display(description=gettext_lazy("Institution"), ordering="institution__organisation__name")
    def institution_name(self, row: Person) -> str:
        return row.institution.name

    @admin.display(description=gettext_lazy("Standing"))
    def standing(self, row: Any) -> SafeString:
        found: SafeString = row.standing_tag
        return found

    @admin.display(description=gettext_lazy("Identity until"), ordering="identity_until", empty_value="–")
    def identity(self, row: Person) -> str | None:
        return ui.short_day(row.identity_until) if row.identity_until else None

    @admin.display(description=gettext_lazy("Background until"), ordering="background_until", empty_value="–")
    def background(self, row: Person) -> str | None:
        return ui.short_day(row.background_until) if row.background_until else None

    @admin.display(description=gettext_lazy("Trained until"), ordering="trained_until", empty_value="–")
    def training(self, row: Person) -> str | None:
        return ui.short_day(row.trained_until) if row.trained_until else None

    @admin.display(description=gettext_lazy("Lacks"), empty_value="–")
    def lacks(self, row: Any) -> str | None:
        return row.lacks_said or None

    @admin.display(description=gettext_lazy("Checks on record"))
    def checks_made(self, row: Any) -> SafeString:
        found: SafeString = row.check_lines
        return found


def _check_line(check: Any) -> str:
    line = _("%(kind)s: %(who)s, made on %(on)s, holds until %(until)s.") % {
        "kind": check.get_kind_display(), "who": check.vouched_by, "on": ui.day(check.checked_on),
        "until": ui.day(check.valid_until),
    }  # fmt: skip
    if hasattr(check, "revocation"):
        line += " " + _("Revoked: %(why)s") % {"why": check.revocation.reason}
    return line
