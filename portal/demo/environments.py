"""Chapter: where models are used, and what is attested about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from grants.actions.accreditation import accredit_environment, expire_accreditation
from grants.actions.environment import attest_environment, register_environment
from grants.models import Environment
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.demo.people import plain
from portal.demo.stage import Partner, Stage
from portal.demo.timeline import Story

PLACES = (
    ("Evaluation cluster", "Twelve hosts in a locked row of our data centre, on a network of their own."),
    ("Isolated range", "A cyber range without any route to the internet but the provider's gateway."),
    ("Secure analysis room", "A room with four seats, no personal devices, and a terminal server."),
    ("Model test bench", "A small cluster for nightly runs of the agreed test sets."),
)
HOW = {
    "logging": "Prompts and answers are written to a log host with append-only storage, with the person's account.",
    "content_filtering": (
        "A filter by rules and a classifier stand before and behind the model; hits go to the shift."
    ),
    "rate_limiting": "The proxy limits each account to 40 requests a minute and 6,000 a day.",
    "human_review": "Two per cent of all exchanges, and every hit of the filter, are read by a second person.",
    "network_isolation": (
        "The firewall lets through one address: the provider's gateway. The rule set is reviewed monthly."
    ),
    "output_control": "Exports pass a queue in which a second person releases each file.",
    "retention": "Logs are kept for three years, everything else for ninety days; a nightly job deletes and reports.",
}
NOT_YET = ("not_met", "Not in place: our work does not need it. We attest it before we ask for more.")
ALWAYS = ("logging", "content_filtering", "rate_limiting", "retention")
CAREFUL = (*ALWAYS, "human_review", "network_isolation", "output_control")


def set_up(stage: Stage, partner: Partner, number: int, until: str = "accredited") -> Story:
    """An environment: registered, attested, accredited by the authority, and accredited anew before that ends.

    `until` is how far it comes; "forgotten" is one whose accreditation ran out.
    """
    name, description = PLACES[number % len(PLACES)]
    environment = register_environment(
        institution=partner.institution, name=name, key=f"{plain(partner.body.name.split()[0])}-{plain(name)}",
        country=partner.body.jurisdiction, owner=partner.applicant.name, description=description, by=partner.applicant,
    )  # fmt: skip
    if until == "registered":
        return
    yield partner.later(1, 4)
    safeguards = ALWAYS if partner.tier == "standard" else CAREFUL
    attest_environment(
        environment=environment,
        values={key: ("met", how) if key in safeguards else NOT_YET for key, how in HOW.items()},
        by=partner.applicant,
    )
    if until == "attested":
        return
    yield partner.later(2, 6)
    officer = home_officer(stage, partner)
    accredit_environment(environment=environment, note="Seen on a video call with the architect.", by=officer)
    if until == "forgotten":
        yield soon_before_end(environment) + timedelta(days=21)
        expire_accreditation(environment=environment, by=SYSTEM)
        return
    partner.environments.append(environment)
    stage.timeline.tell(upkeep(stage, partner, environment), soon_before_end(environment))


def upkeep(stage: Stage, partner: Partner, environment: Environment) -> Story:
    """The accreditation is renewed before it ends."""
    environment.refresh_from_db()
    if environment.state == "accredited":
        officer = home_officer(stage, partner)
        accredit_environment(environment=environment, note="Unchanged; logs and rule set seen.", by=officer)
        yield soon_before_end(environment)


def soon_before_end(environment: Environment) -> datetime:
    day = (environment.accredited_until or clock.today()) - timedelta(days=20)
    return datetime.combine(day, clock.now().time(), UTC)


def drift(partner: Partner) -> None:
    """What was attested is no longer so; the accreditation is suspended until an authority has looked."""
    attest_environment(
        environment=partner.environments[0],
        values={
            "rate_limiting": (
                "not_met",
                "The proxy is being replaced. Until the 12th, limits are kept by hand and nobody starts batch runs.",
            )
        },
        by=partner.applicant,
    )


def home_officer(stage: Stage, partner: Partner) -> Actor:
    """The case officer who runs the institution's case."""
    from grants.actions.request import responsible_authority

    organisation = responsible_authority(partner.institution)
    return stage.authority(organisation.pk if organisation else None).officers[0]
