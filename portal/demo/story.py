"""The demonstration's story: two years that end today, told by the real actions under a simulated clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db.models import F
from django.utils.translation import override

from audits.actions.catalogue import import_catalogue
from audits.models import Alert, Appeal, Audit, Catalogue, EnforcementCase, Finding, Incident, Obligation, PublicReport
from grants.actions.status import publish_due
from grants.models import Environment, Grant, GrantRequest, Hold, Release
from partners.models import Application, Person, Qualification
from portal.accounts.actions.delegation import give_delegation
from portal.accounts.models import Membership, Organisation
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.bulk import seldom_collecting
from portal.core.oscal import read_oscal
from portal.dashboards.rollup.keep import rebuild
from portal.demo import (
    applications,
    audits,
    catalogues,
    consents,
    credentials,
    enforcement,
    environments,
    gateways,
    incidents,
    letters,
    named,
    reports,
    requests,
    screening,
    tellings,
    watching,
)
from portal.demo.cast import AUTHORITIES, Body
from portal.demo.extras import institutions
from portal.demo.mishaps import HOLDS, MISHAPS
from portal.demo.parts import Part, part_of
from portal.demo.people import all_names, founding, join_scheme
from portal.demo.programmes import Programme, programme_for
from portal.demo.queue import filters_kept
from portal.demo.stage import Partner, Stage
from portal.demo.sweeps import draw, sweep, sweeping, warn
from portal.demo.timeline import Story, Timeline
from portal.ledger.models import Entry
from portal.notifications.models import Notice
from portal.notifications.notify import mail_held_back
from portal.rulebook.actions.version import found_rulebook

BASELINE = Path(__file__).resolve().parents[2] / "audits" / "baseline" / "catalog.json"
AUDIT_DAYS = {
    "notified": 7,
    "fieldwork": 16,
    "draft_report": 24,
    "partner_response": 30,
    "cancelled": 40,
    "closed": 130,
}
"""Days before the present on which an audit is planned by hand, so that it is today in that state."""
STILL_IN_THE_POST = timedelta(days=2)
"""Mail that is older was delivered in the past; what is newer goes out when the portal starts."""
UNREAD = timedelta(days=10)
"""Notices that are older were read."""
Say = Callable[[str], None]


def is_there() -> bool:
    """Whether the story was told, or begun, in this database."""
    return Organisation.objects.filter(kind="authority", name=AUTHORITIES[0].name).exists()


def tell(*, password: str, seed: int = 1, scale: int = 1, limit: int | None = None, say: Say = print) -> Stage:
    """Tell the whole story up to now. `limit` is the number of institutions, `say` gets a line for each chapter."""
    present = clock.now()
    timeline = Timeline(present, Quarters(say))
    stage = Stage(seed=seed, present=present, timeline=timeline, password=make_password(password))
    stage.names = all_names(stage.chance("names"), scale)
    with mail_held_back(delivered_before=present - STILL_IN_THE_POST), override("en-gb"), seldom_collecting():
        with clock.at(stage.begins - timedelta(hours=1)):
            found_rulebook(by=SYSTEM)
            import_catalogue(key="baseline", read=read_oscal(BASELINE.read_bytes()), by=SYSTEM, source=BASELINE.name)
        timeline.tell(founding(stage), stage.begins)
        for number, body in institutions(scale, limit, stage.chance("extras")):
            part = part_of(body.name, number)
            begins = stage.before(part.days, stage.chance(f"{body.name} begins"))
            timeline.tell(institution(stage, body, part), begins)
        timeline.tell(sweeping(), stage.begins + timedelta(days=30))
        timeline.tell(audits.inspections(stage), stage.begins + timedelta(days=31))
        timeline.tell(reports.reading(stage), stage.begins + timedelta(days=32))
        timeline.tell(gateways.listening(stage), present - timedelta(days=gateways.STREAMS_SINCE))
        timeline.tell(gateways.reporting(stage), present - timedelta(days=gateways.REPORTS_SINCE))
        timeline.tell(credentials.holding(stage), present - timedelta(days=credentials.SINCE))
        timeline.tell(catalogues.brought_in(stage), stage.before(catalogues.SINCE, stage.chance("catalogues")))
        for telling, days in ((tellings.aside, 60), (tellings.asked, 12), (tellings.waiting, 1)):
            timeline.tell(telling(stage), stage.before(days, stage.chance(telling.__name__)))
        timeline.tell(watching.judging(stage), watching.begin(stage))
        timeline.run()
        away(stage)
        consents.lately(stage)
        sweep()
        watching.lately()
        draw()
        warn()
        letters.handed_over(stage)
        filters_kept(stage)
        screening.compared(stage)
        gateways.fetched(stage)
        publish_due()
        rebuild()
    Notice.objects.filter(created_at__lt=present - UNREAD).update(read_at=F("created_at"))
    for line in (*chapters(), *(f"A story broke off on {reason}" for reason in timeline.broken)):
        say(line)
    return stage


class Quarters:
    """Says when a quarter of the story has been told, and how many deeds it had."""

    def __init__(self, say: Say) -> None:
        self._say, self._now, self._deeds = say, "", 0

    def __call__(self, moment: datetime) -> None:
        quarter = f"{moment.year}, quarter {(moment.month + 2) // 3}"
        if quarter == self._now:
            return
        total = Entry.objects.count()
        if self._now:
            self._say(f"{self._now}: {total - self._deeds} deeds")
        self._now, self._deeds = quarter, total


def away(stage: Stage) -> None:
    """A signatory is on leave now, and an auditor signs in their place."""
    home = stage.authorities[0]
    give_delegation(
        membership=Membership.objects.select_related("organisation").get(
            user=home.signatories[-1].user, organisation=home.organisation, state="active"
        ),
        deputy=home.auditors[-1].user,
        starts_on=clock.today() - timedelta(days=3),
        ends_on=clock.today() + timedelta(days=18),
        reason="Parental leave.",
        by=home.signatories[-1],
    )


def institution(stage: Stage, body: Body, part: Part) -> Story:
    """One institution: it registers, applies, and what comes after."""
    programme = programme_for(part.tier, part.number)
    partner = join_scheme(stage, body, part.tier, part.local)
    yield partner.later(1, 4)
    made = yield from applications.application(stage, partner, programme, part)
    if made.state == "declined" and part.again:
        yield partner.later(181, 215)  # qualification.cooling_off_days
        again = replace(part, outcome=part.again, asks=True)
        made = yield from applications.application(stage, partner, programme, again)
    made.refresh_from_db()
    if made.state == "approved":
        afterwards(stage, partner, programme, part)


def afterwards(stage: Stage, partner: Partner, programme: Programme, part: Part) -> None:
    """Begin everything that follows a qualification, each at its day."""
    places = [("accredited", 0), *([("accredited", 1)] if part.tier != "standard" else [])]
    if part.environment in ("registered", "attested", "forgotten"):
        places.append((part.environment, 3))
    for until, number in places:
        stage.timeline.tell(environments.set_up(stage, partner, number, until), partner.later(1, 4))
    stage.timeline.tell(named.team(stage, partner), clock.now() + timedelta(days=5))
    if partner.body.domain == named.NEWCOMER:
        stage.timeline.tell(named.newcomer(partner, stage.password), stage.before(6, stage.chance("newcomer")))
    earliest = clock.now() + timedelta(days=24)

    def on(days: int) -> datetime:
        return max(stage.before(days, partner.rng), earliest)

    for ask in part.requests:
        stage.timeline.tell(requests.grant_request(stage, partner, programme, ask), on(ask.days))
    for name in part.incidents:
        hours = MISHAPS[name].hours
        moment = stage.present - timedelta(hours=hours) if hours < 72 else on(hours // 24)
        stage.timeline.tell(incidents.incident(stage, partner, name), moment)
    if part.audit:
        stage.timeline.tell(audits.forced(stage, partner, part.audit), on(AUDIT_DAYS[part.audit]))
    if part.hold:
        stage.timeline.tell(incidents.hold(stage, partner, part.hold), on(HOLDS[part.hold][0]))
    if part.enforcement:
        days = enforcement.TRESPASSES[part.enforcement].days
        stage.timeline.tell(enforcement.case(stage, partner, part.enforcement), on(days))
    for days, story in applications.followed(stage, partner, programme, part):
        stage.timeline.tell(story, on(days))
    if part.environment == "suspended":
        stage.timeline.tell(drifted(partner), on(5))


def drifted(partner: Partner) -> Story:
    """A story of one deed."""
    environments.drift(partner)
    yield from ()


def chapters() -> Iterator[str]:
    """A line for each chapter: how many, and in which states."""
    places = Organisation.objects.filter(kind="institution").values_list("jurisdiction", flat=True)
    yield f"Institutions: {len(places)} in {len(set(places))} jurisdictions"
    for title, model in (
        ("Applications", Application), ("Qualifications", Qualification), ("People", Person), ("Releases", Release),
        ("Environments", Environment), ("Grant requests", GrantRequest), ("Grants", Grant), ("Holds", Hold),
        ("Audits", Audit), ("Findings", Finding), ("Reports due", Obligation), ("Incidents", Incident),
        ("Reports from the public", PublicReport), ("Alerts", Alert), ("Catalogues", Catalogue),
        ("Enforcement cases", EnforcementCase), ("Appeals", Appeal),
    ):  # fmt: skip
        counted = Counter(model.objects.order_by().values_list("state", flat=True))
        states = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(counted.items()))
        yield f"{title}: {sum(counted.values())} ({states})"
    yield f"Record: {Entry.objects.count()} entries"
