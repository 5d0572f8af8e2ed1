"""Third parties: the institution's page of whom it asked, and the page behind the link, without an account."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from partners.access import get_own_application
from partners.actions.referee import (
    answer_referee,
    ask_referee,
    decline_referee,
    resend_referee,
    send_referee_code,
    withdraw_referee,
)
from partners.forms.referee import AskOutsideForm, CodeForm, DeclineForm, RefereeForm
from partners.models import Referee
from partners.queries.referee import is_code, referee_with, referees_of
from partners.rules.referee import link_opens, may_ask_outside
from portal.core import clock
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, Verdict
from portal.ui.forms import refuse


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def referees(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Whom the institution asked, and a form to ask one more."""
    actor = request.actor
    application = get_own_application(actor=actor, pk=pk, write=request.method == "POST")
    form = AskOutsideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_referee(application=application, by=actor, **form.cleaned_data)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            messages.success(request, _("Sent. They have three weeks to answer, and are reminded once."))
            return redirect("partners:referees", application.pk)
    context = {
        "application": application,
        "referees": referees_of(application, actor.body_id),
        "form": form,
        "may_write": actor.has("applicant"),
        "verdict": may_ask_outside(application.state),
    }
    return render(request, "partners/referees.html", context)


def _own_referee(request: PortalRequest, pk: UUID, referee_pk: UUID) -> Referee:
    application = get_own_application(actor=request.actor, pk=pk, write=True)
    found: Referee = get_object_or_404(referees_of(application, request.actor.body_id), pk=referee_pk)
    found.application = application
    return found


@require_POST
@login_required
def resend(request: PortalRequest, pk: UUID, referee_pk: UUID) -> HttpResponse:
    """A new link."""
    resend_referee(referee=_own_referee(request, pk, referee_pk), by=request.actor)
    messages.success(request, _("A new link is sent. The one before no longer works."))
    return redirect("partners:referees", pk)


@require_POST
@login_required
def withdraw(request: PortalRequest, pk: UUID, referee_pk: UUID) -> HttpResponse:
    """The question is taken back."""
    withdraw_referee(referee=_own_referee(request, pk, referee_pk), by=request.actor)
    messages.success(request, _("Taken back. The link no longer works."))
    return redirect("partners:referees", pk)


# --- behind the link: no account ------------------------------------------------------------------


def _opened(token: str) -> tuple[Referee, Verdict]:
    found = referee_with(token)
    if found is None:
        raise Http404("No such link, or a newer one was sent.")
    return found, link_opens(found.state, found.application.state, expired=clock.now() >= found.expires_at)


def _mark(found: Referee) -> str:
    """Where the session keeps that this browser gave the code: bound to the link, so that a new link asks again."""
    return f"referee:{found.token_hash[:24]}"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def referee(request: PortalRequest, token: str) -> HttpResponse:
    """Who asks and about whom; the code; then the answer. A link that does not open says why."""
    found, verdict = _opened(token)
    proven = bool(request.session.get(_mark(found)))
    form: CodeForm | RefereeForm = (RefereeForm if proven else CodeForm)(request.POST or None)
    if request.method == "POST" and verdict and form.is_valid():
        if not proven:
            if is_code(found, form.cleaned_data["code"]):
                request.session[_mark(found)] = True
                return redirect("partners:referee", token)
            form.add_error("code", _("That is not the code sent last. After five tries, ask for a new one."))
        else:
            try:
                answer_referee(referee=found, **form.cleaned_data)
            except Refused as error:
                refuse(form, error.verdict)
            else:
                return redirect("partners:referee", token)
    context = {
        "referee": found,
        "institution": found.application.institution,
        "verdict": verdict,
        "proven": proven,
        "form": form,
        "decline": DeclineForm(),
        "token": token,
    }
    status = 200 if verdict or found.state == "answered" else 410
    return render(request, "partners/referee.html", context, status=status)


@never_cache
@require_POST
def send_code(request: PortalRequest, token: str) -> HttpResponse:
    """Mail a code to the address that was asked, however the link came here."""
    found, verdict = _opened(token)
    if verdict:
        if send_referee_code(referee=found):
            messages.success(request, _("A code is on its way to %(to)s.") % {"to": found.masked_email})
        else:
            messages.warning(request, _("A code was sent a moment ago. Wait a minute before you ask for another."))
    return redirect("partners:referee", token)


@never_cache
@require_POST
def decline(request: PortalRequest, token: str) -> HttpResponse:
    """The person will not answer. Takes the code, as answering does."""
    found, verdict = _opened(token)
    form = DeclineForm(request.POST)
    if verdict and request.session.get(_mark(found)) and form.is_valid():
        decline_referee(referee=found, reason=form.cleaned_data["reason"])
    return redirect("partners:referee", token)
