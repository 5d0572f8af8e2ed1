"""Is this letter genuine? A page for everybody: by the code on it, or by the file."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from partners.forms.verify import CodeForm, LetterForm
from partners.limits import Limit
from partners.queries.verify import ALTERED, ENDED, GENUINE, UNRECORDED, Finding, by_code, by_file

CODES = Limit("verify-code", 60, timedelta(minutes=10))
FILES = Limit("verify-file", 30, timedelta(minutes=10))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The page, and what was found. A code comes with the address, so that a printed square can lead to it."""
    posted, asked = request.method == "POST", bool(request.GET.get("code"))
    codes = CodeForm(request.GET if asked and not posted else None)
    letters = LetterForm(request.POST, request.FILES) if posted else LetterForm()
    if (posted and not FILES.takes(request)) or (codes.is_bound and not CODES.takes(request)):
        return _page(request, CodeForm(), LetterForm(), too_often=True, status=429)
    found = None
    if posted and letters.is_valid():
        found = by_file(letters.cleaned_data["letter"])
    elif codes.is_bound and codes.is_valid():
        found = by_code(codes.cleaned_data["code"])
    return _page(request, codes, letters, found=found)


def _page(
    request: HttpRequest,
    codes: CodeForm,
    letters: LetterForm,
    *,
    found: Finding | None = None,
    too_often: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "codes": codes,
        "letters": letters,
        "found": found,
        "verdict": _verdict(found) if found else "",
        "tone": _tone(found) if found else "",
        "too_often": too_often,
    }
    return render(request, "partners/verify.html", context, status=status)


def _verdict(found: Finding) -> str:
    if found.outcome == GENUINE:
        return _("Genuine: this letter is ours, unchanged") if found.in_full else _("We sent a letter with this code")
    if found.outcome == ENDED:
        return _("Genuine, but what it says no longer holds")
    if found.outcome == ALTERED:
        return _("Altered: this is not the letter as we sent it")
    if found.outcome == UNRECORDED:
        return _("Sealed by us, but not among our letters")
    return _("Not ours: we have no such letter")


def _tone(found: Finding) -> str:
    if found.outcome == GENUINE:
        return "amber" if found.standing and found.standing.state == "restricted" else "green"
    return "amber" if found.outcome == ENDED else "red"
