"""The fixture that the public certification scenario for AuthZEN 1.0 decision points asks for (its section 1).

It shows that the protocol is kept, and knows nothing of the scheme. `check --deploy` refuses it (portal.E015).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grants.rules.answer import Answer, denial
from portal.accounts.gateways import GATEWAYS, gateway_among
from portal.api.policies import AnySearch, Found, Opened
from portal.api.schema import (
    Action,
    EvaluationRequest,
    OfType,
    Properties,
    Resource,
    ResourceSearch,
    Subject,
    SubjectSearch,
)
from portal.core.actors import Actor

USER, RECORD = "user", "record"
USERS: dict[str, Properties] = {"alice": {}, "bob": {"role": "admin"}}
RECORDS: dict[str, Properties] = {"record-1": {"status": "active"}, "record-2": {"status": "archived"}}
ACTIONS = ("delete", "read", "write")
"""In the order in which searches tell them."""


def permitted(subject: Subject, action: Action, resource: Resource) -> bool:
    """The scenario's rules. What the request says about somebody or something counts before what is stored."""
    if subject.type != USER or resource.type != RECORD or subject.id not in USERS or resource.id not in RECORDS:
        return False
    role = (USERS[subject.id] | subject.properties).get("role")
    status = (RECORDS[resource.id] | resource.properties).get("status")
    if action.name == "write" and status == "archived":
        return bool(role == "admin")
    if resource.id != "record-1":
        return False
    if action.name == "read":
        return True
    if subject.id != "alice":
        return False
    return action.name == "write" or (action.name == "delete" and action.properties.get("soft") is True)


@dataclass(frozen=True, slots=True)
class _Opened:
    gateway: Actor | None
    asked: Sequence[EvaluationRequest]

    def answers(self) -> list[Answer]:
        return [_answer(item) for item in self.asked]


def _answer(asked: EvaluationRequest) -> Answer:
    if permitted(asked.subject, asked.action, asked.resource):
        return {"decision": True}
    return denial("not_granted", "The rules of the certification scenario do not permit this.")


class Certification:
    """Answers by the fixture. Who may ask is as always: a gateway with a token."""

    def open(self, token: str, asked: Sequence[EvaluationRequest]) -> Opened:
        """Nothing is read but whose token it is."""
        return _Opened(gateway_among(GATEWAYS(token)), asked)

    def search(self, gateway: Actor, asked: AnySearch, after: str, limit: int) -> Found:
        """All that the fixture has, in the order of their names."""
        names = [name for name in _everything(asked) if name > after]
        answers = [found for name in names[:limit] if (found := _try(asked, name)) is not None]
        return Found(answers, names[limit - 1] if len(names) > limit else "")


def _everything(asked: AnySearch) -> Sequence[str]:
    if isinstance(asked, SubjectSearch):
        return sorted(USERS)
    return sorted(RECORDS) if isinstance(asked, ResourceSearch) else ACTIONS


def _try(asked: AnySearch, name: str) -> dict[str, Any] | None:
    """The entity of that name as a result, if it may."""
    if isinstance(asked, SubjectSearch):
        subject = Subject(type=asked.subject.type, id=name, properties=asked.subject.properties)
        return _entity(asked.subject, name) if permitted(subject, asked.action, asked.resource) else None
    if isinstance(asked, ResourceSearch):
        resource = Resource(type=asked.resource.type, id=name, properties=asked.resource.properties)
        return _entity(asked.resource, name) if permitted(asked.subject, asked.action, resource) else None
    return {"name": name} if permitted(asked.subject, Action(name=name), asked.resource) else None


def _entity(of: OfType, name: str) -> dict[str, Any]:
    return {"type": of.type, "id": name}
