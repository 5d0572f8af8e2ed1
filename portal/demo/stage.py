"""What every chapter of the story has at hand: chance, the calendar, the people, and what was made before."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from grants.models import Environment, Grant, Release
from partners.models import Institution
from portal.accounts.actor import confirmed
from portal.accounts.models import Gateway, Organisation
from portal.core import clock
from portal.core.actors import Actor
from portal.demo.cast import Body
from portal.demo.timeline import Timeline

STORY_DAYS = 730
"""How far back the story begins."""


@dataclass
class AuthorityCast:
    """An authority and its people. The first of each kind is the one who signs in in the demonstration, where one does."""

    organisation: Organisation
    officers: list[Actor]
    reviewers: list[Actor]
    signatories: list[Actor]
    auditors: list[Actor]
    administrator: Actor


@dataclass
class ProviderCast:
    """A provider, its people and its releases by their key at the gateway."""

    organisation: Organisation
    staff: list[Actor]
    administrator: Actor
    releases: dict[str, Release] = field(default_factory=dict)


@dataclass
class Partner:
    """An institution of the story, its people, and what it has got so far. Its chance is its own."""

    body: Body
    tier: str
    institution: Institution
    applicant: Actor
    administrator: Actor
    rng: random.Random
    contact: dict[str, str] = field(default_factory=dict)
    environments: list[Environment] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)

    @property
    def organisation(self) -> Organisation:
        return self.institution.organisation

    @property
    def representative(self) -> Actor:
        """Who binds the institution, having just confirmed with a second factor: whoever registered it."""
        return confirmed(self.administrator)

    def later(self, least: int, most: int | None = None) -> datetime:
        """A moment during office hours, that many days from now (chosen between the two), never on a weekend."""
        day = clock.today() + timedelta(days=self.rng.randint(least, most if most is not None else least))
        while day.weekday() > 4:
            day += timedelta(days=1)
        return at_work(day, self.rng)


def at_work(day: date, rng: random.Random) -> datetime:
    """A moment of that day between eight and five, in UTC."""
    moment = time(rng.randint(8, 16), rng.randint(0, 59), rng.randint(0, 59), rng.randint(0, 999_999))
    return datetime.combine(day, moment, UTC)


@dataclass
class Stage:
    """Everything that the chapters share."""

    seed: int
    present: datetime
    timeline: Timeline
    names: list[str] = field(default_factory=list)
    authorities: list[AuthorityCast] = field(default_factory=list)
    providers: list[ProviderCast] = field(default_factory=list)
    oversight: Actor | None = None
    system_administrator: Actor | None = None
    gateways: list[tuple[Gateway, str]] = field(default_factory=list)
    partners: dict[str, Partner] = field(default_factory=dict)
    password: str = ""

    @cached_property
    def rng(self) -> random.Random:
        return self.chance("stage")

    def chance(self, name: str) -> random.Random:
        """Chance for one part of the story: the same for the same seed, whatever else is told."""
        return random.Random(f"{self.seed}:{name}")  # noqa: S311 -- tells a story, keeps no secret

    @property
    def begins(self) -> datetime:
        """The morning on which the story begins."""
        day = self.present.date() - timedelta(days=STORY_DAYS)
        return datetime.combine(day, time(8), UTC)

    def before(self, days: int, rng: random.Random) -> datetime:
        """A moment that many days before the present, on a working day."""
        day = self.present.date() - timedelta(days=days)
        while day.weekday() > 4:
            day -= timedelta(days=1)
        return at_work(day, rng)

    def authority(self, organisation_id: object) -> AuthorityCast:
        return next(item for item in self.authorities if item.organisation.pk == organisation_id)

    def release(self, key: str) -> Release:
        for provider in self.providers:
            if key in provider.releases:
                return provider.releases[key]
        raise LookupError(f"{key} has not been announced at {clock.now():%d %B %Y}; see people.RELEASED.")

    def provider_of(self, release: Release) -> ProviderCast:
        return next(item for item in self.providers if item.organisation.pk == release.provider_id)

    def signers(self, home: AuthorityCast, bodies: int, people: int) -> list[Actor]:
        """Signatories for a quorum: the home authority first, then others in turn, then a colleague at home."""
        at = self.authorities.index(home)
        others = [self.authorities[(at + step) % len(self.authorities)] for step in range(1, len(self.authorities))]
        chosen = [home.signatories[0], *(item.signatories[-1] for item in others[: bodies - 1])]
        spare = [*home.signatories[1:], *(item.signatories[0] for item in others[bodies - 1 :])]
        return (chosen + spare)[:people]
