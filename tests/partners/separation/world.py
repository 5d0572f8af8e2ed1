"""The people of several bodies and four applications, at the stages from which the random deeds go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from portal.accounts.actor import confirmed
from portal.accounts.models import Organisation
from portal.core.actors import Actor
from tests.factories import partners as make
from tests.factories import screening
from tests.factories.accounts import make_member, make_user

ROWS = ('row-1,Person,Kari Nordmann,,no,,,""', 'row-2,LegalEntity,Somebody Else Limited,,gb,,,""')
"""A list on which everybody's director resembles somebody: each case has a hit that a person has to look at."""


@dataclass
class Played:
    """One application, and who is known to have had a hand in it before the random deeds begin."""

    cast: make.Cast
    authors: set[UUID] = field(default_factory=set)
    officers: set[UUID] = field(default_factory=set)


@dataclass
class World:
    """Everybody, by what they may do. One person may stand here several times, for several bodies."""

    home: Organisation
    people: list[Actor]
    played: dict[str, Played]

    def holding(self, *roles: str) -> list[Actor]:
        return [actor for actor in self.people if actor.has(*roles)]


def fresh_factor(actor: Actor) -> Actor:
    """Signatories show their second factor again before they sign; everybody here just did."""
    return confirmed(actor)


def made_world() -> World:
    """Three authorities in two countries, two institutions; people with several roles, and some of several bodies."""
    make.founded_rulebook()
    home, neighbour, abroad = (make.make_authority(country) for country in ("NO", "NO", "GB"))
    officer, reviewer, second = (make_member(home, role) for role in ("case_officer", "reviewer", "reviewer"))
    people = [
        officer,
        reviewer,
        second,
        make_member(home, "case_officer", "signatory"),
        make_member(home, "case_officer", "reviewer", "signatory"),
        make_member(home, "reviewer", "signatory"),
        make_member(home, "signatory"),
        make_member(home, "signatory"),
        make_member(neighbour, "signatory", "case_officer"),
        make_member(abroad, "signatory"),
        make_member(abroad, "signatory", "reviewer"),
        *(make_member(body, "auditor") for body in (home, abroad)),
        make_member(home, "case_officer", "reviewer"),
    ]
    both = make_user()
    people += [make_member(home, "signatory", user=both), make_member(abroad, "signatory", user=both)]
    options = {"officer": officer, "reviewer": reviewer, "signatory": people[6], "other_signatory": people[9]}
    played = {
        "submitted": make.submitted_application(**options),
        "under_review": make.assign(make.screen(make.submitted_application(**options)), reviewer),
        "high": make.screen(make.submitted_application(**options), tier="high"),
        "awaiting_signatures": make.reviewed_application(**options),
    }
    make.assign(make.assign(played["high"], reviewer), second)
    _listed(home, played.values())
    make.send(make.assess(played["awaiting_signatures"]))
    for cast in played.values():
        people += _institution_of(cast, home, abroad)
    return World(
        home, [fresh_factor(actor) for actor in people], {stage: _played(cast) for stage, cast in played.items()}
    )


def _listed(home: Organisation, casts: Iterable[make.Cast]) -> None:
    """A list is loaded, and every case compared with it; the one to be signed has its hit cleared."""
    from partners.actions.screening import decide_hit

    screening.loaded(home, screening.csv_list(*ROWS))
    for cast in casts:
        hits = screening.screened(cast.application)
        if cast.application.state == "under_review" and cast.application.tier == "standard":
            for hit in hits:
                decide_hit(hit=hit, verb="clear", reason="A namesake.", by=cast.officer)


def _institution_of(cast: make.Cast, home: Organisation, abroad: Organisation) -> list[Actor]:
    """Of each institution: who wrote, a colleague, and three who work for an authority as well."""
    body = cast.institution.organisation
    moved, turncoat, aide = make_user(), make_user(), make_user()
    return [
        cast.applicant,
        make_member(body, "applicant", "representative"),
        make_member(body, "applicant", user=moved),
        make_member(home, "case_officer", "reviewer", "signatory", user=moved),
        make_member(body, "applicant", "representative", user=turncoat),
        make_member(abroad, "signatory", user=turncoat),
        make_member(body, "applicant", user=aide),
        make_member(home, "auditor", user=aide),
    ]


def _played(cast: make.Cast) -> Played:
    case = cast.fresh()
    officers = {cast.officer.person_id} if case.screened_by_id else set()
    return Played(cast, authors={cast.applicant.person_id}, officers=officers)
