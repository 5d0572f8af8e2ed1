"""An institution's pages on the credentials of a grant: keys, what was issued to them, and handing it out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from grants.access import get_own_credential, get_own_grant
from grants.actions.credential import hand_out, issue_credential, register_key, withdraw_key
from grants.forms.credential import KeyForm
from grants.forms.fields import ReasonForm, refuse_into
from grants.models import Grant
from grants.queries.credential import credentials_of
from grants.rules.proof import NoProof, new_challenge
from portal.accounts.guards import signed_in
from portal.accounts.rules import FRESH_MINUTES, freshly_confirmed
from portal.accounts.second_factor import confirm_address
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.workflow import can


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def credentials(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The credentials of a grant and their keys; registering another key by proof that one has it."""
    actor = request.actor
    found = get_own_grant(actor=actor, pk=pk)
    form = KeyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            challenge = form.answered()
            data = form.cleaned_data
            register_key(grant=found, name=data["name"], proof=data["proof"], challenge=challenge, by=actor)
        except NoProof as error:
            form.add_error(None, str(error))
        except Refused as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("The key is registered, and a credential for this grant is issued to it."))
            return redirect("grants:credentials", pk=found.pk)
    return render(request, "grants/credentials.html", _shown(request, found, form))


def _shown(request: PortalRequest, found: Grant, form: KeyForm) -> dict[str, Any]:
    actor = request.actor
    challenge = new_challenge(found.pk, actor.person_id)
    if form.is_bound:
        form.data = {**{name: form.data.get(name) for name in form.data}, "challenge": challenge.sealed}
    form.initial["challenge"] = challenge.sealed
    confirmed = bool(freshly_confirmed(actor))
    rows = credentials_of(found)
    return {
        "grant": found,
        "form": form,
        "challenge": challenge,
        "audience": settings.BASE_URL,
        "in_force": found.state == "in_force",
        "issued": [row for row in rows if row.state == "issued"],
        "former": [row for row in rows if row.state != "issued"],
        "confirmed": confirmed,
        "minutes": FRESH_MINUTES,
        "confirm_url": "" if confirmed else confirm_address(actor.user, request.path),
        "type_url": f"{settings.BASE_URL}{reverse('api:credential_type')}",
    }


@never_cache
@require_POST
@signed_in
def download(request: PortalRequest, pk: UUID, credential: UUID) -> HttpResponse:
    """The credential as a file. A deed, because it is recorded: never by following a link."""
    found = get_own_credential(actor=request.actor, grant=pk, pk=credential)
    response = HttpResponse(hand_out(credential=found, by=request.actor), content_type="application/dc+sd-jwt")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.grant.reference}.sd-jwt"'
    return response


@require_POST
@signed_in
def reissue(request: PortalRequest, pk: UUID, credential: UUID) -> HttpResponse:
    """Issue it anew; the former one is invalid from then on."""
    found = get_own_credential(actor=request.actor, grant=pk, pk=credential)
    issue_credential(grant=found.grant, key=found.key, by=request.actor)
    messages.success(request, _("A new credential is issued. The former one is no longer valid."))
    return redirect("grants:credentials", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def key_withdraw(request: PortalRequest, pk: UUID, credential: UUID) -> HttpResponse:
    """Withdraw the key of a credential, after saying why."""
    actor = request.actor
    found = get_own_credential(actor=actor, grant=pk, pk=credential)
    require(can(found.key, "withdraw", actor))
    form = ReasonForm(request.POST or None, label=_("Why you withdraw it"))
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_key(key=found.key, reason=form.cleaned_data["reason"], by=actor)
        except Refused as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("The key is withdrawn. No credential bound to it is valid any more."))
            return redirect("grants:credentials", pk=pk)
    return render(request, "grants/key_withdraw.html", {"form": form, "grant": found.grant, "key": found.key})
