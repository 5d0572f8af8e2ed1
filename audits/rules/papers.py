"""Rules of the documents that go with a statement. Pure: verdicts on what is passed in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from portal.core.verdicts import ALLOWED, Verdict, refused

MOST = 5
"""Documents with one statement: a few, as everybody who decides reads each."""


def few_enough(count: int) -> Verdict:
    """A statement carries a few documents."""
    if count <= MOST:
        return ALLOWED
    text = _("Send at most %(most)s documents with it. You chose %(count)s.") % {"most": MOST, "count": count}
    return refused(text, code="too_many", rule="statement.documents")


def may_send(named: Collection[Any], usable: Collection[Any]) -> Verdict:
    """Every document named is stored, the sender's to send, and one that everybody who decides may read."""
    if set(named) <= set(usable):
        return ALLOWED
    text = _("A document that you chose cannot be sent any more, or its marking keeps it from those who decide.")
    return refused(text, code="not_usable", rule="statement.documents")
