"""Refusals and the appeals against them, by the real deeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from audits.actions.appeal import admit_appeal, lodge_appeal
from audits.actions.appeal_decision import draft_decision
from audits.actions.hearing import call_hearing, close_hearing, note_hearing
from audits.actions.panel import draw_panel
from audits.models import Appeal
from partners.actions.case import declare_conflict
from partners.actions.signature import refuse_application
from partners.models import Application
from partners.queries.case import case_of
from portal.accounts.actor import confirmed
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from tests.factories.appeals import NOBODY, others, panel_of, voted
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
