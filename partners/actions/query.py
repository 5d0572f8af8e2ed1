"""Questions to the institution, and their answers."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from partners import notices
from partners.actions.application import save_revision
from partners.actions.clock import keep_clock, start_chasing
from partners.actions.letter import make_question
from partners.actions.search import index_case
from partners.actions.signature import void_signatures
from partners.models import Application, Query, Revision
from partners.queries.answers import answers_of
from partners.queries.case import case_of
from partners.queries.people import hands_of
from partners.queries.rulebook import progress_of, rules_of
from partners.queries.verdicts import asking_verdict
from partners.rules.hands import body_of, no_conflict
from portal.core import clock
from portal.core.actors import Actor
from portal.core.references import next_reference
from portal.core.verdicts import refused, require
from portal.rulebook.durations import add_working_days
from portal.workflow import as_deed, create, lock, move, record


@as_deed
def ask_question(*, application: Application, section: str, text: str, by: Actor) -> Query:
    """Ask the institution about a section. Its answers open for changes, and nobody can sign until it is answered."""
    lock(application)
    verb = "ask_before_signing" if application.state == "awaiting_signatures" else "ask"
    require(application.TABLE.verdict(verb, application, by))
    case = case_of(application)
    require(asking_verdict(case, by))
    titles = {item.key: str(item.title) for item in case.sections}
    if section not in titles:
        require(refused(_("Choose a section that was sent."), code="unknown_section", rule="application.ask"))
    if not text.strip():
        require(refused(_("Write your question."), code="no_text", rule="application.ask"))
    days = next((item.working_days for item in case.rules.clocks if item.key == "answer"), 20)
    query = Query(
        reference=next_reference("F"),
        application=application,
        section=section,
        text=text.strip()[:4000],
        asked_by=by.user,
        asked_body_id=body_of(by),
        asked_at=clock.now(),
        asked_on=case.sent,
        due_on=add_working_days(clock.today(), days, application.authority.jurisdiction),
    )
    start_chasing(query)
    about = [application.pk, application.institution_id]
    create(
        query, "ask", by=by, rulebook=application.rulebook, detail={"section": section, "text": query.text}, about=about
    )
    change = record if verb == "ask_before_signing" else move
    change(
        application,
        verb,
        by=by,
        rulebook=application.rulebook,
        says=_("Question asked about “%(title)s”") % {"title": titles[section]},
        detail={"query": query.pk, "section": section, "due": query.due_on},
        about=[application.institution_id, query.pk],
    )
    keep_clock(application)
    index_case(application, case.sent)
    make_question(query)
    notices.tell(
        notices.ASKED,
        application,
        to=notices.applicants(application),
        key=f"asked:{query.pk}",
        url=reverse("partners:question", args=[application.pk, query.pk]),
        body=by.body_name,
        section=titles[section],
        question=query.text,
        due=f"{query.due_on:%-d %B %Y}",
    )
    return query


@as_deed
def answer_question(*, query: Query, text: str, by: Actor) -> Query:
    """Answer, with the section's answers as they stand now. A new revision is made; signatures given so far are voided.

    Once no other question is open, the case goes back to the authority; out of the signatories' hands only if
    an answer of the section changed.
    """
    application = query.application
    lock(application)
    lock(query)
    require(query.TABLE.verdict("answer", query, by))
    if not text.strip():
        require(refused(_("Write your answer to the question."), code="no_text", rule="query.answer"))
    before = Revision.objects.filter(application=application).latest("number")
    answers = _answers_to_send(application, query, before)
    section = progress_of(application, answers)
    unfinished = [str(item.title) for item in section.sections if not item.complete]
    if unfinished:
        require(
            refused(
                _("These sections are not complete yet: %(names)s.") % {"names": ", ".join(unfinished)},
                code="incomplete",
                rule="questionnaire",
            )
        )
    revision = save_revision(application, answers, before.declarations, by)
    move(
        query,
        "answer",
        by=by,
        rulebook=application.rulebook,
        changes={
            "answer": text.strip()[:4000],
            "answered_by": by.user,
            "answered_at": clock.now(),
            "answered_in": revision,
        },
        detail={"answer": text[:4000], "revision": revision.number, "digest": revision.digest},
        about=[application.pk, application.institution_id],
    )
    changed = revision.sections != before.sections
    others = application.queries.filter(state="open").exists()
    back = application.state == "awaiting_applicant" and not others
    reopened = application.state == "awaiting_signatures" and changed
    change, verb = (move, "answer") if back or reopened else (record, "answer_one")
    was_signing = application.state == "awaiting_signatures"
    change(
        application,
        verb,
        by=by,
        rulebook=application.rulebook,
        detail={"query": query.pk, "revision": revision.number, "changed": changed},
        about=[application.institution_id, query.pk],
    )
    keep_clock(application)
    index_case(application, revision)
    if was_signing:
        void_signatures(application, _("The institution answered a question"), by)
    notices.tell(notices.ANSWERED, application, to=[query.asked_by], key=f"answered:{query.pk}")
    return query


def _answers_to_send(application: Application, query: Query, before: Revision) -> dict[str, object]:
    """What goes into the next revision: as it stands now, but for sections that another open question keeps open."""
    answers = answers_of(application)
    others = set(application.queries.filter(state="open").exclude(pk=query.pk).values_list("section", flat=True))
    for section in rules_of(application).questionnaire.sections:
        if section.key in others and section.key != query.section:
            for question in section.questions:
                answers[question.key] = before.answers.get(question.key)
    return answers


@as_deed
def withdraw_question(*, query: Query, by: Actor) -> Query:
    """Take an open question back. When it was the last one, review goes on."""
    application = query.application
    lock(application)
    _require_part_in(application, query, by)
    move(query, "withdraw", by=by, about=[application.pk, application.institution_id])
    if application.state == "awaiting_applicant" and not application.queries.filter(state="open").exists():
        move(application, "resume", by=by, detail={"query": query.pk}, about=[application.institution_id])
    keep_clock(application)
    index_case(application)
    return query


@as_deed
def close_question(*, query: Query, by: Actor) -> Query:
    """Note that the answer was read."""
    lock(query.application)
    _require_part_in(query.application, query, by)
    return move(query, "close", by=by, about=[query.application_id, query.application.institution_id])


def _require_part_in(application: Application, query: Query, by: Actor) -> None:
    """Whoever asked, or a case officer of the authority that runs the case."""
    runs = by.has("case_officer") and by.body_id == application.authority_id
    if not runs and by.user_id != query.asked_by_id:
        require(
            refused(
                _("Only the person who asked, or a case officer of this case, may do this."),
                code="not_yours",
                rule="query",
            )
        )
    require(no_conflict(hands_of(application), by))
