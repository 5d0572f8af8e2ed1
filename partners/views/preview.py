"""The questionnaire of any version of the rules as an applicant would see it, for those who write or read the rules.

Nothing is saved: what was answered travels with the form, so that conditions work over all sections.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.forms.section import SectionForm, posted_answers
from portal.core.requests import PortalRequest
from portal.rulebook.access import get_version
from portal.rulebook.answers import tidy
from portal.rulebook.eligibility import settled
from portal.rulebook.queries import rules
from portal.rulebook.questionnaire import AskedSection, check_section, resolve, visible
from portal.rulebook.schema import Question, Rulebook, Section
from portal.rulebook.wording import condition_in_words
from portal.ui.forms import summary_of

MOST = 200_000
"""Characters of answers that may travel with the form."""


@dataclass(frozen=True, slots=True)
class Unasked:
    """A question of the section that these answers do not bring up, and what would."""

    question: Question
    when: str


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: PortalRequest, version: str) -> HttpResponse:
    """One section for one kind of organisation, with what was answered on this page so far."""
    found = get_version(actor=request.actor, version=version)
    book = rules(found.version)
    sent = request.POST if request.method == "POST" else request.GET
    kind = _kind(book, sent.get("kind", ""))
    answers = _answers(request, book, kind) if request.method == "POST" else {}
    asked = visible(book.questionnaire, answers, kind)
    shown = _shown(asked, sent.get("go") or sent.get("section", ""))
    section = book.questionnaire.section(shown.key)
    check = check_section(shown, answers)
    judged = check.errors if "check" in request.POST else {}
    form = SectionForm(
        questionnaire=book.questionnaire,
        section=section,
        kind=kind,
        answers=answers,
        problems=judged,
        more_rows=request.POST.get("add_row", ""),
    )
    context = {
        "version": found,
        "kinds": book.eligibility.kinds,
        "kind": kind,
        "sections": asked,
        "section": section,
        "form": form,
        "summary": summary_of(form),
        "checked": "check" in request.POST,
        "unasked": _unasked(book, section, shown, kind),
        "conditions": {
            item.key: condition_in_words(item.when, book.questionnaire, kind) for item in shown.questions if item.when
        },
        "state": json.dumps(answers, ensure_ascii=False),
    }
    return render(request, "partners/preview.html", context)


def _kind(book: Rulebook, wanted: str) -> str:
    keys = [item.key for item in book.eligibility.kinds]
    return wanted if wanted in keys else keys[0]


def _answers(request: PortalRequest, book: Rulebook, kind: str) -> dict[str, Any]:
    """What the other sections were answered, with what was typed on this one. Nothing that cannot be read is kept."""
    known = {question.key: question for question in book.questionnaire.questions}
    try:
        kept = json.loads(request.POST.get("state", "")[:MOST])
    except (ValueError, RecursionError):
        kept = {}
    before = {key: tidy(value) for key, value in kept.items() if key in known} if isinstance(kept, dict) else {}
    return {**before, **posted_answers([resolve(question, kind) for question in known.values()], request.POST)}


def _shown(asked: tuple[AskedSection, ...], wanted: str) -> AskedSection:
    if not asked:
        raise Http404(_("Organisations of this kind are asked nothing."))
    return next((item for item in asked if item.key == wanted), asked[0])


def _unasked(book: Rulebook, section: Section, shown: AskedSection, kind: str) -> list[Unasked]:
    """Questions that this kind may be asked in this section, and is not with these answers."""
    asked = {question.key for question in shown.questions}
    possible = [
        question
        for question in section.questions
        if question.key not in asked
        and (not question.kinds or kind in question.kinds)
        and settled(question.when, kind) is None
    ]
    return [
        Unasked(resolve(question, kind), condition_in_words(question.when, book.questionnaire, kind))
        for question in possible
    ]
