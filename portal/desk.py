"""The desk: the admin site where authorities work, and the base of its pages.

Django's model permissions are not used: a person sees the models that `DeskAdmin.roles_*` name for their
roles, and the rows that `DeskAdmin.visible` leaves. Nothing is added, changed or deleted by the stock
forms; every deed is a page of its own that calls an action.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from portal.accounts.roles import DESK_ROLES
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, Text, refused
from portal.ui import narrowing, tags

OURS = ("portal", "partners", "grants", "audits")


class DeskSite(UnfoldAdminSite):
    """Open to roles of the desk, with a second factor. Everybody signs in on the portal's own page."""

    site_header = _("Trusted Partner Portal")
    site_title = _("Desk")
    index_title = _("What needs me now")
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only pages written here come to the desk: what libraries register for themselves is no way round a deed."""
        if admin_class is not None and admin_class.__module__.split(".")[0] in OURS:
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: PortalRequest) -> bool:
        return bool(request.actor.roles & DESK_ROLES)

    def login(self, request: PortalRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        actor: Actor = request.actor
        if not actor.is_signed_in:
            return redirect_to_login(
                request.GET.get(REDIRECT_FIELD_NAME) or request.get_full_path(), reverse("account_login")
            )
        if self.has_permission(request):
            return redirect("admin:index")
        if actor.dormant & DESK_ROLES:
            return redirect("second_factor")
        raise Refused(
            refused(
                _("The desk is for people of an authority. You are signed in, but none of your roles works there."),
                code="wrong_role",
                rule="roles",
            )
        )


class NeedFilter(admin.SimpleListFilter):
    """Only what waits for the person, as a card of their home page counts it."""

    title = _("what waits for you")
    parameter_name = narrowing.PARAMETER

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        self.found = narrowing.asked(request)
        return [(self.found.key, self.found.label)] if self.found else []

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.found.of(queryset) if self.found else queryset


class DeskAdmin(ModelAdmin):
    """Read-only by default, and row by row: `visible` narrows the rows to what the actor may see."""

    roles_view: ClassVar[frozenset[str]] = frozenset()
    empty_title: ClassVar[Text] = _("Nothing here yet")
    empty_text: ClassVar[Text] = _("What comes in is shown here, and on your home page when it needs you.")
    """What an empty list says: why, and what brings rows."""
    compressed_fields = True
    list_per_page = 25
    change_list_template = "admin/queue.html"
    show_full_result_count = False
    actions = None

    @admin.display(description=_("State"), ordering="state")
    def state_tag(self, row: Any) -> SafeString:
        """The row's state as its tag, for `list_display`."""
        return tags.tag_of(row)

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        """The rows that the actor may see. Subclasses narrow; the base shows all to `roles_view`."""
        return rows

    def get_list_filter(self, request: PortalRequest) -> Any:
        own = super().get_list_filter(request)
        return (NeedFilter, *own) if narrowing.PARAMETER in request.GET else own

    def changelist_view(self, request: PortalRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """With the narrowing of the address as a chip above the list, which takes it off."""
        chips = narrowing.chips(request, narrowing.asked(request))
        return super().changelist_view(request, {"need_chips": chips, **(extra_context or {})})

    def get_queryset(self, request: PortalRequest) -> QuerySet[Any]:
        return self.visible(super().get_queryset(request), request.actor)

    def has_module_permission(self, request: PortalRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: PortalRequest, obj: Model | None = None) -> bool:
        return bool(request.actor.roles & self.roles_view)

    def has_add_permission(self, request: PortalRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: PortalRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: PortalRequest, obj: Model | None = None) -> bool:
        return False

    def history_view(
        self, request: PortalRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django leads whoever finds no object back to the desk; a role that has no such page hears why instead."""
        if not self.has_view_permission(request):
            raise Refused(refused(_("None of your roles works with this page."), code="wrong_role", rule="roles"))
        return super().history_view(request, object_id, extra_context)
