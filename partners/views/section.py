"""One section of the questionnaire: filled in, saved as one goes, with documents."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners import scanning
from partners.access import get_own_application
from partners.actions.answers import Saved, save_answers
from partners.actions.evidence import upload_evidence
from partners.forms.evidence import FILE_HINT
from partners.forms.section import SectionForm, posted_answers
from partners.models import Application, Evidence
from partners.queries.answers import answers_of
from partners.queries.application import waiting_documents
from partners.queries.evidence import library
from partners.queries.rulebook import asked, progress_of, rules_of, version_shown
from partners.queries.sections import is_open
from partners.queries.upload import unfinished_of
from partners.views.upload import large_box
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused
from portal.rulebook.display import render as render_answer
from portal.rulebook.questionnaire import resolve, visible_section
from portal.rulebook.schema import Rulebook, Section
from portal.ui.forms import summary_of
from portal.ui.templatetags.ui import clock_time


def _summary(form: SectionForm) -> list[tuple[str, str]]:
    """Each error with its question, so that two that say the same can be told apart."""
    return [(anchor, " – ".join(filter(None, (form.label_of(anchor), words)))) for anchor, words in summary_of(form)]


def _section(book: Rulebook, key: str) -> Section:
    try:
        return book.questionnaire.section(key)
    except KeyError as error:
        raise Http404("No such section.") from error


def _posted(request: PortalRequest, application: Application, section: Section) -> dict[str, Any]:
    questions = [resolve(question, application.institution.kind) for question in section.questions]
    return posted_answers(questions, request.POST)


def _undecided(request: PortalRequest, posted: dict[str, Any]) -> set[str]:
    """Of the answers shown in two versions, those of which neither was chosen. Where theirs was, mine is left out."""
    undecided = set()
    for key in request.POST.getlist("clash"):
        stands = request.POST.get(f"stands-{key}", "")
        if stands == "theirs":
            posted.pop(key, None)
        elif stands != "mine":
            undecided.add(key)
    return undecided


def _seen(request: PortalRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _page(request: PortalRequest) -> str:
    text = request.POST.get("page", "")
    return text if text.isascii() and text.isalnum() and len(text) <= 40 else secrets.token_hex(8)


@require_POST
@login_required
def autosave(request: PortalRequest, pk: UUID, section: str) -> HttpResponse:
    """Save what was typed so far. JSON: when; or 409 with the reason where a colleague was first."""
    with transaction.atomic():
        return _autosave(request, get_own_application(actor=request.actor, pk=pk, write=True, locked=True), section)


def _autosave(request: PortalRequest, application: Application, section: str) -> HttpResponse:
    shown = version_shown(application, request.POST.get("rulebook", ""))
    posted = _posted(request, application, _section(shown, section))
    for key in _undecided(request, posted):
        posted.pop(key, None)
    try:
        saved = save_answers(
            application=application,
            section=section,
            posted=posted,
            seen=_seen(request),
            page=_page(request),
            by=request.actor,
            shown=shown,
            locked=True,
        )
    except Refused as error:
        return JsonResponse({"reason": str(error.verdict.reason)}, status=409)
    if saved.clashes:
        return JsonResponse({"reason": _clash_words(shown, saved)}, status=409)
    answer: dict[str, Any] = {"saved": clock_time(saved.at), "written": saved.written}
    if shown.version != application.rulebook:
        answer["message"] = _moved_words(application, saved)
    return JsonResponse(answer)


def _moved_words(application: Application, saved: Saved) -> str:
    return _(
        "Saved at %(time)s. The draft moved to version %(now)s of the rules while you were writing: save the page to"
        " see what is new."
    ) % {"time": clock_time(saved.at), "now": application.rulebook}


def _clash_words(shown: Rulebook, saved: Saved) -> str:
    first = saved.clashes[0]
    question = shown.questionnaire.question(first.question)
    return _("%(who)s changed “%(question)s” while you were writing. Save the page to see both versions.") % {
        "who": first.who,
        "question": question.label,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def section(request: PortalRequest, pk: UUID, section: str) -> HttpResponse:
    """The questions of a section."""
    actor = request.actor
    application = get_own_application(actor=actor, pk=pk, write=request.method == "POST")
    shown = version_shown(application, request.POST.get("rulebook", ""))
    if shown.version != application.rulebook and application.state == "draft":
        return _save_before_moving(request, application, shown, section)
    found = _section(shown, section)
    answers = answers_of(application)
    if section not in {item.key for item in asked(application, answers)}:
        return redirect("partners:application", application.pk)
    if request.method == "POST":
        return _save(request, application, found, before=answers)
    if not is_open(application, section) or not actor.has("applicant"):
        return redirect("partners:answers", application.pk)
    return _show(
        request,
        application,
        found,
        answers=answers,
        problems="fix" in request.GET,
        more_rows=request.GET.get("row", ""),
    )


def _save(
    request: PortalRequest, application: Application, section: Section, *, before: dict[str, Any]
) -> HttpResponse:
    posted = _posted(request, application, section)
    undecided = _undecided(request, posted)
    refused_files = _take_files(request, application, section, posted)
    saved = save_answers(
        application=application,
        section=section.key,
        posted=posted,
        seen=_seen(request),
        page=_page(request),
        by=request.actor,
        undecided=undecided,
    )
    if saved.clashes:
        mine = {clash.question: clash.mine for clash in saved.clashes}
        again = dict.fromkeys(undecided & mine.keys(), _("Choose which of the two answers stands."))
        return _show(request, application, section, saved=saved, mine=mine, extra=again, status=409)
    if refused_files:
        return _show(request, application, section, extra=refused_files)
    if row := request.POST.get("add_row", ""):
        return redirect(f"{request.path}?row={row}#id_{row}" if row.isidentifier() else request.path)
    if "upload" in request.POST:
        return redirect(request.path)
    now = answers_of(application)
    if opened := _opened(application, section, before, now):
        messages.info(request, _("Saved. Your answers open further questions in this section."))
        return redirect(f"{request.path}#id_{opened}")
    problems = progress_of(application, now)
    mine_ = next((item for item in problems.sections if item.key == section.key), None)
    if mine_ and mine_.problems:
        return _show(request, application, section, problems=True)
    messages.success(request, _("“%(title)s” is saved.") % {"title": section.title})
    return redirect(_next(application, section, problems.sections))


def _save_before_moving(request: PortalRequest, application: Application, shown: Rulebook, key: str) -> HttpResponse:
    """The page is of rules that the draft has left: what it holds is kept, and its writer sees what is new."""
    saved = save_answers(
        application=application,
        section=key,
        posted=_posted(request, application, _section(shown, key)),
        seen=_seen(request),
        page=_page(request),
        by=request.actor,
        shown=shown,
    )
    words = {"now": application.rulebook}
    if saved.clashes:
        first = saved.clashes[0]
        yours = render_answer(shown.questionnaire.question(first.question), first.mine)
        messages.warning(request, f"{_clash_words(shown, saved)} {_('Your words were:')} {yours}")
    messages.info(
        request,
        _("The draft moved to version %(now)s of the rules while you were writing. Your words are saved.") % words,
    )
    return redirect(f"{reverse('partners:rules', args=[application.pk])}?from={shown.version}")


def _opened(application: Application, section: Section, before: dict[str, Any], now: dict[str, Any]) -> str:
    """The first question without an answer that these answers opened: without scripts, nobody has seen it yet."""
    questionnaire, kind = rules_of(application).questionnaire, application.institution.kind
    seen = visible_section(questionnaire, section.key, before, kind)
    known = {question.key for question in seen.questions} if seen else set()
    shown = visible_section(questionnaire, section.key, now, kind)
    found = (question.key for question in shown.questions if question.key not in known) if shown else iter(())
    return next((key for key in found if now.get(key) in (None, "", [])), "")


def _next(application: Application, section: Section, sections: Any) -> str:
    """The next section that is open, or the task list."""
    keys = [item.key for item in sections]
    place = keys.index(section.key) + 1 if section.key in keys else len(keys)
    if application.state == "draft" and place < len(keys):
        return reverse("partners:section", args=[application.pk, keys[place]])
    return reverse("partners:application", args=[application.pk])


def _take_files(
    request: PortalRequest, application: Application, section: Section, posted: dict[str, Any]
) -> dict[str, str]:
    """Add documents that were chosen from the library or came with the form, and return why others were refused."""
    reasons = {}
    for question in section.questions:
        if question.type == "evidence" and (reused := request.POST.get(f"reuse-{question.key}")):
            _add(posted, question.key, reused)
        upload = request.FILES.get(f"upload-{question.key}")
        if question.type != "evidence" or upload is None:
            continue
        evidence = upload_evidence(
            institution=application.institution,
            application=application,
            question=question.key,
            kind=next(iter(question.evidence_kinds), ""),
            marking=request.POST.get(f"marking-{question.key}", Evidence.Marking.AMBER),
            upload=upload,
            by=request.actor,
        )
        if evidence.state == "refused":
            reasons[question.key] = f"{evidence.name}: {evidence.reason}"
        elif evidence.state == "quarantined":
            messages.warning(request, waiting_words(evidence))
        else:
            _add(posted, question.key, str(evidence.pk))
    return reasons


def _add(posted: dict[str, Any], key: str, document: str) -> None:
    """Name one more document in an answer."""
    chosen = posted.get(key)
    kept = chosen if isinstance(chosen, list) else []
    posted[key] = kept if document in kept else [*kept, document]


def waiting_words(evidence: Evidence) -> str:
    """What somebody is told whose document has to wait for the scan."""
    return _(
        "The malware scanner does not answer just now. “%(name)s” is kept and will be scanned as soon as it does. Until"
        " then nobody can open it, and it does not count as an answer. You need not upload it again."
    ) % {"name": evidence.name}


def _chosen(section: Section, answers: dict[str, Any]) -> list[str]:
    """Ids of the documents that the section's answers name."""
    named = (answers.get(question.key) for question in section.questions if question.type == "evidence")
    return [str(item) for value in named if isinstance(value, list) for item in value]


def _show(
    request: PortalRequest,
    application: Application,
    section: Section,
    *,
    answers: dict[str, Any] | None = None,
    problems: bool = False,
    extra: dict[str, str] | None = None,
    saved: Saved | None = None,
    mine: dict[str, Any] | None = None,
    more_rows: str = "",
    status: int = 200,
) -> HttpResponse:
    answers = answers_of(application) if answers is None else answers
    checks = progress_of(application, answers)
    own = next((item for item in checks.sections if item.key == section.key), None)
    said = dict(own.errors if own and problems else own.problems if own and request.method == "POST" else {})
    form = SectionForm(
        questionnaire=rules_of(application).questionnaire,
        section=section,
        kind=application.institution.kind,
        answers={**answers, **(mine or {})},
        documents=library(application, _chosen(section, answers)),
        problems={**said, **(extra or {})},
        clashes=saved.clashes if saved else (),
        more_rows=more_rows,
        waiting=waiting_documents(application),
    )
    keys = [item.key for item in checks.sections]
    place = keys.index(section.key) if section.key in keys else 0
    asks_for_files = any(question.type == "evidence" for question in section.questions)
    context = {
        "application": application,
        "section": section,
        "form": form,
        "summary": _summary(form),
        "version": application.answers_version,
        "rulebook": application.rulebook,
        "page": secrets.token_hex(8),
        "number": place + 1,
        "count": len(keys),
        "previous": keys[place - 1] if place and application.state == "draft" else "",
        "markings": Evidence.Marking.choices,
        "scanned": scanning.is_configured(),
        "asks_for_files": asks_for_files,
        "file_hint": FILE_HINT,
        "large": large_box(application=application),
        "unfinished": list(unfinished_of(application.institution_id, application)) if asks_for_files else [],
        "status_409": status == 409,
    }
    return render(request, "partners/section.html", context, status=status)
