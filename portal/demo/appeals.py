"""Chapter: appeals, from the letter that lodges one to the decision of a panel that had no part in what it judges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from audits.actions.appeal import admit_appeal, lodge_appeal, withdraw_appeal
from audits.actions.appeal_decision import draft_decision, vote
from audits.actions.hearing import add_statement, call_hearing, close_hearing, note_hearing
from audits.actions.panel import draw_panel, refuse_stay
from audits.models import Appeal
from audits.queries.appeal import digest_of, newest_draft
from audits.queries.panel import zones_for
from portal.accounts.actor import person_in
from portal.core.actors import SYSTEM, Actor
from portal.demo.stage import Partner, Stage
from portal.demo.timeline import Alone, Story
from portal.workflow import can


@dataclass(frozen=True)
class Plea:
    """What an appeal is about, and how far it comes: lodged, withdrawn, voting, or the outcome."""

    ground: str
    statement: str
    ends: str
    answer: str = ""
    note: str = ""
    reasons: str = ""
    published: str = ""


PLEAS = {
    "removal": Plea("procedure", "The time to answer the notice fell into the holidays of the whole house.", "withdrawn"),
    "suspension": Plea(
        "proportion",
        "The facts are admitted. A restriction to work without hazardous content would have protected everyone equally "
        "well, and would not have ended a study for the ministry in its last month.",
        "voting",
        "Three attestations in a row were wrong. A restriction would have rested on a fourth.",
        "The partner showed how attestations are compared with the log since. The authority did not contest that, and "
        "held that it could not be known when the decision was made.",
        "The decision rested on three untrue attestations. What was put right since is for the lifting of the measure, "
        "for which the conditions are written down, and does not make the decision wrong.",
        "Access had been suspended after three statements on a safeguard turned out to be wrong. That the cause was "
        "removed afterwards is weighed when the measure is lifted, and does not make it disproportionate.",
    ),
    "restriction": Plea(
        "facts",
        "The check of the project had been finished, and its result was on file, before the notice reached us.",
        "dismiss",
        "The result is dated three days after the last use.",
        "Both sides went through the dates. The partner said that the check was done in its first part before, and "
        "written down afterwards.",
        "A check that is written down after the use cannot have allowed it. The facts were established correctly.",
        "A partner had used a release for work that no line covered. A check that is finished after the use does not "
        "cover it, even where most of it was done before.",
    ),
    "warning": Plea(
        "new_facts",
        "Two of the three reports had been filed in time. The confirmations were found with a supplier who has left.",
        "uphold",
        "The confirmations are genuine. They had been sent to an address that nobody reads any more.",
        "The authority confirmed that both reports had reached it, at an earlier address.",
        "Two of three reports were filed in time. One late report does not carry the warning.",
        "A warning for three late reports is set aside: it turned out that two of them had been filed in time, at an "
        "address of the authority that was no longer read.",
    ),
    "hold": Plea(
        "proportion",
        "The isolation of one environment could not be shown on one afternoon. The work of two other teams stands still "
        "with it, though they use machines of their own, which the auditor has seen.",
        "lodged",
    ),
    "refusal": Plea(
        "facts",
        "The contract under which alerts are read around the clock was with our answers. It was overlooked.",
        "dismiss",
        "It was read. It begins four months after the day on which the application was decided.",
        "Both sides read the contract. The institution did not contest the day on which it begins.",
        "What counts is what was there when it was decided. The contract had not begun, and people were not checked.",
        "An application had been refused because nobody read alerts at night. A contract that begins months later does "
        "not change what was there on the day of the decision. The institution can apply anew.",
    ),
}  # fmt: skip


def appeal(stage: Stage, partner: Partner, against: Any, name: str) -> Story:
    """The partner appeals. It is admitted, a panel is drawn, hears both sides and decides.

    Or it is taken back, or waits today for somebody without a part who admits it.
    """
    plea = PLEAS[name]
    against.refresh_from_db()
    made = lodge_appeal(against=against, ground=plea.ground, statement=plea.statement, by=partner.applicant)
    if plea.ends == "lodged":
        return
    if plea.ends == "withdrawn":
        yield partner.later(6, 10)
        withdraw_appeal(appeal=made, by=partner.applicant)
        return
    yield partner.later(2, 3)
    admit_appeal(appeal=made, reason="In time, and on a ground that is open.", by=_free(stage, made))
    assert made.draw_at is not None
    yield Alone(made.draw_at + timedelta(minutes=5))  # the lot is the record's own root
    draw_panel(appeal=made, by=SYSTEM)
    yield partner.later(1, 2)
    made.forget()
    presiding, *others = [person_in(seat.member, seat.body) for seat in made.sitting]
    yield from _heard(stage, partner, made, plea, presiding)
    yield partner.later(2, 3)
    yield from _decided(partner, made, plea, [presiding, *others])


def _free(stage: Stage, made: Appeal) -> Actor:
    """A signatory without a part: the first who may admit it."""
    people = (person for authority in stage.authorities for person in authority.signatories)
    return next(person for person in people if can(made, "admit", person))


def _heard(stage: Stage, partner: Partner, made: Appeal, plea: Plea, presiding: Actor) -> Story:
    """The stay, the hearing by the clock of the partner's authority, what both sides say, and a note of it."""
    if made.can_be_stayed:
        refuse_stay(appeal=made, reasons="Nothing that cannot wait depends on it.", by=presiding)
    at = partner.later(5, 7).replace(minute=0, second=0, microsecond=0)
    place = "By the link in the invitation"
    call_hearing(appeal=made, at=at, zone=zones_for(made)[0], place=place, by=presiding)
    yield partner.later(1, 2)
    add_statement(appeal=made, text=plea.answer, by=stage.authority(made.authority_id).officers[0])
    yield at + timedelta(minutes=90)
    note_hearing(appeal=made, text=plea.note, by=presiding)
    close_hearing(appeal=made, by=presiding)


def _decided(partner: Partner, made: Appeal, plea: Plea, panel: list[Actor]) -> Story:
    """A draft, and votes until more than half of the panel is for it; or the first of them, where it waits today."""
    outcome = "dismiss" if plea.ends == "voting" else plea.ends
    draft_decision(
        appeal=made, outcome=outcome, reasons=plea.reasons, published_text=plea.published, by=panel[0]
    )  # fmt: skip
    for member in panel[:1] if plea.ends == "voting" else panel[: made.panel_size // 2 + 1]:
        draft = newest_draft(made)
        assert draft is not None
        vote(appeal=made, seen=digest_of(made, draft), outcome=outcome, by=member)
        yield partner.later(1, 2)
