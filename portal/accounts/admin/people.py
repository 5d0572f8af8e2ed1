"""People on the desk: accounts, memberships, invitations, gateways to look at; appointments to make and end."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.actions.appointment import appoint_system_administrator, dismiss_system_administrator
from portal.accounts.admin.deeds import ADMINISTRATOR, deed_page, only_system_administrator
from portal.accounts.models import Appointment, Gateway, Invitation, Membership, User
from portal.core.requests import PortalRequest
from portal.desk import DeskAdmin


@admin.register(User)
class UserAdmin(DeskAdmin):
    """Accounts. What a person may do is seen in their memberships."""

    roles_view = ADMINISTRATOR
    list_display = ("email", "name", "is_active", "last_login", "created_at")
    list_filter = ("is_active",)
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = ("email", "name", "language", "is_active", "last_login", "created_at")


@admin.register(Membership)
class MembershipAdmin(DeskAdmin):
    """Who acts for whom, and until when."""

    roles_view = ADMINISTRATOR
    list_display = ("user", "organisation", "roles", "state_tag", "since", "ended_at")
    list_filter = ("state", "organisation__kind")
    list_select_related = ("user", "organisation")
    search_fields = ("user__email", "user__name", "organisation__name")
    ordering = ("-since",)
    fields = ("user", "organisation", "roles", "state", "since", "ended_at")


@admin.register(Invitation)
class InvitationAdmin(DeskAdmin):
    """Invitations. The link is not kept, so nobody can look it up."""

    roles_view = ADMINISTRATOR
    list_display = ("email", "organisation", "roles", "state_tag", "sent_at", "expires_at")
    list_filter = ("state",)
    list_select_related = ("organisation",)
    search_fields = ("email", "organisation__name")
    ordering = ("-sent_at",)
    fields = ("email", "organisation", "roles", "state", "invited_by", "accepted_by", "sent_at", "expires_at")


@admin.register(Gateway)
class GatewayAdmin(DeskAdmin):
    """Machines of providers. Their secrets are kept as hashes, and not shown."""

    roles_view = ADMINISTRATOR
    list_display = ("name", "organisation", "state_tag", "created_at", "secret_set_at")
    list_filter = ("state",)
    list_select_related = ("organisation",)
    search_fields = ("name", "organisation__name")
    fields = ("name", "organisation", "state", "created_at", "secret_set_at")


@admin.register(Appointment)
class AppointmentAdmin(DeskAdmin):
    """System administrators, now and before."""

    roles_view = ADMINISTRATOR
    list_display = ("user", "state_tag", "since", "ended_at")
    list_filter = ("state",)
    list_select_related = ("user",)
    ordering = ("-since",)
    fields = ("user", "state", "since", "ended_at", "pages")
    readonly_fields = ("pages",)
    list_before_template = "admin/accounts/appointments.html"

    @admin.display(description=gettext_lazy("Deeds"))
    def pages(self, appointment: Appointment) -> SafeString:
        """The link to ending it."""
        url = reverse("admin:accounts_appointment_dismiss", args=[appointment.pk])
        return format_html('<a href="{}">{}</a>', url, _("End the appointment"))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("appoint/", wrap(appoint), name="accounts_appointment_appoint"),
            path("<uuid:pk>/dismiss/", wrap(dismiss), name="accounts_appointment_dismiss"),
            *super().get_urls(),
        ]


class AppointForm(forms.Form):
    """Whom to appoint, by the address of their account."""

    email = forms.EmailField(label=gettext_lazy("E-mail address of the account"))

    def clean_email(self) -> str:
        found = User.objects.filter(email__iexact=self.cleaned_data["email"], is_active=True).first()
        if found is None:
            raise forms.ValidationError(gettext_lazy("No account has this address. Ask the person to sign up first."))
        self.user = found
        return found.email


class ConfirmForm(forms.Form):
    """Nothing to enter: the button is the answer."""


def appoint(request: PortalRequest) -> HttpResponse:
    """Appoint a system administrator."""
    only_system_administrator(request)
    form = AppointForm(request.POST or None)

    def do() -> str:
        appoint_system_administrator(user=form.user, by=request.actor)
        return _("%(name)s is system administrator.") % {"name": form.user}

    return deed_page(
        request,
        title=_("Appoint a system administrator"),
        lead=_("They keep the portal running, and may not be a member of any organisation."),
        button=_("Appoint"),
        form=form,
        do=do,
        back=reverse("admin:accounts_appointment_changelist"),
    )


def dismiss(request: PortalRequest, pk: UUID) -> HttpResponse:
    """End the appointment of a system administrator."""
    only_system_administrator(request)
    appointment = get_object_or_404(Appointment.objects.select_related("user"), pk=pk)

    def do() -> str:
        dismiss_system_administrator(appointment=appointment, by=request.actor)
        return _("The appointment of %(name)s has ended.") % {"name": appointment.user}

    return deed_page(
        request,
        title=_("End the appointment of %(name)s") % {"name": appointment.user},
        lead=_("They are signed out everywhere and lose this role at once."),
        button=_("End the appointment"),
        form=ConfirmForm(request.POST if request.method == "POST" else None),
        do=do,
        back=reverse("admin:accounts_appointment_changelist"),
    )
