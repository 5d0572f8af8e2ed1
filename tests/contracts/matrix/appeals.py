"""Appeals: the partner's pages, the panel's room, and what is published of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from audits.actions.appeal import admit_appeal
from audits.actions.enforcement import suspend_at_once
from audits.actions.hearing import add_statement, call_hearing, close_hearing, note_hearing
from audits.actions.panel import decline_seat, draw_panel, refuse_stay
from audits.models import Appeal, PublishedDecision
from grants.actions.hold import lift_hold
from grants.models import GrantRequest, Hold
from partners.actions.evidence import upload_evidence
from partners.models import Application
from portal.core import clock
from portal.core.actors import SYSTEM
from tests.contracts.matrix import object_of, public, roles, row
from tests.contracts.matrix.audits import admin_deed, appealed, at, case, data, deed, desk, own, stage
from tests.factories.accounts import make_member
from tests.factories.appeals import NOBODY, drafted, panel_of, voted
from tests.factories.fieldwork import text_file
from tests.factories.partners import application_to_sign, make_institution
from tests.factories.refusals import refuse, refused_request
from tests.world import World

PRESIDES = "signatory.stranger"
MEMBERS = (PRESIDES, "oversight_member", "oversight_member.stranger")
OUTSIDE = ("signatory", "signatory.colleague", "oversight_member.colleague")
"""Who could sit, and does not: the authority decided itself, and the oversight colleague was not drawn."""
SOON = f"{clock.today() + timedelta(days=20)}"


def seated(world: World) -> Appeal:
    """An appeal whose panel is MEMBERS, and the signatory of the other authority presides.

    The lot is drawn as ever; whoever else is drawn leaves, and where another member presides it is another appeal.
    """
    wanted = {world.actor(name).user_id for name in MEMBERS}
    world.actor("oversight_member.colleague")
    for _try in range(40):
        appeal = admit_appeal(appeal=appealed(world), reason="In time.", by=world.actor(PRESIDES))
        assert appeal.draw_at is not None
        with clock.at(appeal.draw_at + timedelta(minutes=1)):
            draw_panel(appeal=appeal, by=SYSTEM)
            while others := [one for one in panel_of(appeal) if one.user_id not in wanted]:
                decline_seat(appeal=appeal, reason="Not in this test.", by=others[0])
        if panel_of(appeal)[0].user_id == world.actor(PRESIDES).user_id:
            return appeal
    raise AssertionError("The lot never let that signatory preside.")


def unstayed(world: World) -> Appeal:
    """The stay is decided, so that a hearing can be called."""
    return refuse_stay(appeal=seated(world), reasons="No.", by=world.actor(PRESIDES))


def called(world: World) -> Appeal:
    """Its hearing has begun, and there is a note."""
    appeal, presiding, now = seated(world), world.actor(PRESIDES), clock.now()
    refuse_stay(appeal=appeal, reasons="No.", by=presiding)
    with clock.at(now - timedelta(hours=1)):
        call_hearing(appeal=appeal, at=now - timedelta(minutes=30), place="Room 4", by=presiding)
    note_hearing(appeal=appeal, text="Both spoke.", by=presiding)
    return appeal


def draft(world: World) -> Appeal:
    appeal = called(world)
    close_hearing(appeal=appeal, by=world.actor(PRESIDES))
    return drafted(appeal, "dismiss")


def published(world: World) -> PublishedDecision:
    appeal = draft(world)
    voted(appeal, "dismiss", *panel_of(appeal)[:2])
    return PublishedDecision.objects.get(appeal=appeal)


def held(world: World) -> Hold:
    """A hold that stops nothing any more: others in the matrix go on. Against having been stopped one can appeal."""
    signatory = world.actor("signatory")
    hold = suspend_at_once(case=case(world), reason="Danger", lifted_when="Over", by=signatory)
    return lift_hold(hold=hold, reason="Over.", by=signatory)


def declined(world: World) -> Application:
    """A refused application: of the other institution, since ours is qualified for the rest of the matrix."""
    applicant = world.actor("applicant.stranger")
    institution, _ = make_institution(world.others["institution"], by=applicant)
    cast = application_to_sign(
        institution=institution, applicant=applicant, authority=world.authority,
        other_authority=world.others["authority"], signatory=make_member(world.authority, "signatory"),
    )  # fmt: skip
    return refuse(cast).fresh()


def refused_lines(world: World) -> GrantRequest:
    """A grant request of our institution that was refused."""
    return refused_request(world.once(stage).cast).fresh()


def with_paper(appeal: Appeal, world: World) -> dict[str, Any]:
    """The appeal, with a document that the partner sent in it."""
    by = world.actor("applicant")
    sent = upload_evidence(institution=appeal.institution, upload=text_file(), about=appeal.pk, by=by)
    add_statement(appeal=appeal, text="As it shows.", documents=[sent.pk], by=by)
    return {"pk": appeal.pk, "document": sent.pk}


def paper(world: World) -> dict[str, Any]:
    return with_paper(world.once(appealed), world)


def panel_paper(world: World) -> dict[str, Any]:
    """The same before its panel."""
    return with_paper(world.once(called), world)


def others_own() -> Any:
    """As `own`, of the other institution."""
    return object_of(may=["applicant.stranger"], sees=["administrator@institution.stranger", "representative.stranger"])


def admits() -> Any:
    """Whoever could sit and is of a body without a part."""
    return object_of(may=[PRESIDES, "oversight_member.any"], sees=["signatory", "signatory.colleague"])


def members() -> Any:
    return object_of(may=list(MEMBERS), sees=list(OUTSIDE))


def presiding() -> Any:
    return object_of(may=[PRESIDES], sees=[*OUTSIDE, *MEMBERS[1:]])


ROWS: list[Any] = [
    row("audits:appeals", roles("applicant")),
    row("audits:appeal_hold", own(), own(), make=at(held), data=data(ground="facts", statement="Look again.")),
    deed("audits:appeal_application", declined, others_own(), data(ground="facts", statement="Look again.")),
    deed("audits:appeal_grant_request", refused_lines, own(), data(ground="facts", statement="Look again.")),
    deed("audits:appeal_statement", appealed, own(), data(text="We logged it.")),
    admin_deed(
        "appeal",
        "statement",
        appealed,
        desk("case_officer.body", sees=("signatory.any",), viewers=("case_officer", "signatory")),
        data(text="It came late."),
    ),
    row("audits:appeal_document", own(), make=paper),
    row("audits:panel_document", members(), make=panel_paper),
    row(
        "admin:audits_appeal_document",
        desk("case_officer.body", "signatory.any", viewers=("case_officer", "signatory")),
        make=paper,
    ),
    row("audits:panel", roles("signatory", "oversight_member")),
    row("audits:panel_appeal", members(), make=at(draft)),
    row(
        "audits:panel_draw",
        object_of(may=["applicant.body", *MEMBERS], sees=list(OUTSIDE)),
        make=lambda world: {"pk": world.once(draft).pk, "number": 1},
    ),
    deed("audits:panel_admit", appealed, admits(), data(reason="In time.")),
    deed("audits:panel_reject", appealed, admits(), data(reason="Not open.")),
    deed("audits:panel_leave", seated, members(), data(reason="A tie.")),
    deed("audits:panel_stay", seated, presiding(), data(reasons="Work.", until=SOON)),
    deed("audits:panel_no-stay", seated, presiding(), data(reasons="No.")),
    deed("audits:panel_hearing", unstayed, presiding(), data(at=f"{SOON}T10:00", zone="UTC", place="Room 4")),
    deed("audits:panel_note", called, members(), data(text="So it was.")),
    deed("audits:panel_close", called, presiding()),
    deed("audits:panel_draft", draft, members(), data(outcome="uphold", reasons="So.", published_text=NOBODY)),
    deed("audits:panel_vote", draft, members(), data(seen="0" * 64, outcome="dismiss")),
    row("transparency:decisions", public()),
    row("transparency:decision", public(), make=lambda world: {"reference": world.once(published).reference}),
]
