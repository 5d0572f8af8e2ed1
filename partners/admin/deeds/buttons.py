"""Deeds that are one button on the page of a case."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partners.access import get_case
from partners.actions import case as case_deeds
from partners.actions import query as query_deeds
from partners.actions import referee as referee_deeds
from partners.admin.actions import desk_url
from partners.models import Query
from partners.queries.referee import referees_of
from partners.rules.hands import may_screen
from portal.accounts.models import User
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import require


@require_POST
def unassign(request: PortalRequest, pk: UUID, user_pk: UUID) -> HttpResponse:
    """Take a reviewer off the case."""
    actor: Actor = request.actor
    application, _hands = get_case(actor=actor, pk=pk)
    reviewer = User.objects.filter(pk=user_pk).first()
    if reviewer is None:
        raise Http404("No such person.")
    case_deeds.unassign_reviewer(application=application, reviewer=reviewer, by=actor)
    messages.success(request, _("%(name)s is taken off the case.") % {"name": reviewer})
    return redirect(desk_url("reviewers", pk))


@require_POST
def question(request: PortalRequest, pk: UUID, query_pk: UUID, verb: str) -> HttpResponse:
    """Close or withdraw a question."""
    actor: Actor = request.actor
    application, _hands = get_case(actor=actor, pk=pk)
    query = Query.objects.filter(pk=query_pk, application=application).first()
    deeds = {"close": query_deeds.close_question, "withdraw": query_deeds.withdraw_question}
    if query is None or verb not in deeds:
        raise Http404("No such question.")
    query.application = application
    deeds[verb](query=query, by=actor)
    messages.success(request, _("The question is closed.") if verb == "close" else _("The question is withdrawn."))
    return redirect(f"{desk_url('change', pk)}?tab=assessment")


@require_POST
def outsider(request: PortalRequest, pk: UUID, referee_pk: UUID, verb: str) -> HttpResponse:
    """Send somebody outside a new link, or take the question back."""
    actor: Actor = request.actor
    application, hands = get_case(actor=actor, pk=pk)
    referee = referees_of(application, actor.body_id).filter(pk=referee_pk).first()
    deeds = {"resend": referee_deeds.resend_referee, "withdraw": referee_deeds.withdraw_referee}
    if referee is None or verb not in deeds:
        raise Http404("Nobody outside was asked so.")
    require(may_screen(hands, actor))
    referee.application = application
    deeds[verb](referee=referee, by=actor)
    messages.success(
        request,
        _("A new link is sent. The one before no longer works.")
        if verb == "resend"
        else _("Taken back. The link no longer works."),
    )
    return redirect(f"{desk_url('change', pk)}?tab=people")
