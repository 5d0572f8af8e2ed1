"""Bodies of the scheme on the desk, and the two deeds that only the system administrator does: register and close."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.access import get_organisation
from portal.accounts.actions.invitation import send_invitation
from portal.accounts.actions.organisation import close_organisation, register_organisation
from portal.accounts.admin.deeds import ADMINISTRATOR, deed_page, only_system_administrator
from portal.accounts.forms import ReasonForm
from portal.accounts.forms.organisation import BodyForm
from portal.accounts.models import Organisation
from portal.core.requests import PortalRequest
from portal.desk import DeskAdmin
from portal.workflow import deed


@admin.register(Organisation)
class OrganisationAdmin(DeskAdmin):
    """Every body, with the way to its people."""

    roles_view = ADMINISTRATOR
    list_display = ("name", "kind", "jurisdiction", "state_tag", "created_at")
    list_filter = ("kind", "state")
    search_fields = ("name",)
    ordering = ("kind", "name")
    fields = ("name", "kind", "jurisdiction", "website", "state", "created_at", "pages")
    readonly_fields = ("pages",)
    list_before_template = "admin/accounts/organisations.html"

    @admin.display(description=gettext_lazy("Deeds"))
    def pages(self, organisation: Organisation) -> SafeString:
        """Links to the page of its people and to closing it."""
        return format_html(
            '<a href="{}">{}</a> · <a href="{}">{}</a>',
            reverse("organisation", args=[organisation.pk]),
            _("People and invitations"),
            reverse("admin:accounts_organisation_close", args=[organisation.pk]),
            _("Close"),
        )

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("register/", wrap(register_body), name="accounts_organisation_register"),
            path("<uuid:pk>/close/", wrap(close_body), name="accounts_organisation_close"),
            *super().get_urls(),
        ]


def register_body(request: PortalRequest) -> HttpResponse:
    """Register a body of any kind and invite its first administrator, in one deed."""
    only_system_administrator(request)
    form = BodyForm(request.POST or None)

    def do() -> str:
        entered: dict[str, Any] = dict(form.cleaned_data)
        email, actor = entered.pop("email"), request.actor
        with deed():
            organisation = register_organisation(by=actor, **entered)
            send_invitation(organisation=organisation, email=email, roles=["administrator"], by=actor)
        return _("%(name)s is registered; the invitation is on its way to %(email)s.") % {
            "name": organisation.name,
            "email": email,
        }

    return deed_page(
        request,
        title=_("Register a body"),
        lead=_("Its first administrator is invited by e-mail, and invites everybody else."),
        button=_("Register and invite"),
        form=form,
        do=do,
        back=reverse("admin:accounts_organisation_changelist"),
    )


def close_body(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Close a body: its people, invitations and gateways end with it."""
    only_system_administrator(request)
    organisation = get_organisation(actor=request.actor, pk=pk)
    form = ReasonForm(request.POST or None)

    def do() -> str:
        close_organisation(organisation=organisation, reason=form.cleaned_data["reason"], by=request.actor)
        return _("%(name)s is closed.") % {"name": organisation.name}

    return deed_page(
        request,
        title=_("Close %(name)s") % {"name": organisation.name},
        lead=_("Every membership, open invitation and gateway of it ends at once. This cannot be undone."),
        button=_("Close the organisation"),
        form=form,
        do=do,
        back=reverse("admin:accounts_organisation_change", args=[organisation.pk]),
    )
