"""One small world for contract tests: two bodies of each kind, and for every role an owner, a colleague and a stranger.

*Owner* is the person whose work it is (`applicant`, `case_officer`, …), *colleague* somebody of the same body
with the same role and nothing assigned, *stranger* somebody with the same role in another body.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from allauth.account.internal.userkit import user_id_to_str
from allauth.usersessions.models import UserSession
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from portal.accounts.actor import CHOSEN, person, person_in
from portal.accounts.models import Membership, Organisation
from portal.accounts.roles import MEMBER_ROLES
from portal.core import clock
from portal.core.actors import ANONYMOUS, Actor
from tests.factories.accounts import appointed, make_gateway, make_member, make_organisation, make_user

T = TypeVar("T")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ALONE = ("anonymous", "newcomer", "dormant", "system_administrator")
"""Personas that have no colleagues or strangers."""
VARIANTS = ("", ".colleague", ".stranger")


def _roles() -> dict[str, tuple[str, str]]:
    """Persona → (kind of body, role). The administrator is one persona for each kind."""
    found = {}
    for role in MEMBER_ROLES:
        for kind in role.kinds:
            name = f"{role.slug}@{kind}" if len(role.kinds) > 1 else role.slug
            found[name] = (kind, role.slug)
    return found


ROLES = _roles()
OWNERS = (*ALONE, *ROLES, "gateway")
"""Everybody but colleagues and strangers: enough for pages that show no object."""
PERSONAS = (*OWNERS, *(f"{name}{variant}" for name in ROLES for variant in VARIANTS[1:]), "gateway.stranger")


class World:
    """Bodies, people and whatever the apps add with `once`. Make it inside a transaction that is rolled back."""

    def __init__(self) -> None:
        kinds = ("institution", "authority", "provider", "oversight")
        places = {"institution": "NO", "authority": "GB", "provider": "US", "oversight": "FR"}
        self.bodies = {kind: make_organisation(kind, f"Our {kind}", places[kind]) for kind in kinds}
        self.others = {kind: make_organisation(kind, f"Other {kind}", "CA") for kind in kinds}
        self._actors: dict[str, Actor] = {"anonymous": ANONYMOUS}
        self._made: dict[Any, Any] = {}
        self._sessions: dict[str, dict[str, str]] = {}

    @property
    def institution(self) -> Organisation:
        return self.bodies["institution"]

    @property
    def authority(self) -> Organisation:
        return self.bodies["authority"]

    @property
    def provider(self) -> Organisation:
        return self.bodies["provider"]

    @property
    def oversight(self) -> Organisation:
        return self.bodies["oversight"]

    def once(self, make: Callable[[World], T]) -> T:
        """What `make(world)` returned the first time: objects that several rows share."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    def actor(self, persona: str) -> Actor:
        """The persona as an Actor, to make objects with the real actions."""
        if persona not in self._actors:
            self._actors[persona] = self._make(persona)
        return self._actors[persona]

    def _make(self, persona: str) -> Actor:
        name, _, variant = persona.partition(".")
        bodies = self.others if variant == "stranger" else self.bodies
        if name == "newcomer":
            return person(make_user(), None, second_factor=False)
        if name == "system_administrator":
            return appointed()
        if name == "dormant":
            roles = [role.slug for role in MEMBER_ROLES if "authority" in role.kinds]
            user = make_member(self.authority, *roles).user
            return person_in(user, self.authority, second_factor=False)
        if name == "gateway":
            return make_gateway(bodies["provider"])
        kind, role = ROLES[name]
        return make_member(bodies[kind], role)

    def client(self, persona: str) -> Client:
        """A fresh client signed in as the persona; one session each, prepared once."""
        if persona not in self._sessions:
            self._sessions[persona] = signed_in(self.actor(persona), has_seen_a_page=True)
        cookies = self._sessions[persona]
        client = Client(headers={"Authorization": cookies["bearer"]} if "bearer" in cookies else None)
        if "session" in cookies:
            client.cookies["sessionid"] = cookies["session"]
        return client


def signed_in(actor: Actor, *, has_seen_a_page: bool = False) -> dict[str, str]:
    """What a browser or a machine of the actor holds: a session's key, or a bearer token; nothing for a visitor."""
    if actor.kind == "client":
        from tests.factories.accounts import bearer_of

        return {"bearer": bearer_of(actor)}
    if actor.user is None:
        return {}
    return {"session": _session(actor, has_seen_a_page=has_seen_a_page)}


def _session(actor: Actor, *, has_seen_a_page: bool) -> str:
    """The key of a new session. The first page notes in it when that was: where each request is undone, each would."""
    session = SessionStore()
    user = actor.user
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    records: list[dict[str, Any]] = [{"method": "password", "at": time.time(), "email": user.email}]
    if not actor.dormant:
        records.append({"method": "mfa", "at": time.time(), "type": "totp"})
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = user_id_to_str(user)
    if actor.body_id:
        session[CHOSEN] = str(Membership.objects.get(user=user, organisation=actor.body_id, state="active").pk)
    if has_seen_a_page:
        session["renewed"] = int(clock.now().timestamp())
    session.save()
    UserSession.objects.create(session_key=session.session_key, user=user, ip="127.0.0.1")
    return str(session.session_key)


def client_for(actor: Actor) -> Client:
    """A client signed in as the actor, in the body that they act for, with a second factor unless roles are dormant."""
    held = signed_in(actor)
    client = Client(headers={"Authorization": held["bearer"]} if "bearer" in held else None)
    if "session" in held:
        client.cookies["sessionid"] = held["session"]
    return client


__all__ = ["OWNERS", "PERSONAS", "World", "client_for", "signed_in"]
