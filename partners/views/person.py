"""One person of an institution: what they have, naming them, their checks, and the end of their access."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.access import get_own_person, keeps_people
from partners.actions.person import amend_person, end_person, invite_person, name_person, record_check, revoke_check
from partners.forms.person import CheckForm, DetailsForm, NameForm, WhyForm
from partners.models import Person, PersonCheck
from partners.queries.evidence import documents_of
from partners.queries.person import checks_of, texts_now, tier_of
from partners.queries.timeline import tiers_for, timeline
from partners.rules.person import CHECKS, months_of
from partners.views.person_parts import context_of
from portal.accounts.queries.invitations import open_invitations_of
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused
from portal.rulebook.queries import rules
from portal.ui.forms import refuse
from portal.ui.panel import actions_for
from portal.workflow import can, deed

CHOICES = 200
"""Documents that the form of a check offers, at most: the newest."""


@require_safe
@login_required
def person(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One person: what access takes and what is lacking, every check on record, and what happened."""
    actor = request.actor
    found = get_own_person(actor=actor, pk=pk)
    checks = checks_of(found)
    invited = not found.user_id and open_invitations_of(found.institution_id).filter(email__iexact=found.email).exists()
    context = {
        **context_of(found, checks, texts_now()),
        "checks": checks,
        "revocable": bool(can(found, "revoke_check", actor)),
        "invited": invited,
        "actions": _actions(found, actor, invited=invited),
        "events": timeline(found.pk, tiers=tiers_for(actor, own=True), viewer=actor, nouns=("person",), limit=50),
    }
    return render(request, "partners/person.html", context)


def _actions(found: Person, actor: Actor, *, invited: bool) -> list[dict[str, Any]]:
    urls = {
        "record_check": reverse("partners:person_check", args=[found.pk]),
        "amend": reverse("partners:person_amend", args=[found.pk]),
        "end": reverse("partners:person_end", args=[found.pk]),
    }
    items = actions_for(found, actor, urls, primary=("record_check",))
    if found.state == "named" and not found.user_id and not invited:
        reason = "" if actor.has("administrator") else _("Only an administrator of your institution invites people.")
        invite = {"label": _("Invite to their own page"), "url": reverse("partners:person_invite", args=[found.pk])}
        items.insert(1, {**invite, "post": True, "reason": reason})
    return items


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def name(request: PortalRequest) -> HttpResponse:
    """Name somebody for access, and invite them in the same deed where that was ticked."""
    institution = keeps_people(request.actor)
    if institution is None:
        return redirect("partners:institution")
    form = NameForm(request.POST or None, may_invite=request.actor.has("administrator"))
    if request.method == "POST" and form.is_valid():
        entered = dict(form.cleaned_data)
        invite = entered.pop("invite", False)
        try:
            with deed():
                made = name_person(institution=institution, by=request.actor, **entered)
                if invite and made.user_id is None:
                    invite_person(person=made, by=request.actor)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            messages.success(request, _("%(name)s is named. Record their checks next.") % {"name": made.name})
            return redirect(made)
    words = {
        "heading": _("Name a person"),
        "lead": _("Whoever uses a model under your grants is named here, checked by you, and accepts the rules."),
        "button": _("Name the person"),
    }
    return _ask(request, form, words)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def amend(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Change how a person is called, what they do and who employs them."""
    found = get_own_person(actor=request.actor, pk=pk)
    initial = {"name": found.name, "position": found.position, "employer": found.employer}
    form = DetailsForm(request.POST or None, initial=initial)
    words = {
        "heading": _("Change details"),
        "lead": _("The e-mail address stays. Somebody with another address is named anew, with checks of their own."),
        "button": _("Save the details"),
    }
    return _on(request, found, form, words, lambda entered: amend_person(person=found, by=request.actor, **entered))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def check(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Record a check of a person."""
    found = get_own_person(actor=request.actor, pk=pk)
    tier, now = tier_of(found.institution_id), rules()
    form = CheckForm(
        request.POST or None,
        months={kind: months_of(now, kind, tier) for kind in CHECKS},
        documents=documents_of(found.institution_id).filter(state="stored").order_by("-uploaded_at")[:CHOICES],
    )
    words = {"heading": _("Record a check"), "button": _("Record the check")}
    return _on(request, found, form, words, lambda entered: record_check(person=found, by=request.actor, **entered))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def revoke(request: PortalRequest, pk: UUID, check_pk: UUID) -> HttpResponse:
    """Take back a check that was wrong or no longer holds."""
    found = get_own_person(actor=request.actor, pk=pk)
    wrong = PersonCheck.objects.filter(pk=check_pk, person=found).first()
    if wrong is None:
        raise Http404("No such check.")
    wrong.person = found
    words = {
        "heading": _("Revoke a check"),
        "lead": _("%(kind)s, made on %(day)s. It stays on record and counts no more: where nothing else holds,")
        % {"kind": wrong.get_kind_display(), "day": f"{wrong.checked_on:%-d %B %Y}"}
        + " "
        + _("access ends at the next question."),
        "button": _("Revoke the check"),
        "danger": True,
    }
    form = WhyForm(request.POST or None)
    return _on(request, found, form, words, lambda entered: revoke_check(check=wrong, by=request.actor, **entered))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def end(request: PortalRequest, pk: UUID) -> HttpResponse:
    """End a person's access for good."""
    found = get_own_person(actor=request.actor, pk=pk)
    words = {
        "heading": _("End access"),
        "lead": _("Access ends at the next question, and can’t be given back: whoever returns is named anew."),
        "button": _("End access"),
        "danger": True,
    }
    form = WhyForm(request.POST or None)
    return _on(request, found, form, words, lambda entered: end_person(person=found, by=request.actor, **entered))


@require_POST
@login_required
def invite(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Invite a person without an account to their own page."""
    found = get_own_person(actor=request.actor, pk=pk)
    invite_person(person=found, by=request.actor)
    messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": found.email})
    return redirect(found)


def _on(request: PortalRequest, found: Person, form: forms.Form, words: dict[str, Any], act: Any) -> HttpResponse:
    """Ask something about the person, and do the deed with what was entered."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            messages.success(request, _("Done: the page shows how %(name)s stands now.") % {"name": found.name})
            return redirect(found)
    return _ask(request, form, {**words, "person": found})


def _ask(request: PortalRequest, form: forms.Form, words: dict[str, Any]) -> HttpResponse:
    return render(request, "partners/person_ask.html", {"form": form, **words})
