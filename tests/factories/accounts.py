"""Organisations and people for tests, made by the real actions."""

from __future__ import annotations

import itertools

from allauth.account.models import EmailAddress

from portal.accounts.actions.membership import join_organisation
from portal.accounts.actions.organisation import register_organisation
from portal.accounts.actor import person, person_in
from portal.accounts.models import Organisation, User
from portal.core.actors import SYSTEM, Actor

_number = itertools.count(1)


def make_user(email: str = "", name: str = "", password: str = "a-long-test-passphrase") -> User:
    """An account with a verified address. Hashing is real, so make few."""
    count = next(_number)
    user = User.objects.create_user(email or f"person{count}@example.org", password, name=name or f"Person {count}")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_organisation(kind: str = "institution", name: str = "", jurisdiction: str = "NO") -> Organisation:
    """A registered body."""
    title = name or f"{kind.title()} {next(_number)}"
    return register_organisation(kind=kind, name=title, jurisdiction=jurisdiction, by=SYSTEM)


def make_member(organisation: Organisation, *roles: str, user: User | None = None) -> Actor:
    """A person acting in the organisation with these roles, second factor given."""
    account = user or make_user()
    join_organisation(user=account, organisation=organisation, roles=roles, by=SYSTEM)
    return person_in(account, organisation)


def newcomer() -> Actor:
    """Somebody signed in who belongs to no organisation."""
    return person(make_user(), None, second_factor=False)
