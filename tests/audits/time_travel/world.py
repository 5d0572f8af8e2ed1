"""Many partners in several countries: one made by the real deeds, the others copies of its rows.

The copies stand in no record: what made them is not what is tested. Everything that happens to them afterwards does.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import models

from audits.actions.catalogue import import_catalogue
from grants.models import Grant, GrantLine, GrantRequest, RequestLine
from partners.models import Application, Institution, Qualification
from portal.accounts.actor import confirmed, person_in
from portal.accounts.models import Membership, Organisation, User
from portal.core.actors import SYSTEM, Actor
from portal.core.bulk import insert
from portal.core.oscal import read_oscal
from portal.ledger.models import Entry
from tests.bench.bulk import unguarded
from tests.factories import grants as make_grants
from tests.factories.accounts import make_member
from tests.factories.partners import an_authority
from tests.factories.rulebook import document, founded_rulebook

COUNTRIES = ("NO", "GB", "JP", "DE", "IE")
TIERS = ("standard", "high", "elevated", "high", "standard", "elevated", "high", "standard")
"""In turn, so that few partners are of all tiers too."""
JOIN_WITHIN = 400
"""Days from the first in which partners qualify, or a sixth of all days."""
SHORT, EACH_SHORT = 95, 7
"""Days for which one partner in so many is qualified, as where an authority wants to look again soon."""
CATALOGUE = {
    "catalog": {
        "uuid": "3f1a1a43-3f55-4ba7-8f6c-9a4a4f1a2a11",
        "metadata": {"title": "Baseline", "version": "1", "oscal-version": "1.1.2"},
        "groups": [
            {
                "id": "g", "title": "All",
                "controls": [
                    {"id": f"c-{number}", "title": "Control", "parts": [{"name": "statement", "prose": "Do it."}]}
                    for number in range(3)
                ],
            }
        ],
    }
}  # fmt: skip
"""What audits are held against: three controls, so that all of them are drawn."""
_NAMES = UUID("6d0f8f6e-6c1c-4a8e-9a53-3a1f3b2f7a10")


@dataclass
class Desk:
    """The people of one authority who work on audits and had no part in qualifying anybody."""

    authority: Organisation
    officer: Actor
    closer: Actor
    auditor: Actor
    signatory: Actor


@dataclass
class Partner:
    """One partner, as the simulation knows it. `grant_until` is None where there is no grant."""

    number: int
    country: str
    tier: str
    joined: date
    until: date
    grant_until: date | None = None
    ids: dict[str, UUID] = field(default_factory=dict)
    _applicant: Actor | None = None

    @property
    def applicant(self) -> Actor:
        """Who acts for the partner."""
        assert self._applicant is not None
        return self._applicant

    @applicant.setter
    def applicant(self, actor: Actor) -> None:
        self._applicant = actor


@dataclass
class Original:
    """The rows of the first partner as they were on the first day."""

    body: Organisation
    institution: Institution
    user: User
    membership: Membership
    application: Application
    qualification: Qualification
    request: GrantRequest
    request_line: RequestLine
    grant: Grant
    grant_line: GrantLine


@dataclass
class World:
    """Everybody, and the rows that copies are made of."""

    partners: list[Partner]
    desks: dict[str, Desk]
    original: Original
    founded: int
    """The number of the record's last entry before the first day."""

    def desk(self, partner: Partner) -> Desk:
        return self.desks[partner.country]


def drawn_partners(count: int, start: date, days: int, chance: random.Random) -> list[Partner]:
    """Who will qualify when, from the seed alone. The first is the original, of the lightest tier, on the first day."""
    validity = document()["qualification"]["validity_months"]
    made = []
    for number in range(count):
        tier = TIERS[number % len(TIERS)]
        joined = start + timedelta(days=0 if number == 0 else chance.randrange(min(JOIN_WITHIN, days // 6)))
        until = _months_later(joined, validity[tier])
        if number % EACH_SHORT == EACH_SHORT - 1:
            until = joined + timedelta(days=SHORT)
        grant = joined + timedelta(days=300) if number == 0 else _grant_until(joined, until, chance)
        country = COUNTRIES[number % len(COUNTRIES)]
        made.append(Partner(number, country, tier, joined, until, grant))
    return made


def _grant_until(joined: date, until: date, chance: random.Random) -> date | None:
    """Most have a grant: for some months, or for longer than they are qualified."""
    days = chance.choice((None, None, 80, 200, 365, 700, (until - joined).days + 40))
    return None if days is None else joined + timedelta(days=days)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError


def made_world(partners: list[Partner]) -> World:
    """The rulebook, an authority in each country, and the first partner. On the day that the clock says."""
    founded_rulebook()
    import_catalogue(key="baseline", read=read_oscal(json.dumps(CATALOGUE).encode()), by=SYSTEM)
    desks = {country: _desk(country) for country in COUNTRIES}
    made = make_grants.grant_in_force()
    original, first = _original(made), partners[0]
    assert (original.qualification.valid_until, original.grant.ends_on) == (first.until, first.grant_until)
    first.ids = {
        "institution": made.institution.pk, "qualification": original.qualification.pk, "grant": original.grant.pk,
    }  # fmt: skip
    first.applicant = made.applicant
    return World(partners, desks, original, founded=Entry.objects.latest("seq").seq)


def _original(made: make_grants.GrantCast) -> Original:
    pk, user = made.institution.pk, made.applicant.user
    return Original(
        body=Organisation.objects.get(pk=pk),
        institution=Institution.objects.get(pk=pk),
        user=User.objects.get(pk=user.pk),
        membership=Membership.objects.get(user=user, organisation=pk),
        application=Application.objects.get(institution=pk),
        qualification=Qualification.objects.get(institution=pk),
        request=GrantRequest.objects.get(institution=pk),
        request_line=RequestLine.objects.get(request__institution=pk),
        grant=Grant.objects.get(institution=pk),
        grant_line=GrantLine.objects.get(institution=pk),
    )


def _desk(country: str) -> Desk:
    authority = an_authority(country)
    officer, closer = (make_member(authority, "case_officer") for _turn in range(2))
    return Desk(
        authority, officer, closer, make_member(authority, "auditor"), confirmed(make_member(authority, "signatory"))
    )


def join(world: World, partners: Sequence[Partner]) -> None:
    """These partners qualify today, and those who have a grant accept it."""
    if not partners:
        return
    with unguarded():
        for model, rows in _rows(world, partners):
            if rows:
                insert(model, rows)
    for partner in partners:
        user = User.objects.get(pk=partner.ids["user"])
        partner.applicant = person_in(user, Organisation.objects.get(pk=partner.ids["institution"]))


def _rows(world: World, partners: Sequence[Partner]) -> Iterator[tuple[type[models.Model], list[Any]]]:
    """Model by model, a copy of the original's row for each partner."""
    first = world.original
    for partner in partners:
        names = ["institution", "user", "membership", "application", "qualification", "request", "line", "grant_line"]
        partner.ids = {name: uuid5(_NAMES, f"{partner.number} {name}") for name in [*names, "grant"]}
        if partner.grant_until is None:
            del partner.ids["grant"]

    def copies(row: models.Model, key: str, **changes: Any) -> tuple[type[models.Model], list[Any]]:
        chosen = [one for one in partners if one.grant_until or key in names[:5]]
        return type(row), [_copy(row, one, key, changes) for one in chosen]

    def of(name: str) -> Any:
        return lambda one: one.ids[name]

    def called(one: Partner) -> str:
        return f"T-{one.number:04d}"

    def at_once(one: Partner) -> datetime:
        return datetime(one.joined.year, one.joined.month, one.joined.day, 0, 1, tzinfo=UTC)

    def authority(one: Partner) -> UUID:
        return world.desk(one).authority.pk

    yield copies(
        first.body, "institution", name=lambda one: f"Institute {one.number}", jurisdiction=lambda one: one.country
    )
    yield copies(first.institution, "institution", lei="", ror="")
    yield copies(first.user, "user", email=lambda one: f"t{one.number}@example.org", name=called)
    yield copies(first.membership, "membership", user_id=of("user"), organisation_id=of("institution"))
    own = {"institution_id": of("institution"), "authority_id": authority, "reference": called}
    yield copies(first.application, "application", **own)
    yield copies(
        first.qualification, "qualification", institution_id=of("institution"), application_id=of("application"),
        reference=called, tier=lambda one: one.tier, valid_from=lambda one: one.joined,
        valid_until=lambda one: one.until, changed_at=at_once,
    )  # fmt: skip
    yield copies(first.request, "request", **own)
    span = {"starts_on": lambda one: one.joined, "ends_on": lambda one: one.grant_until}
    yield copies(first.request_line, "line", request_id=of("request"), **span)
    yield copies(first.grant, "grant", request_id=of("request"), in_force_since=at_once, **own, **span)
    yield copies(
        first.grant_line, "grant_line", grant_id=of("grant"), request_line_id=of("line"),
        institution_id=of("institution"), **span,
    )  # fmt: skip


def _copy(row: models.Model, partner: Partner, key: str, changes: dict[str, Any]) -> models.Model:
    made = copy.copy(row)
    made._state = copy.copy(row._state)
    made._state.fields_cache = {}
    made._state.adding = True
    for name, value in changes.items():
        setattr(made, name, value(partner) if callable(value) else value)
    made.pk = partner.ids[key]
    return made
