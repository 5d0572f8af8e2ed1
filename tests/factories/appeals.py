"""Appeals as they come to be, by the real deeds: a decision, people of other bodies, a panel, a hearing, a draft."""

from __future__ import annotations

from datetime import timedelta

from audits.actions.appeal import admit_appeal, lodge_appeal
from audits.actions.appeal_decision import draft_decision, vote
from audits.actions.enforcement import open_case, sign_decision, suspend_at_once
from audits.actions.hearing import call_hearing, close_hearing, note_hearing
from audits.actions.panel import draw_panel, refuse_stay
from audits.models import Appeal, EnforcementCase
from audits.queries.appeal import digest_of, newest_draft
from audits.queries.ladder import decision_content
from grants.models import Hold
from portal.accounts.actor import person_in
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.canonical import digest
from tests.factories.accounts import make_member, make_organisation
from tests.factories.audits import Stage, heard_case
from tests.factories.partners import make_authority

NOBODY = "The measure was out of proportion to what had happened."
"""A text for publication that names nobody."""


def others(*, bodies: int = 3, each: int = 2) -> list[Actor]:
    """Signatories of authorities, and one oversight member, of bodies without any part."""
    found = [
        make_member(body, "signatory") for body in (make_authority("DE") for _ in range(bodies)) for _ in range(each)
    ]
    return [*found, make_member(make_organisation("oversight", "", "FR"), "oversight_member")]


def decided_case(stage: Stage, measure: str = "suspension") -> EnforcementCase:
    """A case that was decided by the stage's two signatories, and a third where the rung asks for one."""
    return signed_by_all(heard_case(stage, measure=measure)[1], stage)


def signed_by_all(case: EnforcementCase, stage: Stage) -> EnforcementCase:
    """The same for a case that waits for signatures."""
    for person in (stage.signatory, stage.other_signatory):
        if case.state == "heard":
            sign_decision(case=case, seen=digest(decision_content(case)), by=person)
    if case.state == "heard":
        third = make_member(make_authority("SE"), "signatory")
        sign_decision(case=case, seen=digest(decision_content(case)), by=third)
    return case


def placed_hold(stage: Stage) -> Hold:
    """An emergency hold on the whole partner."""
    case = open_case(institution=stage.institution, facts="Access from an unknown place.", by=stage.officer)
    return suspend_at_once(case=case, reason="Danger", lifted_when="It is over", by=stage.signatory)


def lodged(stage: Stage, against: EnforcementCase | Hold | None = None, **more: object) -> Appeal:
    """An appeal of the stage's institution."""
    return lodge_appeal(
        against=against or decided_case(stage), ground="proportion", statement="A word would do.", by=stage.applicant,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def admitted(stage: Stage, against: EnforcementCase | Hold | None = None, people: list[Actor] | None = None) -> Appeal:
    """Admitted by somebody without a part; who can be drawn is there."""
    appeal = lodged(stage, against)
    people = people if people is not None else others()
    return admit_appeal(appeal=appeal, reason="In time.", by=people[0])


def with_panel(
    stage: Stage, against: EnforcementCase | Hold | None = None, people: list[Actor] | None = None
) -> Appeal:
    """With its panel, drawn just after its time."""
    appeal = admitted(stage, against, people)
    assert appeal.draw_at is not None
    with clock.at(appeal.draw_at + timedelta(minutes=1)):
        return draw_panel(appeal=appeal, by=SYSTEM)


def panel_of(appeal: Appeal) -> list[Actor]:
    """The members who sit, in the order of the lot."""
    appeal.forget()
    return [person_in(seat.member, seat.body) for seat in appeal.sitting]


def heard(appeal: Appeal) -> Appeal:
    """No stay, and a hearing with a note."""
    presiding = panel_of(appeal)[0]
    if not appeal.stay:
        refuse_stay(appeal=appeal, reasons="Nothing speaks for it.", by=presiding)
    call_hearing(appeal=appeal, at=clock.now() + timedelta(days=1), place="Room 4", by=presiding)
    with clock.at(clock.now() + timedelta(days=1, hours=1)):
        note_hearing(appeal=appeal, text="Both sides spoke.", by=presiding)
        return close_hearing(appeal=appeal, by=presiding)


def drafted(appeal: Appeal, outcome: str = "uphold", **more: object) -> Appeal:
    """A draft of the presiding member."""
    draft_decision(
        appeal=appeal, outcome=outcome, reasons="As heard.", published_text=NOBODY, by=panel_of(appeal)[0],
        **more,  # type: ignore[arg-type]
    )  # fmt: skip
    return appeal


def seen(appeal: Appeal) -> str:
    """What the page of the vote shows."""
    draft = newest_draft(appeal)
    assert draft is not None
    return digest_of(appeal, draft)


def voted(appeal: Appeal, outcome: str, *members: Actor) -> Appeal:
    """These members vote so."""
    for member in members:
        vote(appeal=appeal, seen=seen(appeal), outcome=outcome, opinion="So I see it.", by=member)
    return appeal
