"""Pages where provider staff look after their gateways' credentials."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.access import get_gateway, organisations_for
from portal.accounts.actions.gateway import SCOPE, register_gateway, revoke_gateway, rotate_gateway
from portal.accounts.forms import ReasonForm
from portal.accounts.forms.organisation import GatewayForm, refuse_into
from portal.accounts.guards import for_roles, signed_in
from portal.accounts.models import Gateway
from portal.accounts.rules import looks_after_gateways
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.workflow import can


@require_safe
@for_roles("provider_staff")
def gateways(request: PortalRequest) -> HttpResponse:
    """The provider's gateways, active ones first."""
    actor: Actor = request.actor
    rows = Gateway.objects.filter(organisation__in=organisations_for(actor)).order_by("state", "name")
    return render(request, "accounts/gateways.html", {"gateways": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("provider_staff")
def gateway_register(request: PortalRequest) -> HttpResponse:
    """Register a gateway; its secret is shown once, on the answer itself, and never stored."""
    actor: Actor = request.actor
    form = GatewayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        provider = organisations_for(actor).get()
        try:
            gateway, secret = register_gateway(organisation=provider, name=form.cleaned_data["name"], by=actor)
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
    return render(
        request,
        "accounts/gateway.html",
        {"gateway": found, "may_rotate": can(found, "rotate", actor), "may_revoke": can(found, "revoke", actor)},
    )


@never_cache
@require_POST
@signed_in
def gateway_rotate(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Replace the secret; the new one is shown once."""
    found = get_gateway(actor=request.actor, pk=pk)
    secret = rotate_gateway(gateway=found, by=request.actor)
    return _secret_page(request, found, secret)


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
        return redirect("gateways" if actor.has("provider_staff") else "home")
    return render(request, "accounts/gateway_revoke.html", {"form": form, "gateway": found})


def _secret_page(request: PortalRequest, found: Gateway, secret: str) -> HttpResponse:
    token_url = settings.BASE_URL + reverse("idp:oidc:token")
    shown = {"gateway": found, "secret": secret, "token_url": token_url, "scope": SCOPE}
    return render(request, "accounts/gateway_secret.html", shown)
