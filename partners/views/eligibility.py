"""May my organisation apply? A page for everybody, before they sign in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from partners.forms.eligibility import EligibilityForm
from partners.queries.eligibility import Outlook, outlook
from partners.queries.times import ENOUGH
from portal.rulebook.answers import countries
from portal.rulebook.queries import NoRulebook, rules
from portal.rulebook.sentences.deciding import quorum


@require_safe
def eligibility(request: HttpRequest) -> HttpResponse:
    """The check, and for two answers what follows from the rules in force. Its address holds the answers."""
    try:
        book = rules()
    except NoRulebook:
        return render(request, "rulebook/none.html", status=503)
    asked = any(request.GET.get(name) for name in ("kind", "country"))
    form = EligibilityForm(request.GET if asked else None, rules=book)
    found = outlook(book, **form.cleaned_data) if asked and form.is_valid() else None
    context = {
        "form": form,
        "found": found,
        "finding": _finding(found) if found else "",
        "country": countries()[found.country] if found else "",
        "rules": book,
        "enough": ENOUGH,
        "quorum": quorum(book.quorum.rule("initial", "standard")),
    }
    return render(request, "partners/eligibility.html", context)


def _finding(found: Outlook) -> str:
    words = {"kind": found.kind.label, "country": countries()[found.country]}
    if found.verdict:
        return _("Yes, it may apply: %(kind)s, %(country)s") % words
    return _("No, it can’t apply: %(kind)s, %(country)s") % words
