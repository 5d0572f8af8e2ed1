"""Deeds of the institution on its application."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from partners import notices
from partners.actions.clock import keep_clock
from partners.actions.declaration import make_declarations
from partners.actions.screening import screen_begun, screen_sent
from partners.actions.search import index_case
from partners.models import Answer, Application, Institution, Revision
from partners.queries.answers import answers_of, latest_revision, snapshot
from partners.queries.carried import baseline, carried_sections, changed_sections
from partners.queries.declaration import representatives_of
from partners.queries.institution import applications_of, authority_for, is_barred, live_qualification, refused_last
from partners.queries.rulebook import progress_of, rules_of
from partners.rules.application import may_begin, may_report, may_submit, rights_after_refusal, says_something
from partners.states.application import APPLICATION
from portal.accounts.queries.people import people_with
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.references import next_reference
from portal.core.verdicts import Verdict, refused, require
from portal.rulebook.appeals import country_of
from portal.rulebook.eligibility import may_apply
from portal.rulebook.places import day_in
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, move, record


@as_deed
def begin_application(
    *,
    institution: Institution,
    by: Actor,
    kind: str = "initial",
    copy_from: Application | None = None,
    circumstances: Sequence[str] = (),
    happened_on: date | None = None,
) -> Application:
    """Start an application under the rulebook in force, at the authority of the institution's jurisdiction.

    A renewal, a change, or `copy_from`, takes over the answers that were sent last. `circumstances` are what changed
    (rulebook: qualification.circumstances), and `happened_on` is when. Raises Refused with the reason.
    """
    lock(institution)
    rulebook = rules()
    live = live_qualification(institution.pk)
    barred, until = is_barred(institution.pk, clock.today())
    organisation = institution.organisation
    authority = authority_for(organisation.jurisdiction)
    application = Application(
        institution=institution,
        kind=kind,
        authority=authority,
        rulebook=rulebook.version,
        follows=live.application if live and kind != "initial" else None,
        circumstances=list(circumstances) if kind == "change" else [],
        happened_on=happened_on if kind == "change" else None,
        started_by=by.user,
        started_at=clock.now(),
    )
    require(APPLICATION.verdict("begin", application, by))
    require(may_apply(rulebook, institution.kind, organisation.jurisdiction))
    require(
        may_begin(
            kind,
            has_open=applications_of(institution.pk).filter(state__in=APPLICATION.open_states).exists(),
            live=live is not None,
            qualified=live is not None and live.state == "in_force" and live.valid_until >= clock.today(),
            removed_until=until,
            barred=barred,
            **_after_refusal(institution),
        )
    )
    if kind == "change":
        require(may_report(rulebook.qualification.circumstances, circumstances, happened_on, clock.today()))
    if authority is None:
        require(refused(_("No authority takes part in the scheme yet."), code="no_authority", rule="eligibility"))
    application.reference = next_reference("A")
    create(
        application,
        "begin",
        by=by,
        rulebook=rulebook.version,
        detail={
            "kind": kind,
            "reference": application.reference,
            **({"circumstances": application.circumstances, "happened_on": happened_on} if kind == "change" else {}),
        },
        about=[institution.pk, application.authority_id],
    )
    _take_over(application, copy_from or (live.application if live else None), by)
    screen_begun(application, SYSTEM)
    return application


def _after_refusal(institution: Institution) -> dict[str, date]:
    """The day from which on it may apply again, and today, both by the calendar of the authority that refused."""
    declined = refused_last(institution.pk)
    if declined is None or declined.decided_at is None:
        return {}
    country = country_of(declined)
    rights = rights_after_refusal(declined.decided_at, country, rules_of(declined))
    return {"again_from": rights.again_from, "today": day_in(clock.now(), country)}


@as_deed
def report_more(*, application: Application, circumstances: Sequence[str], happened_on: date, by: Actor) -> Application:
    """Say anew what changed, while the report of a change is still a draft: other sections open.

    What was written in a section that is closed by this stays open too, until it is as it was.
    """
    lock(application)
    if application.kind != "change":
        require(refused(_("This application reports no change."), code="wrong_kind", rule="application.report_change"))
    known = rules_of(application).qualification.circumstances
    require(may_report(known, circumstances, happened_on, clock.today()))
    return record(
        application,
        "report_change",
        by=by,
        rulebook=application.rulebook,
        changes={"circumstances": list(circumstances), "happened_on": happened_on},
        detail={"circumstances": list(circumstances), "happened_on": happened_on},
        about=[application.institution_id],
    )


def _take_over(application: Application, earlier: Application | None, by: Actor) -> None:
    """Copy the answers that were sent last with an earlier application, or of one never sent those of its draft.

    Only to questions that the rules of today still ask. Of another institution nothing is ever copied.
    """
    if earlier is None or earlier.institution_id != application.institution_id:
        return
    sent = latest_revision(earlier)
    known = {question.key for question in rules_of(application).questionnaire.questions}
    answers = sent.answers if sent else answers_of(earlier)
    now = clock.now()
    Answer.objects.bulk_create(
        Answer(application=application, question=key, value=value, version=0, saved_by=by.user, saved_at=now)
        for key, value in answers.items()
        if key in known
    )


@as_deed
def ask_to_sign(*, application: Application, by: Actor) -> Application:
    """Ask the institution's authorised representatives to read the complete draft, declare and send it."""
    lock(application)
    require(_completeness(application, answers_of(application)))
    record(
        application,
        "ask_to_sign",
        by=by,
        rulebook=application.rulebook,
        changes={"asked_to_sign_at": clock.now()},
        about=[application.institution_id],
    )
    representatives = representatives_of(application.institution_id)
    key = f"to_sign:{clock.now():%Y%m%d%H%M%S}"
    url = reverse("partners:check", args=[application.pk])
    notices.tell(notices.TO_SIGN, application, to=representatives, key=key, url=url, person=by.name)
    return application


@as_deed
def submit_application(*, application: Application, declared: Collection[str], capacity: str, by: Actor) -> Application:
    """Send the application: a first revision is made of what is asked and answered, and the answers are locked.

    `declared` are keys of the rulebook's declarations that were made, `capacity` the function in which the person
    binds the institution. Raises Refused when something is missing, the second factor was shown too long ago, or it
    was submitted already.
    """
    lock(application)
    require(APPLICATION.verdict("submit", application, by))
    require(_under_rules_in_force(application))
    rulebook, answers = rules_of(application), answers_of(application)
    require(_completeness(application, answers))
    if application.kind == "change":
        require(says_something(changed_sections(application, answers, baseline(application))))
    wanted = rulebook.declarations_on("application")
    made = [{"key": item.key, "title": item.title, "text": item.text} for item in wanted]
    revision = save_revision(application, answers, made, by)
    make_declarations(
        wanted=wanted,
        declared=declared,
        capacity=capacity,
        institution_id=application.institution_id,
        noun="application",
        about=application.pk,
        content=revision.digest,
        rulebook=rulebook.version,
        by=by,
    )
    move(
        application,
        "submit",
        by=by,
        rulebook=application.rulebook,
        changes={"submitted_at": clock.now(), "submitted_by": by.user},
        detail={
            "revision": 1,
            "digest": revision.digest,
            "declarations": [item["key"] for item in made],
            "capacity": capacity.strip(),
        },
        about=[application.institution_id, application.authority_id],
    )
    keep_clock(application)
    index_case(application, revision)
    officers = people_with("case_officer", organisation_id=application.authority_id)
    notices.tell(notices.SUBMITTED, application, to=officers, key="submitted")
    return application


def _completeness(application: Application, answers: Mapping[str, Any]) -> Verdict:
    progress = progress_of(application, answers)
    missing = [str(item.title) for item in progress.sections if not item.complete]
    return may_submit(complete=progress.complete, missing_sections=missing)


def _under_rules_in_force(application: Application) -> Verdict:
    """A draft is sent under the rules of the day, by an institution that may apply under them."""
    now = rules()
    if application.rulebook != now.version:
        reason = _("Version %(now)s of the rules came into force since you began. See what is new in it, then send.")
        return refused(reason % {"now": now.version}, code="other_rules", rule="application.submit")
    institution = application.institution
    return may_apply(now, institution.kind, institution.organisation.jurisdiction)


def save_revision(
    application: Application, answers: Mapping[str, Any], declarations: list[dict[str, str]], by: Actor
) -> Revision:
    """Write the next revision. Inside a deed that has locked the application."""
    revision = snapshot(application, dict(answers), declarations)
    revision.carried = carried_sections(application, revision)
    revision.number = Revision.objects.filter(application=application).count() + 1
    revision.made_by = by.user
    revision.made_at = clock.now()
    wrote = Answer.objects.filter(application=application).values_list("saved_by", flat=True)
    revision.authors = sorted({*wrote, by.person_id})
    revision.save(force_insert=True)
    screen_sent(application, revision)
    return revision


@as_deed
def withdraw_application(*, application: Application, by: Actor, reason: str = "") -> Application:
    """Take the application back, with every question that is open. What was sent is kept."""
    was_sent = application.submitted_at is not None
    move(
        application,
        "withdraw",
        by=by,
        rulebook=application.rulebook,
        detail={"reason": reason[:2000]},
        about=[application.institution_id, application.authority_id],
    )
    for query in application.queries.filter(state="open"):
        move(query, "withdraw", by=by, about=[application.pk])
    if was_sent:
        keep_clock(application)
        index_case(application)
        officers = people_with("case_officer", organisation_id=application.authority_id)
        notices.tell(notices.WITHDRAWN, application, to=officers, key="withdrawn")
    return application
