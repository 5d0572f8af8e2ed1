"""Signatures: bound to what was read, one for each person."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, refused


def read_this(seen: str, content: str) -> Verdict:
    """A signature is bound to what was read: `seen` is the digest shown, `content` the present one."""
    if seen == content:
        return ALLOWED
    return refused(
        _("The case has changed since you read it. Read it again, then sign."), code="changed", rule="enforcement.sign"
    )


def signs_once(actor: Actor, signed: Collection[Any]) -> Verdict:
    """Nobody signs the same decision twice; `signed` has the people who did."""
    if any(item.person == actor.user_id for item in signed):
        return refused(_("You have signed this already."), code="signed", rule="enforcement.sign")
    return ALLOWED
