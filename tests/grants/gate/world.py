"""What the machine starts from, made once by the real deeds: a partner with three grants and two people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from grants.models import Grant, GrantLine
from partners.models import Person, PersonCheck, Qualification
from portal.core import clock
from portal.core.actors import Actor
from tests.factories import grants as make
from tests.factories import people
from tests.grants.gate.model import Line, Model, Somebody

CHECKS = ("identity", "background", "training")


@dataclass
class World:
    """The same things as rows and as the model knows them, under the same names."""

    casts: dict[str, make.GrantCast]
    lines: dict[str, GrantLine]
    people: dict[str, tuple[Person, Actor]]
    keeper: Actor

    @property
    def first(self) -> make.GrantCast:
        return self.casts["first"]

    @property
    def qualification(self) -> Qualification:
        return Qualification.objects.get(institution=self.first.institution)

    def grant(self, name: str) -> Grant:
        return self.casts[name].grant

    def model(self) -> Model:
        """The model at the start."""
        environment = self.first.environment
        environment.refresh_from_db()
        assert environment.accredited_until is not None
        return Model(
            today=clock.today(),
            qualified=True,
            qualified_until=self.qualification.valid_until,
            accredited=True,
            accredited_until=environment.accredited_until,
            released=True,
            grants={"first": "in force", "second": "in force", "third": "signed"},
            lines={name: _line(name, line, self) for name, line in self.lines.items()},
            people={name: Somebody(True, _checks(person)) for name, (person, _) in self.people.items()},
        )


def _line(name: str, line: GrantLine, world: World) -> Line:
    names = {person.pk: name for name, (person, _) in world.people.items()}
    named = frozenset(names[pk] for pk in line.people.values_list("person", flat=True))
    return Line(
        name.split("/", maxsplit=1)[0], line.use_case, line.starts_on, line.ends_on, line.requests_per_day, people=named
    )


def _checks(person: Person) -> dict[str, date | None]:
    ends = dict(PersonCheck.objects.filter(person=person).values_list("kind", "valid_until"))
    return {kind: ends[kind] for kind in CHECKS}


def made_world() -> World:
    """The partner's first grant names a person on its second line; its second covers the same as the first, with less
    and not yet; its third waits for the agreement.
    """
    partner = make.qualified()
    keeper = people.colleague(partner.institution)
    both = {name: people.cleared(partner.institution, by=keeper) for name in ("ada", "bo")}
    soon = clock.today() + timedelta(days=5)
    first = make.grant_in_force({}, {"use_case": "benchmarking", "people": [both["ada"][0]]}, made=partner)
    same = {"made": partner, "places": [(first.release, first.environment)], "staff": first.staff}
    later = {"requests_per_day": 500, "starts_on": soon, "ends_on": soon + timedelta(days=40)}
    second = make.grant_in_force(later, **same)
    third = make.issued_grant({"use_case": "benchmarking"}, **same)
    casts = {"first": first, "second": second, "third": third}
    lines = {
        f"{name}/{line.number}": line
        for name, cast in casts.items()
        for line in GrantLine.objects.filter(grant=cast.grant).select_related("grant", "release", "environment")
    }
    return World(casts, lines, both, keeper)
