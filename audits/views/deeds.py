"""One page for each deed: what it does, what it needs, one button. The same for the portal and for the desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from audits.forms.text import ConfirmForm
from audits.views.papers import received
from partners import scanning
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Conflict, Refused, Text
from portal.ui.forms import refuse
from portal.workflow import can

Act = Callable[[Any, dict[str, Any], Actor], Any]
AT_ONCE = ("wrong_role", "other_body", "not_assigned", "not_on_panel", "not_presiding", "not_independent")
"""Refusals that no other words in the form could turn: they become a page of their own, whatever was sent."""


@dataclass(frozen=True)
class DeedPage:
    """A deed as a page.

    `verb` is the row in the subject's state table, `slug` its place in the address. `act` calls the action with
    the subject, what was entered, and who acts. `options` gives further arguments of the form, `shows` what else
    the page shows. `papers`: the form takes documents (audits.forms.papers).
    """

    slug: str
    verb: str
    act: Act
    form: type[Form] = ConfirmForm
    lead: Text = ""
    options: Callable[[Any, Actor], dict[str, Any]] = field(default=lambda _subject, _actor: {})
    initial: Callable[[Any], dict[str, Any]] = field(default=lambda _subject: {})
    shows: Callable[[Any], dict[str, Any]] = field(default=lambda _subject: {})
    dangerous: bool = False
    papers: bool = False


def perform(
    request: PortalRequest,
    page: DeedPage,
    subject: Any,
    *,
    back: str,
    template: str,
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show the deed's page, or do it and go `back`. A refusal stands in the form's summary with its reason."""
    actor: Actor = request.actor
    verdict = can(subject, page.verb, actor)
    if not verdict and (request.method != "POST" or verdict.code in AT_ONCE):
        raise Refused(verdict)
    # A form without fields is bound by an empty POST too.
    posted = request.POST if request.method == "POST" else None
    form = _bound(page, subject, actor, posted, request.FILES if posted is not None else None)
    if page.papers and verdict and posted is not None:
        bind = partial(_bound, page, subject, actor)
        form = received(request, form, bind, institution=subject.institution, about=subject.pk)
    if posted is not None and form.is_valid() and (done := _done(request, page, subject, form, back)):
        return done
    shown = {
        "form": form,
        "page": page,
        "subject": subject,
        "move": subject.TABLE.move(page.verb),
        "back": back,
        "scanned": scanning.is_configured(),
        **page.shows(subject),
        **(context or {}),
    }
    return TemplateResponse(request, template, shown)


def _bound(page: DeedPage, subject: Any, actor: Actor, data: Any, files: Any) -> Form:
    return page.form(data, files, initial=page.initial(subject), **page.options(subject, actor))


def _done(request: PortalRequest, page: DeedPage, subject: Any, form: Form, back: str) -> HttpResponse | None:
    """Do it. None where it was refused; the reason is in the form then."""
    actor: Actor = request.actor
    try:
        page.act(subject, form.cleaned_data, actor)
    except Conflict:
        raise
    except Refused as error:
        refuse(form, error.verdict)
        return None
    messages.success(request, f"{subject.TABLE.move(page.verb).says}.")
    return redirect(back)
