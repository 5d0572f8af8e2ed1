"""Pages where a provider looks after the credentials of its gateways and other machines."""

from __future__ import annotations

import functools
from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.access import get_gateway, organisations_for
from portal.accounts.actions.gateway import end_former_secret, register_gateway, revoke_gateway, rotate_gateway
from portal.accounts.forms import ReasonForm
from portal.accounts.forms.organisation import GatewayForm, RotateForm, refuse_into
from portal.accounts.guards import View, for_roles, signed_in
from portal.accounts.models import Gateway
from portal.accounts.rules import FRESH_MINUTES, freshly_confirmed, looks_after_gateways
from portal.accounts.second_factor import confirm_address
from portal.accounts.states import GATEWAY
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, Text, require
from portal.ui.lists import ListView
from portal.ui.tables import DayColumn, StateColumn, Table
from portal.ui.templatetags.ui import moment
from portal.workflow import can


def keepers(view: View) -> View:
    """Decorator: a provider's staff and administrators."""

    @functools.wraps(view)
    def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(looks_after_gateways(request.actor))
        return view(request, *args, **kwargs)

    return for_roles("provider_staff", "administrator")(guarded)


def first_confirm(request: PortalRequest, heading: Text, back: str) -> HttpResponse | None:
    """The page that asks for the second factor before a secret is shown, or None where it was just shown."""
    if freshly_confirmed(request.actor):
        return None
    shown = {"heading": heading, "minutes": FRESH_MINUTES, "confirm_url": confirm_address(request.actor.user, back)}
    return render(request, "accounts/gateway_confirm.html", {**shown, "back": back})


class LastUsed(tables.Column):
    """When a machine last asked something, to the minute; machines that never did stand out."""

    def render(self, value: Any) -> str:
        return moment(value) if value else str(_("Never"))

    def value(self, value: Any) -> str:
        return value.isoformat(timespec="minutes") if value else ""


class GatewayTable(Table):
    """Machines, what they may do, and when they last did."""

    name = tables.Column(verbose_name=_("Name"))
    state = StateColumn(verbose_name=_("State"))
    scopes = tables.Column(verbose_name=_("It may"), accessor="scope_labels")
    client_id = tables.Column(verbose_name=_("Client id"))
    last_used_at = LastUsed(verbose_name=_("Last used"), empty_values=())
    secret_set_at = DayColumn(verbose_name=_("Secret since"))

    def render_name(self, value: str, record: Gateway) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("gateway", args=[record.pk]), value)

    def value_name(self, value: str) -> str:
        return value

    def render_scopes(self, value: list[str]) -> str:
        return "; ".join(value)

    value_scopes = render_scopes


class GatewayFilter(django_filters.FilterSet):
    """By state."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=GATEWAY.choices, empty_label=_("All"))

    class Meta:
        model = Gateway
        fields: ClassVar[list[str]] = ["state"]


class GatewayList(ListView):
    """The provider's gateways and other machines, the newest first."""

    template_name = "accounts/gateways.html"
    title = _("API clients")
    lead = _(
        "Your gateways, which ask before each use of a model, and other machines. Each has credentials of its own."
    )
    table_class = GatewayTable
    filterset_class = GatewayFilter
    search_fields = ("name",)
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {
        "name": ("name",), "last_used_at": ("last_used_at",), "secret_set_at": ("secret_set_at",),
    }  # fmt: skip
    default_sort = "name"
    empty_title = _("No API client yet")
    empty_text = _("Register your gateway to ask for decisions over the API.")

    def get_queryset(self) -> QuerySet[Gateway]:
        return Gateway.objects.filter(organisation=self.request.actor.body_id)


gateways = keepers(GatewayList.as_view())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@keepers
def gateway_register(request: PortalRequest) -> HttpResponse:
    """Register a gateway; its secret is shown once, on the answer itself, and never stored."""
    actor: Actor = request.actor
    if page := first_confirm(request, _("Register a gateway"), reverse("gateway_register")):
        return page
    form = GatewayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        provider, data = organisations_for(actor).get(pk=actor.organisation_id), form.cleaned_data
        try:
            gateway, secret = register_gateway(
                organisation=provider, name=data["name"], scopes=data["scopes"], by=actor
            )
        except Refused as error:
            refuse_into(form, error)
        else:
            return _secret_page(request, gateway, secret)
    return render(request, "accounts/gateway_register.html", {"form": form})


@require_safe
@signed_in
def gateway(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One gateway: since when, its client id, what may be done with it."""
    actor: Actor = request.actor
    found = get_gateway(actor=actor, pk=pk)
    require(looks_after_gateways(actor))
    shown = {
        "gateway": found,
        "may_rotate": can(found, "rotate", actor),
        "may_revoke": can(found, "revoke", actor),
        "may_end_former": found.former_holds and can(found, "end_former", actor),
        "token_url": _token_url(),
    }
    return render(request, "accounts/gateway.html", shown)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def gateway_rotate(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Replace the secret, and say how long the old one holds; the new one is shown once."""
    actor: Actor = request.actor
    found = get_gateway(actor=actor, pk=pk)
    require(can(found, "rotate", actor))
    if page := first_confirm(request, _("Replace the secret"), reverse("gateway_rotate", args=[pk])):
        return page
    form = RotateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        secret = rotate_gateway(gateway=found, overlap=form.cleaned_data["overlap"], by=actor)
        return _secret_page(request, found, secret)
    return render(request, "accounts/gateway_rotate.html", {"form": form, "gateway": found})


@require_POST
@signed_in
def gateway_end_former(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Refuse the old secret before its time is over."""
    found = get_gateway(actor=request.actor, pk=pk)
    end_former_secret(gateway=found, by=request.actor)
    messages.success(request, _("The old secret of %(name)s is refused from now on.") % {"name": found})
    return redirect("gateway", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def gateway_revoke(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Refuse the gateway from now on."""
    actor: Actor = request.actor
    found = get_gateway(actor=actor, pk=pk)
    require(can(found, "revoke", actor))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        revoke_gateway(gateway=found, by=actor, reason=form.cleaned_data["reason"])
        messages.success(request, _("%(name)s is revoked. Its credentials are refused from now on.") % {"name": found})
        return redirect("gateways" if actor.body_id == found.organisation_id else "home")
    return render(request, "accounts/gateway_revoke.html", {"form": form, "gateway": found})


def _token_url() -> str:
    return settings.BASE_URL + reverse("idp:oidc:token")


def _secret_page(request: PortalRequest, found: Gateway, secret: str) -> HttpResponse:
    found.refresh_from_db()
    shown = {"gateway": found, "secret": secret, "token_url": _token_url(), "scope": " ".join(found.scopes)}
    return render(request, "accounts/gateway_secret.html", shown)
