"""Chapter: the people whom qualified institutions name for access, their yearly training, and who leaves."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress

from partners.actions.people_import import import_people
from partners.actions.person import accept_rules, end_person, invite_person, name_person, record_check
from partners.models import Person
from partners.queries.people_import import report_on
from partners.queries.person import own_row, texts_now
from partners.rules.people_csv import COLUMNS
from portal.accounts.actions.invitation import accept_invitation
from portal.accounts.actor import person, person_in
from portal.accounts.models import User
from portal.core import clock
from portal.core.actors import Actor
from portal.demo.cast import FAMILY, GIVEN
from portal.demo.people import plain
from portal.demo.stage import Partner, Stage, at_work
from portal.demo.timeline import Story

POSITIONS = ("Evaluation lead", "Red-teaming", "Benchmark engineer", "Safety researcher", "Laboratory manager")
OUTSIDE = ("Havel Security", "Brackwater Consulting", "")
VOUCHERS = {
    "identity": ("Personnel Security", "Human Resources", "Registry office"),
    "background": ("National Vetting Office", "Security clearance authority"),
    "training": ("Safety training unit", "Hazardous results course"),
}
REASONS = ("Has moved to another group.", "The contract has ended.", "Has left the institution.")
JOINS = 0.25
"""At how many institutions everybody makes an account and accepts the rules; at the others only the applicant has."""
NEWCOMER = "nordfjord.example"
"""The institution where somebody has an account of their own to accept the rules with, for the demonstration."""


@dataclass
class Crew:
    """The people of one institution, as its own list has them: name, position, employer."""

    rng: random.Random
    people: list[tuple[str, str, str]]
    left: set[str] = field(default_factory=set)


def team(stage: Stage, partner: Partner) -> Story:
    """They are named by a file, and trained again each year by another; most of them, and in time for most."""
    rng = stage.chance(f"{partner.body.name} people")
    crew = Crew(rng, [_somebody(rng) for _ in range(rng.randint(3, 5))])
    _file_in(partner, crew, first=True)
    yield _working(rng, 1, 3)
    if (own := own_row(partner.applicant)) is not None:
        accept_rules(person=own, seen=texts_now().digest, by=partner.applicant)
    if partner.body.domain == NEWCOMER or rng.random() < JOINS:
        for found in Person.objects.filter(institution=partner.institution.pk, user=None).order_by("email"):
            actor = _joins(found, partner, stage.password)
            accept_rules(person=found, seen=texts_now().digest, by=actor)
    while True:
        yield _working(rng, 310, 372)
        if rng.random() < 0.6:
            _one_leaves(partner, crew)
        _file_in(partner, crew, first=False)


def newcomer(partner: Partner, password: str) -> Story:
    """Somebody named last week, with an account of their own, who has the rules still to accept."""
    keeper, name = partner.administrator, "Signe Aaltonen"
    named = name_person(
        institution=partner.institution, name=name, email=f"person@{partner.body.domain}", position="Safety researcher",
        by=keeper,
    )  # fmt: skip
    for kind, vouchers in VOUCHERS.items():
        day = clock.today() - timedelta(days=12)
        record_check(person=named, kind=kind, vouched_by=vouchers[0], checked_on=day, by=keeper)
    _joins(named, partner, password)
    yield from ()


def _joins(named: Person, partner: Partner, password: str) -> Actor:
    """The person is invited and makes an account. The one password of the demonstration was hashed once."""
    invitation = invite_person(person=named, by=partner.administrator)
    user = User(email=named.email, name=named.name, password=password)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    accept_invitation(invitation=invitation, by=person(user, None, second_factor=False))
    return person_in(user, partner.organisation)


def _somebody(rng: random.Random) -> tuple[str, str, str]:
    employer = rng.choice(OUTSIDE) if rng.random() < 0.3 else ""
    return f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}", rng.choice(POSITIONS), employer


def _working(rng: random.Random, least: int, most: int) -> datetime:
    day = clock.today() + timedelta(days=rng.randint(least, most))
    while day.weekday() > 4:
        day += timedelta(days=1)
    return at_work(day, rng)


def _file_in(partner: Partner, crew: Crew, *, first: bool) -> None:
    """Import the institution's list as it is now: everything at first, then the training of most."""
    content = _file(partner, crew, first=first)
    report = report_on(partner.institution, content, partner.administrator)
    import_people(institution=partner.institution, content=content, seen=report.digest, by=partner.administrator)


def _file(partner: Partner, crew: Crew, *, first: bool) -> bytes:
    rows = [_row(name, _address(name, partner), position, employer, crew.rng, first=first)
            for name, position, employer in crew.people if name not in crew.left]  # fmt: skip
    applicant = partner.applicant
    rows.append(_row(applicant.name, applicant.user.email, "Programme manager", "", crew.rng, first=first))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS)
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return buffer.getvalue().encode()


def _row(name: str, email: str, position: str, employer: str, rng: random.Random, *, first: bool) -> dict[str, str]:
    row = {"name": name, "email": email, "position": position, "employer": employer}
    kinds = ("identity", "background", "training") if first else ("background", "training")
    for kind in kinds:
        skipped = rng.random() < (0.06 if first else 0.1)
        day = clock.today() - timedelta(days=rng.randint(3, 40))
        if not skipped:
            row |= _check(kind, day, rng)
    return row


def _check(kind: str, day: date, rng: random.Random) -> dict[str, str]:
    return {
        f"{kind}_checked_on": day.isoformat(),
        f"{kind}_vouched_by": rng.choice(VOUCHERS[kind]),
        f"{kind}_reference": f"{kind[:2].upper()}-{day.year}-{rng.randint(10, 99)}",
    }


def _address(name: str, partner: Partner) -> str:
    return f"{plain(name).replace('.', '').replace('-', '.')}@{partner.body.domain}"


def _one_leaves(partner: Partner, crew: Crew) -> None:
    """Somebody's access ends."""
    here = [name for name, _position, _employer in crew.people if name not in crew.left]
    name = crew.rng.choice(here)
    found = Person.objects.filter(
        institution=partner.institution.pk, email=_address(name, partner), state="named"
    ).first()
    if found is not None and len(here) > 1:
        end_person(person=found, reason=crew.rng.choice(REASONS), by=partner.administrator)
        crew.left.add(name)
