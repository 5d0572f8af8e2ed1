"""Chapter: people outside who speak for an institution, by a link and without an account."""

from __future__ import annotations

from dataclasses import dataclass

from partners.actions.referee import answer_referee, ask_referee, decline_referee
from partners.models import Application
from partners.rules.referee import ANSWERABLE
from portal.core import clock
from portal.demo.stage import Partner
from portal.demo.timeline import Story


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody outside, how they know the institution, and what they say. Without an opinion they decline."""

    name: str
    email: str
    relation: str
    opinion: str
    text: str
    interest: str = ""


VOICES = (
    Voice(
        "Ingrid Solheim", "ingrid.solheim@kystlab.example", "Has led joint evaluations with our team since 2023.",
        "supports",
        "We ran three evaluations together. Their logs were complete whenever I asked, and twice they told me of a "
        "mistake of their own before I had found it.",
    ),
    Voice(
        "Tomas Havel", "tomas.havel@stredni.example", "Supervised our incident exercises.", "",
        "I have changed to a provider whose models they would test, so I should not speak for them.",
    ),
    Voice(
        "Paul Okafor", "p.okafor@meridian.example", "Was our external examiner until 2024.", "reserved",
        "The people are careful and the laboratory is sound. Two of the four who carried it have left since, and I "
        "have not seen how their work is done now.",
        "I was paid for the examinations, as examiners are.",
    ),
    Voice(
        "Rosa Lindqvist", "rosa.lindqvist@granit.example", "Chaired the review of our safety cases.", "supports",
        "They publish what they find, including what does not suit them. I would trust them with models that are not "
        "released yet.",
    ),
)  # fmt: skip


def voice(partner: Partner, made: Application, number: int) -> Story:
    """One of them is asked, and answers or declines some days later, where the case can still hear it."""
    chosen = VOICES[number % len(VOICES)]
    asked = ask_referee(
        application=made, name=chosen.name, email=chosen.email, relation=chosen.relation, by=partner.applicant
    )
    yield partner.later(4, 9)
    made.refresh_from_db()
    if made.state not in ANSWERABLE or clock.now() >= asked.expires_at:
        return
    if chosen.opinion:
        answer_referee(referee=asked, opinion=chosen.opinion, text=chosen.text, interest=chosen.interest)
    else:
        decline_referee(referee=asked, reason=chosen.text)


def silent(partner: Partner, made: Application) -> Story:
    """One was asked a few days ago and has not answered yet."""
    made.refresh_from_db()
    if made.state in ANSWERABLE:
        ask_referee(
            application=made, name="Marit Haugen", email="marit.haugen@nordlys.example",
            relation="Leads the programme that pays for our laboratory.", by=partner.applicant,
        )  # fmt: skip
    yield from ()
