"""Pages of organisations: register one, look after it, change the one that you act for."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.access import get_organisation
from portal.accounts.actions.organisation import amend_organisation, register_organisation
from portal.accounts.actor import CHOSEN, active_memberships
from portal.accounts.forms import AmendForm, RegisterForm
from portal.accounts.forms.organisation import refuse_into
from portal.accounts.guards import signed_in
from portal.accounts.models import Membership, Organisation
from portal.accounts.queries.invitations import open_invitations_of
from portal.accounts.rules import only_named
from portal.accounts.views.second_factor import safe_next
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.workflow import can


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def register(request: PortalRequest) -> HttpResponse:
    """Register an institution; whoever does is its first administrator and applicant."""
    actor: Actor = request.actor
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            organisation = register_organisation(kind=Organisation.Kind.INSTITUTION, by=actor, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            return redirect(_act_in(request, organisation, actor))
    return render(request, "accounts/organisation_register.html", {"form": form})


def _act_in(request: PortalRequest, organisation: Organisation, actor: Actor) -> str:
    membership = Membership.objects.filter(user=actor.user, organisation=organisation, state="active").first()
    if membership is not None:
        request.session[CHOSEN] = str(membership.pk)
    messages.success(request, _("%(name)s is registered.") % {"name": organisation.name})
    return "organisation_registered"


@require_safe
@signed_in
def registered(request: PortalRequest) -> HttpResponse:
    """Where registering leads: home, which says what comes next."""
    return redirect("home")


@require_safe
@signed_in
def show(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The organisation, its people and its open invitations."""
    actor: Actor = request.actor
    organisation = get_organisation(actor=actor, pk=pk)
    people = organisation.memberships.filter(state="active").select_related("user").order_by("user__name", "pk")
    if only_named(actor):
        people = people.filter(user=actor.user_id)
    manages = actor.has("administrator", "system_administrator")
    return render(
        request,
        "accounts/organisation.html",
        {
            "organisation": organisation,
            "people": people,
            "invitations": open_invitations_of(organisation.pk) if manages else [],
            "manages": manages and organisation.state == "active",
            "sleeps": "administrator" in actor.dormant,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def amend(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Change the name and the website."""
    actor: Actor = request.actor
    organisation = get_organisation(actor=actor, pk=pk)
    require(can(organisation, "amend", actor))
    form = AmendForm(request.POST or None, initial={"name": organisation.name, "website": organisation.website})
    if request.method == "POST" and form.is_valid():
        try:
            amend_organisation(organisation=organisation, by=actor, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("The details are changed."))
            return redirect("organisation", pk=organisation.pk)
    return render(request, "accounts/organisation_amend.html", {"form": form, "organisation": organisation})


@require_POST
@signed_in
def act_as(request: PortalRequest) -> HttpResponse:
    """Change the organisation that you act for, and go home: what was open may not be yours there."""
    wanted = request.POST.get("membership")
    chosen = next((row for row in active_memberships(request.actor.user) if str(row.pk) == wanted), None)
    if chosen is None:
        raise Http404
    request.session[CHOSEN] = str(chosen.pk)
    messages.success(request, _("You now act for %(name)s.") % {"name": chosen.organisation.name})
    return redirect(safe_next(request) or "home")
