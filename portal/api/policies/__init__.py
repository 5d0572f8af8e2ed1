"""Whose rules answer at the gate: the scheme's, or the fixture of the public certification scenario; by a setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from grants.rules.answer import Answer
from portal.api.schema import ActionSearch, EvaluationRequest, ResourceSearch, SubjectSearch
from portal.core.actors import Actor

SETS = {
    "scheme": "portal.api.policies.scheme.Scheme",
    "certification": "portal.api.policies.certification.Certification",
}
"""By the word of ACCESS_POLICY_SET."""
AnySearch = SubjectSearch | ResourceSearch | ActionSearch


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what a search found, and behind what the next page begins: "" where there is none."""

    results: list[dict[str, Any]]
    after: str = ""


class Opened(Protocol):
    """Questions for which it is known who asks."""

    @property
    def gateway(self) -> Actor | None:
        """Whose token it was, None where it is not good."""

    def answers(self) -> list[Answer]:
        """The answers, in the order of the questions."""


class PolicySet(Protocol):
    """What a set of policies can be asked."""

    def open(self, token: str, asked: Sequence[EvaluationRequest]) -> Opened:
        """Find out whose token it is, by its digest, and whatever the answers will take."""

    def search(self, gateway: Actor, asked: AnySearch, after: str, limit: int) -> Found:
        """What the question is permitted for, at most so many, behind where the page before ended."""


def policy_set() -> PolicySet:
    """The set that the setting names."""
    return _loaded(settings.ACCESS_POLICY_SET)


@cache
def _loaded(name: str) -> PolicySet:
    made: PolicySet = import_string(SETS[name])()
    return made
