"""The own page of somebody who is named: what they are cleared for, what is missing or on hold, and the rules."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.access import require_role
from partners.actions.person import accept_rules
from partners.forms.person import AcceptForm
from partners.models import Person
from partners.queries.person import checks_of, holds_on, own_row, texts_now
from partners.rules.person import Texts
from partners.views.person_parts import context_of
from portal.accounts.queries.people import members_with
from portal.core.requests import PortalRequest
from portal.core.verdicts import Conflict, Refused, refused

OWN = ("named_person", "applicant", "administrator", "representative")
"""Roles of an institution whose holders may be named for access."""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def my_access(request: PortalRequest) -> HttpResponse:
    """One's own checks and what is missing; the rules are accepted here."""
    require_role(request.actor, *OWN)
    if request.actor.body_kind != "institution":
        raise Refused(refused(_("This page is for people of an institution."), code="wrong_body", rule="people"))
    person, texts = own_row(request.actor), texts_now()
    form = AcceptForm(request.POST or None, texts=texts)
    if request.method == "POST" and person is not None and form.is_valid():
        try:
            accept_rules(person=person, seen=form.cleaned_data["seen"], by=request.actor)
        except Conflict as error:
            # The page has to be read anew, and so has the form, which names the text that was read.
            messages.warning(request, str(error.verdict.reason))
        else:
            messages.success(request, _("Thank you. Your institution sees that you accepted the rules."))
        return redirect("partners:my_access")
    if person is None:
        return render(request, "partners/my_access.html", {"person": None})
    holds = holds_on(person) if person.state == "named" else []
    context = {
        **context_of(person, checks_of(person), texts, own=True),
        "texts": texts,
        "form": form,
        "asks": _asks(person, texts),
        "holds": holds,
        "askable": members_with("administrator", person.institution_id).order_by("name") if holds else [],
    }
    return render(request, "partners/my_access.html", context)


def _asks(person: Person, texts: Texts) -> bool:
    """Whether the page asks the person to accept the text in force."""
    return bool(person.state == "named" and texts.items and person.accepted_digest != texts.digest)
