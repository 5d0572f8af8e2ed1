"""Pages about the people of an organisation: roles, leaving, invitations."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.access import (
    get_invitation,
    get_invitation_by_token,
    get_membership,
    get_organisation,
    get_own_invitation,
)
from portal.accounts.actions.invitation import (
    accept_invitation,
    resend_invitation,
    send_invitation,
    withdraw_invitation,
)
from portal.accounts.actions.membership import change_roles, end_membership
from portal.accounts.actor import CHOSEN
from portal.accounts.forms import InviteForm, ReasonForm, RolesForm
from portal.accounts.forms.organisation import refuse_into
from portal.accounts.guards import signed_in
from portal.accounts.models import Invitation, Membership
from portal.accounts.roles import BY_SLUG
from portal.accounts.rules import accepts, still_open, waits_for_answer
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import ALLOWED, Refused, first_refusal, require
from portal.workflow import can


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def invite(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Invite somebody by e-mail."""
    actor: Actor = request.actor
    organisation = get_organisation(actor=actor, pk=pk)
    require(can(Invitation(organisation=organisation), "send", actor))
    form = InviteForm(request.POST or None, kind=organisation.kind)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = send_invitation(organisation=organisation, by=actor, **form.cleaned_data)
        except Refused as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": invitation.email})
            return redirect("organisation", pk=organisation.pk)
    return render(request, "accounts/invitation_send.html", {"form": form, "organisation": organisation})


@require_POST
@signed_in
def resend(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Send a new link to the same address."""
    invitation = get_invitation(actor=request.actor, pk=pk)
    resend_invitation(invitation=invitation, by=request.actor)
    messages.success(request, _("A new link is on its way to %(email)s.") % {"email": invitation.email})
    return redirect("organisation", pk=invitation.organisation_id)


@require_POST
@signed_in
def withdraw(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_invitation(actor=request.actor, pk=pk)
    withdraw_invitation(invitation=invitation, by=request.actor)
    messages.success(request, _("The invitation to %(email)s is withdrawn.") % {"email": invitation.email})
    return redirect("organisation", pk=invitation.organisation_id)


@require_http_methods(["GET", "HEAD", "POST"])
def open_invitation(request: PortalRequest, token: str) -> HttpResponse:
    """What the link of an invitation opens: who invites, as what, and the way to accept."""
    actor: Actor = request.actor
    invitation = get_invitation_by_token(token=token)
    if request.method == "POST":
        return _accept(request, invitation, actor)
    verdict = first_refusal(
        waits_for_answer(invitation),
        still_open(invitation),
        lambda: accepts(invitation.email, actor) if actor.is_signed_in else ALLOWED,
    )
    return render(
        request,
        "accounts/invitation.html",
        {"invitation": invitation, "verdict": verdict, "roles": [BY_SLUG[slug] for slug in invitation.roles]},
    )


@require_POST
@signed_in
def accept_own(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Accept an invitation that waits for the address that the account has proven to read."""
    actor: Actor = request.actor
    return _accept(request, get_own_invitation(actor=actor, pk=pk), actor)


@signed_in
def _accept(request: PortalRequest, invitation: Invitation, actor: Actor) -> HttpResponse:
    membership = accept_invitation(invitation=invitation, by=actor)
    request.session[CHOSEN] = str(membership.pk)
    messages.success(request, _("You are now a member of %(name)s.") % {"name": membership.organisation.name})
    return redirect("home")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def membership_roles(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Change what somebody may do."""
    actor: Actor = request.actor
    membership = get_membership(actor=actor, pk=pk)
    require(can(membership, "change_roles", actor))
    form = RolesForm(request.POST or None, kind=membership.organisation.kind, initial={"roles": membership.roles})
    if request.method == "POST" and form.is_valid():
        try:
            change_roles(membership=membership, roles=form.cleaned_data["roles"], by=actor)
        except Refused as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("The roles of %(name)s are changed.") % {"name": membership.user})
            return redirect("organisation", pk=membership.organisation_id)
    return render(request, "accounts/membership_roles.html", {"form": form, "membership": membership})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def membership_end(request: PortalRequest, pk: UUID) -> HttpResponse:
    """End a membership: one's own (leave) or, as an administrator, somebody else's."""
    actor: Actor = request.actor
    membership = get_membership(actor=actor, pk=pk)
    require(can(membership, "end", actor))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end_membership(membership=membership, by=actor, reason=form.cleaned_data["reason"])
        except Refused as error:
            refuse_into(form, error)
        else:
            return _after_end(request, membership)
    leaving = membership.user_id == actor.user_id
    return render(request, "accounts/membership_end.html", {"form": form, "membership": membership, "leaving": leaving})


def _after_end(request: PortalRequest, membership: Membership) -> HttpResponse:
    if membership.user_id == request.user.pk:
        # Their sessions are closed, this one too: there is nothing to write a message into.
        request.session.flush()
        return redirect("account_login")
    messages.success(request, _("The membership of %(name)s has ended.") % {"name": membership.user})
    return redirect("organisation", pk=membership.organisation_id)
