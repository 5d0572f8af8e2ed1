"""People with access for tests, made by the real actions."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

from partners.actions.person import accept_rules, name_person, record_check
from partners.models import Institution, Person
from partners.queries.person import texts_now
from partners.rules.person import CHECKS
from portal.accounts.models import Membership
from portal.core import clock
from portal.core.actors import Actor
from tests.factories.accounts import make_member

_number = itertools.count(1)
VOUCHER = "Personnel Security, Nordfjord Institute"


def named(institution: Institution, by: Actor, *, email: str = "", **more: Any) -> Person:
    """Somebody who is named, and nothing else."""
    count = next(_number)
    more.setdefault("name", f"Ada Berg {count}")
    return name_person(institution=institution, email=email or f"ada.berg{count}@institute.example", by=by, **more)


def check(person: Person, kind: str, by: Actor, *, days_ago: int = 10, until: date | None = None) -> None:
    """Record a check made so many days ago, valid for as long as the rulebook allows unless said otherwise."""
    day = clock.today() - timedelta(days=days_ago)
    record_check(
        person=person, kind=kind, vouched_by=VOUCHER, checked_on=day, valid_until=until, reference="HR-17", by=by
    )


def checked(person: Person, by: Actor, *but: str) -> Person:
    """The person with every check, but for those kinds."""
    for kind in CHECKS:
        if kind not in but:
            check(person, kind, by)
    return person


def colleague(institution: Institution) -> Actor:
    """Somebody of the institution who looks after its people and is not named."""
    return make_member(institution.organisation, "administrator")


def cleared(institution: Institution, actor: Actor | None = None, *, by: Actor | None = None) -> tuple[Person, Actor]:
    """Somebody with every check who accepted the rules, and who they are: a member with the role for it, or `actor`."""
    keeper = by or colleague(institution)
    person = actor or make_member(institution.organisation, "named_person")
    found = checked(named(institution, keeper, email=person.user.email, name=person.name), keeper)
    return accept_rules(person=found, seen=texts_now().digest, by=person), person


def membership_of(actor: Actor) -> Membership:
    return Membership.objects.get(user=actor.user_id, organisation=actor.body_id, state="active")
