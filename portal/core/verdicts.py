"""Verdicts: what a rule answers. Allowed, or a reason that the page shows to the person who asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a rule.

    `code` is stable and meant for machines; `reason` is a sentence for a person that says what to do
    next; `rule` names the source (a rulebook key such as `quorum.initial`, or a state table's move).
    """

    allowed: bool
    reason: Text = ""
    code: str = ""
    rule: str = ""

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Verdict(True)


def refused(reason: Text, *, code: str, rule: str = "") -> Verdict:
    """A refusal with its reason."""
    return Verdict(False, reason, code, rule)


def first_refusal(*checks: Verdict | Callable[[], Verdict]) -> Verdict:
    """The first verdict that refuses, in the order given, or ALLOWED. Callables are asked only when reached."""
    for check in checks:
        verdict = check() if callable(check) else check
        if not verdict:
            return verdict
    return ALLOWED


class Refused(Exception):
    """Raised by an action when a rule refuses. Pages show `verdict.reason`; nothing has been changed."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict.reason))
        self.verdict = verdict


class Conflict(Refused):
    """The object was changed by someone else between reading and acting (HTTP 409)."""


def require(verdict: Verdict) -> None:
    """Raise Refused unless the verdict allows."""
    if not verdict:
        raise Refused(verdict)
