"""Public pages: the rules in force and every published version, with an anchor for each rule that can be cited."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.core.requests import PortalRequest
from portal.rulebook import catalogue, queries
from portal.rulebook.access import get_version, may_write_rules
from portal.rulebook.models import RulebookVersion
from portal.rulebook.schema import Rulebook
from portal.rulebook.schema.conditions import leaves
from portal.rulebook.schema.questions import Choosing, Question


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question as the page shows it: `depends_on` are the questions that decide whether it is asked."""

    question: Question
    key: str
    options: tuple[str, ...]
    depends_on: tuple[str, ...]
    kinds: tuple[str, ...]


@require_safe
def index(request: PortalRequest) -> HttpResponse:
    """The version in force, or an empty page that says so while the portal is being set up."""
    version = RulebookVersion.objects.filter(state="in_force").first()
    if version is None:
        return render(request, "rulebook/none.html", status=503)
    return _page(request, version)


@require_safe
def version(request: PortalRequest, version: str) -> HttpResponse:
    """One published version; those who write the rules read their drafts, too."""
    return _page(request, get_version(actor=request.actor, version=version))


@require_safe
def document(request: PortalRequest, version: str) -> JsonResponse:
    """The document of a version as JSON, with its digest, so that anybody can check what a decision cites."""
    found = get_version(actor=request.actor, version=version)
    body = {"version": found.version, "state": found.state, "sha256": found.digest, "document": found.document}
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def _page(request: PortalRequest, found: RulebookVersion) -> HttpResponse:
    rules = queries.rules(found.version)
    if rules.version != found.version:
        raise Http404
    context = {
        "version": found,
        "rules": rules,
        "chapters": catalogue.chapters(rules),
        "sections": _sections(rules),
        "versions": list(queries.every() if may_write_rules(request.actor) else queries.published()),
    }
    return render(request, "rulebook/version.html", context)


def _sections(rules: Rulebook) -> list[tuple[str, str, str, list[QuestionLine]]]:
    labels = {question.key: question.label for question in rules.questionnaire.questions}
    kinds = {kind.key: kind.label for kind in rules.eligibility.kinds}
    return [
        (
            f"questionnaire.{section.key}",
            section.title,
            section.intro,
            [_line(section.key, question, labels, kinds) for question in section.questions],
        )
        for section in rules.questionnaire.sections
    ]


def _line(section: str, question: Question, labels: dict[str, str], kinds: dict[str, str]) -> QuestionLine:
    names = [getattr(leaf, "question", "") for leaf in leaves(question.when)] if question.when is not None else []
    return QuestionLine(
        question=question,
        key=f"questionnaire.{section}.{question.key}",
        options=tuple(option.label for option in question.options) if isinstance(question, Choosing) else (),
        depends_on=tuple(dict.fromkeys(labels[name] for name in names if name)),
        kinds=tuple(kinds[kind] for kind in question.kinds),
    )
