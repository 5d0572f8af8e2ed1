"""Hints of conflicts of interest, for templates."""

from __future__ import annotations

from collections.abc import Sequence

from partners.models import Application, Revision
from partners.queries.conflict_hints import hints_for
from partners.rules.conflict_hints import Hint
from portal.accounts.models import User

About = list[tuple[User, tuple[Hint, ...]]]


def about_people(application: Application, people: Sequence[User], revision: Revision | None = None) -> About:
    """(person, hints) of those about whom there are any, in the order given. Takes as many queries as hints_for."""
    found = hints_for(application, people, revision)
    return [(person, found[person.pk]) for person in people if person.pk in found]
