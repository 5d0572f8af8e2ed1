"""Periodic reports: complete, and with documents of one’s own."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from portal.core.verdicts import ALLOWED, Verdict, refused


def complete_report(*, problems: Collection[str]) -> Verdict:
    """Every question that the rulebook asks is answered validly; `problems` are the labels of those that are not."""
    if not problems:
        return ALLOWED
    return refused(
        _("These questions need another look: %(labels)s.") % {"labels": "; ".join(problems)},
        code="incomplete",
        rule="obligations",
    )


def own_documents(*, named: Collection[str], known: Collection[str]) -> Verdict:
    """Documents named in a report are stored ones of the institution itself."""
    if set(named) <= set(known):
        return ALLOWED
    return refused(
        _("A document that you named is not in your institution’s library."), code="no_document", rule="obligations"
    )
