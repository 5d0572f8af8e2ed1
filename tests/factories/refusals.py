"""Refusals and the appeals against them, by the real deeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from audits.actions.appeal import admit_appeal, lodge_appeal
from audits.actions.appeal_decision import draft_decision
from audits.actions.hearing import call_hearing, close_hearing, note_hearing
from audits.actions.panel import draw_panel
from audits.models import Appeal
from grants.actions.consent import give_consent
from grants.actions.review import review_line
from grants.models import GrantRequest
from grants.queries.request import lines_of
from partners.actions.case import declare_conflict
from partners.actions.signature import refuse_application
from partners.models import Application
from partners.queries.case import case_of
from portal.accounts.actor import confirmed
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from tests.factories.appeals import NOBODY, others, panel_of, voted
from tests.factories.grants import (
    GrantCast,
    Place,
    draft_request,
    make_environment,
    make_release,
    review,
    sign_grant,
    submit,
    take_up,
    to_provider,
    to_signatories,
)
from tests.factories.partners import Cast, application_to_sign


@dataclass
class Refused:
    """An application that a signatory refused, and everybody around it."""

    cast: Cast

    @property
    def application(self) -> Application:
        return self.cast.fresh()


def refuse(cast: Cast, by: Actor | None = None) -> Cast:
    """The home signatory refuses it as it stands."""
    who = confirmed(by or cast.signatory)
    if who.user_id not in case_of(cast.fresh()).hands.clear:
        declare_conflict(application=cast.application, conflict=False, by=who)
    seen = case_of(cast.fresh()).dossier_digest
    refuse_application(
        application=cast.application, seen=seen, reasons=["security"], note="Logs are kept for a week only.", by=who
    )
    return cast


def refused(**options: object) -> Refused:
    """An application that was refused."""
    return Refused(refuse(application_to_sign(**options)))


def lodged(one: Refused) -> Appeal:
    """The institution appeals."""
    return lodge_appeal(
        against=one.application, ground="facts", statement="Logs are kept for a year.", by=one.cast.applicant
    )


def refused_request(partner: Cast | None = None) -> GrantCast:
    """A grant request of one line that was refused as a whole."""
    made = take_up(submit(draft_request(made=partner)))
    review(made, outcome="refused", reason_code="risk", reason="The hazard is not contained.")
    return sign_grant(to_signatories(made))


def places(partner: Cast, count: int) -> tuple[list[Place], Actor]:
    """Environments of the partner with one release, and its provider's staff."""
    release, staff = make_release()
    return [(release, make_environment(partner.institution, partner.applicant)) for _ in range(count)], staff


def granted_in_part(partner: Cast) -> GrantCast:
    """A grant of three lines that were asked for: the first as asked, the second refused, the third narrowed."""
    found, staff = places(partner, 3)
    made = take_up(submit(draft_request({}, {}, {}, made=partner, places=found, staff=staff)))
    first, second, third = lines_of(made.request)
    review_line(line=first, outcome="as_asked", by=made.reviewer)
    review_line(line=second, outcome="refused", reason_code="risk", reason="Not contained.", by=made.reviewer)
    review_line(line=third, outcome="narrowed", requests_per_day=10, reason="Less is enough.", by=made.reviewer)
    to_provider(made)
    answered = [line for line in lines_of(made.request) if line.number != 2]
    for line in answered:
        give_consent(line=line, by=made.staff, answer="consent")
    return sign_grant(to_signatories(made))


def lodged_on(request: GrantRequest, by: Actor) -> Appeal:
    """The institution appeals against the decision on its grant request."""
    return lodge_appeal(against=request, ground="facts", statement="Look again.", by=by)


def with_panel(appeal: Appeal, people: list[Actor] | None = None) -> Appeal:
    """Admitted by somebody without a part, with its panel drawn."""
    people = people if people is not None else others()
    admit_appeal(appeal=appeal, reason="In time.", by=people[0])
    assert appeal.draw_at is not None
    with clock.at(appeal.draw_at + timedelta(minutes=1)):
        return draw_panel(appeal=appeal, by=SYSTEM)


def decided(appeal: Appeal, outcome: str = "uphold") -> Appeal:
    """Heard, drafted and decided by the majority. There is no stay to decide on."""
    presiding, second = panel_of(appeal)[:2]
    call_hearing(appeal=appeal, at=clock.now() + timedelta(days=1), place="Room 4", by=presiding)
    with clock.at(clock.now() + timedelta(days=1, hours=1)):
        note_hearing(appeal=appeal, text="Both sides spoke.", by=presiding)
        close_hearing(appeal=appeal, by=presiding)
    draft_decision(appeal=appeal, outcome=outcome, reasons="As heard.", published_text=NOBODY, by=presiding)
    return voted(appeal, outcome, presiding, second)
