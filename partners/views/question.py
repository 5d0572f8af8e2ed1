"""Answering a question of the authority."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.access import get_own_query
from partners.actions.query import answer_question
from partners.forms.application import AnswerForm
from partners.queries.answers import answers_of
from partners.queries.application import read_sections
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused
from portal.ui.forms import refuse


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def question(request: PortalRequest, pk: UUID, query_pk: UUID) -> HttpResponse:
    """The question, the section it is about, and the answer."""
    actor = request.actor
    query = get_own_query(actor=actor, application_pk=pk, pk=query_pk, write=request.method == "POST")
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_question(query=query, text=form.cleaned_data["text"], by=actor)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            messages.success(request, _("Your answer is sent. The authority goes on from here."))
            return redirect("partners:application", pk)
    application = query.application
    sections = read_sections(application, answers_of(application))
    context = {
        "query": query,
        "application": application,
        "section": next((item for item in sections if item.key == query.section), None),
        "form": form,
        "may_write": actor.has("applicant"),
    }
    return render(request, "partners/question.html", context)
