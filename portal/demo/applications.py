"""Chapter: how institutions ask to be trusted, and what becomes of it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from partners.actions.answers import save_answers
from partners.actions.application import begin_application, submit_application, withdraw_application
from partners.actions.case import (
    assign_reviewer,
    declare_conflict,
    screen_application,
    send_to_signatories,
    suggested_tier,
)
from partners.actions.query import answer_question, ask_question, close_question
from partners.actions.review import assess_section, recommend_decision
from partners.actions.signature import refuse_application, sign_application
from partners.models import Application, Query
from partners.queries.case import case_of
from partners.queries.rulebook import rules_of
from partners.queries.standing import standing
from portal.accounts.actor import confirmed
from portal.core import clock
from portal.core.actors import Actor
from portal.demo.answers import answers_of
from portal.demo.appeals import appeal
from portal.demo.casework import DECLINE, EXCHANGES, NOTES, PARTLY, RECOMMEND, REFUSALS, SIGNED, Exchange
from portal.demo.outside import silent, voice
from portal.demo.parts import Part
from portal.demo.programmes import Programme
from portal.demo.stage import AuthorityCast, Partner, Stage
from portal.demo.timeline import Alone
from portal.workflow import deed

Scene = Generator[datetime | Alone, None, Any]
"""A piece of a story, told with `yield from`; its value is what it brings about."""
NEWS = ["personnel", "data"]
"""The sections in which an institution says something new when it asks for a renewal."""
CHANGED = 24
"""Days before the present on which a change of circumstances happened."""
OPEN = ("submitted", "under_review", "awaiting_applicant")
"""Ends of applications that are still with the authority today."""


def application(
    stage: Stage, partner: Partner, programme: Programme, part: Part, kind: str = "initial"
) -> Generator[datetime | Alone, None, Application]:
    """One application, from its first line to the end that the part has for it."""
    made = begin_application(institution=partner.institution, kind=kind, by=partner.applicant)
    if kind == "renewal":
        fill(made, {"access_count": partner.rng.choice((6, 9, 14)), "retention_months": 6}, partner.applicant, NEWS)
        yield from sent(stage, partner, made, part)
        return made
    names = [stage.names.pop() for _ in range(5)]
    answers = answers_of(partner, programme, names)
    yield partner.later(2, 6)
    sections = [section.key for section in rules_of(made).questionnaire.sections]
    if part.outcome == "draft":
        fill(made, answers, partner.applicant, sections[: 3 + part.number % 5])
        return made
    half = len(sections) // 2
    fill(made, answers, partner.applicant, sections[:half])
    if part.number % 3 == 0 and kind == "initial":
        stage.timeline.tell(voice(partner, made, part.number // 3), clock.now())
    yield partner.later(2, 7)
    fill(made, answers, partner.applicant, sections[half:])
    yield from sent(stage, partner, made, part)
    return made


def sent(stage: Stage, partner: Partner, made: Application, part: Part) -> Scene:
    """From sending it to the end that the part has for it."""
    submit_application(application=made, declared=["truth", "changes"], capacity="Director", by=partner.representative)
    if part.outcome in OPEN:
        stage.timeline.tell(silent(partner, made), max(clock.now(), stage.before(5, partner.rng)))
    if part.outcome == "submitted":
        return
    yield partner.later(2, 6)
    home = stage.authority(made.authority_id)
    if part.outcome == "withdrawn":
        withdraw_application(
            application=made, by=partner.applicant,
            reason="Our ministry has moved the programme to next year. We will apply again then.",
        )  # fmt: skip
        return
    yield from casework(stage, partner, made, home, part)


def fill(made: Application, answers: dict[str, Any], by: Actor, sections: list[str]) -> None:
    """Save the answers of these sections, as the pages do."""
    for section in rules_of(made).questionnaire.sections:
        if section.key in sections:
            posted = {item.key: answers[item.key] for item in section.questions if item.key in answers}
            save_answers(application=made, section=section.key, posted=posted, seen=10**6, page="demo", by=by)


def casework(stage: Stage, partner: Partner, made: Application, home: AuthorityCast, part: Part) -> Scene:
    """Screening, assessment with a question where there is one, and the way to the signatories."""
    officer = home.officers[0]
    declare_conflict(application=made, conflict=False, by=officer)
    suggested = suggested_tier(made)
    screen_application(application=made, tier=suggested.tier, reason="As the rulebook's scoring suggests.", by=officer)
    reviewers = pick_reviewers(home, made, part)
    for reviewer in reviewers:
        assign_reviewer(application=made, reviewer=reviewer.user, by=officer)
    yield partner.later(1, 4)
    for reviewer in reviewers:
        declare_conflict(application=made, conflict=False, by=reviewer)
    if part.outcome == "under_review":
        assess(partner, made, reviewers[0], most=3)
        return
    assess(partner, made, reviewers[0], most=4)
    exchange = EXCHANGES[part.number % len(EXCHANGES)]
    if part.outcome == "awaiting_applicant":
        yield partner.later(1, 2)
        ask_question(application=made, section=exchange.section, text=exchange.question, by=reviewers[0])
        return
    if part.asks:
        yield partner.later(1, 3)
        yield from question(partner, made, reviewers[0], exchange)
    yield partner.later(2, 6)
    for reviewer in reviewers:
        assess(partner, made, reviewer)
        text = DECLINE if part.outcome == "declined" else partner.rng.choice(RECOMMEND)
        outcome = "decline" if part.outcome == "declined" else "approve"
        recommend_decision(application=made, outcome=outcome, text=text, by=reviewer)
        yield partner.later(1, 2)
    send_to_signatories(application=made, by=officer)
    yield partner.later(1, 4)
    yield from signatures(stage, partner, made, home, part)


def pick_reviewers(home: AuthorityCast, made: Application, part: Part) -> list[Actor]:
    """As many as the quorum asks for; the demonstration's own reviewer has the case that is under review."""
    count = rules_of(made).quorum.rule(made.kind, made.tier).assessors
    first = 0 if part.outcome == "under_review" else 1 + part.number % 2
    order = [*home.reviewers[first:], *home.reviewers[:first]]
    return order[:count]


def assess(partner: Partner, made: Application, by: Actor, most: int | None = None) -> None:
    """Judge the sections that this reviewer has not judged as they stand now."""
    case = case_of(made)
    open_titles = set(case.unassessed_by(by.user_id))
    todo = [section for section in case.sections if str(section.title) in open_titles]
    with deed():  # one sitting: the sections of an afternoon go into the record together
        for section in todo[:most]:
            partly = section.key in PARTLY and partner.rng.random() < 0.2
            note = PARTLY[section.key] if partly else partner.rng.choice(NOTES[section.key])
            outcome = "partly" if partly else "met"
            assess_section(application=made, section=section.key, outcome=outcome, note=note, by=by)


def question(partner: Partner, made: Application, by: Actor, exchange: Exchange) -> Scene:
    """A question, the answer with what changed, and its closing."""
    asked: Query = ask_question(application=made, section=exchange.section, text=exchange.question, by=by)
    yield partner.later(3, 11)
    save_answers(
        application=made, section=exchange.section, posted=exchange.changes, seen=10**6, page="answer",
        by=partner.applicant,
    )  # fmt: skip
    answer_question(query=asked, text=exchange.answer, by=partner.applicant)
    yield partner.later(1, 3)
    close_question(query=asked, by=by)
    made.refresh_from_db()


def signatures(stage: Stage, partner: Partner, made: Application, home: AuthorityCast, part: Part) -> Scene:
    """Signatories read and sign, or one of them refuses."""
    case = case_of(made)
    seen, people = case.dossier_digest, stage.signers(home, case.quorum.bodies, case.quorum.signatures)
    if part.outcome == "awaiting_signatures":
        people = people[: part.signed]
    for number, signatory in enumerate(people):
        if number:
            yield partner.later(1, 4)
        declare_conflict(application=made, conflict=False, by=signatory)
        if part.outcome == "declined":
            refusal = REFUSALS[part.number % len(REFUSALS)]
            who = confirmed(signatory)
            refuse_application(application=made, seen=seen, reasons=refusal.reasons, note=refusal.note, by=who)
            if not part.again:
                yield partner.later(8, 14)
                yield from appeal(stage, partner, made, "refusal")
            return
        sign_application(application=made, seen=seen, note=partner.rng.choice(SIGNED), by=confirmed(signatory))
    made.refresh_from_db()


def followed(
    stage: Stage, partner: Partner, programme: Programme, part: Part
) -> Iterator[tuple[int, Generator[datetime | Alone, None, None]]]:
    """What an institution asks for once it is qualified, with the days before the present on which it begins."""
    if part.renewal:
        yield part.renewed, renewal(stage, partner, programme, part)
    if part.change:
        yield CHANGED, change(stage, partner, part)


def renewal(
    stage: Stage, partner: Partner, programme: Programme, part: Part
) -> Generator[datetime | Alone, None, None]:
    """The institution asks in time for its qualification to be renewed, where it has one in force by then."""
    if standing(institution_id=partner.institution.pk).state != "in_force":
        return
    wanted = replace(part, outcome=part.renewal, asks=False)
    yield from application(stage, partner, programme, wanted, kind="renewal")


def change(stage: Stage, partner: Partner, part: Part) -> Scene:
    """The institution reports that its board has changed: what that touches opens, and is looked at again."""
    if standing(institution_id=partner.institution.pk).state != "in_force":
        return
    made = begin_application(
        institution=partner.institution, kind="change", circumstances=["ownership"], happened_on=clock.today(),
        by=partner.applicant,
    )  # fmt: skip
    board = [
        {"name": stage.names.pop(), "function": function, "nationality": partner.body.jurisdiction}
        for function in ("Director", "Chair of the board")
    ]
    yield partner.later(2, 6)
    fill(made, {"directors": board}, partner.applicant, ["ownership"])
    yield from sent(stage, partner, made, replace(part, outcome=part.change, asks=False))
