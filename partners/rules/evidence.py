"""Who may read a document in full, and when it may be replaced."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from portal.core.verdicts import ALLOWED, Verdict, refused

WIDTH = ("red", "amber_strict", "amber", "green", "clear")
"""Markings of the Traffic Light Protocol 2.0, from the narrowest to the widest."""


def may_read_in_full(marking: str, *, own: bool, home: bool, named: bool) -> Verdict:
    """Whether a reader who may open the case, or is of the institution itself, gets the document and not a copy.

    - The institution's own people always read it in full.
    - CLEAR, GREEN and AMBER: whoever may open a case in which it was sent.
    - AMBER+STRICT, the recipient's organisation only: people of the authority that runs the case (`home`).
    - RED, for the eyes of individual recipients: of these, the ones who work on the case by name (`named`).

    Everybody else who may open the case gets the newest redacted copy that its own marking, by this same rule,
    lets them read. Nobody gets anything who may not open the case. Source: FIRST, TLP 2.0.
    """
    if own or marking in ("clear", "green", "amber"):
        return ALLOWED
    if marking == "amber_strict":
        if home:
            return ALLOWED
        reason = _(
            "This document is marked TLP:AMBER+STRICT: only people of the authority that runs the case read it, and the"
            " institution has given no redacted copy. Ask for one."
        )
    else:
        if home and named:
            return ALLOWED
        reason = _(
            "This document is marked TLP:RED: only those who work on the case by name at the authority that runs it"
            " read it, and the institution has given no redacted copy. Ask for one."
        )
    return refused(reason, code="marking", rule="evidence.marking")


def is_wider(marking: str, than: str) -> bool:
    """Whether a marking lets more people read than another: a redacted copy that does not is of no use."""
    return WIDTH.index(marking) > WIDTH.index(than)


def may_replace(*, stored: bool, is_copy: bool, has_successor: bool) -> Verdict:
    """A new version or a redacted copy belongs to a stored document; only the newest version is replaced."""
    if is_copy:
        return refused(
            _("This is a redacted copy. Add another to the document that it belongs to."),
            code="redacted_copy",
            rule="evidence.version",
        )
    if not stored:
        return refused(
            _("Only a stored document has versions. Upload it again instead."),
            code="not_stored",
            rule="evidence.version",
        )
    if has_successor:
        return refused(
            _("There is a newer version of this document. Start from that one."),
            code="replaced",
            rule="evidence.version",
        )
    return ALLOWED


def notice_due(left: int, sent: int | None, notices: Sequence[int]) -> int | None:
    """The narrowest of the notices (days before an end) that `left` days have reached, unless it was sent already."""
    if left < 0:
        return None
    narrowest = min((days for days in notices if left <= days), default=None)
    return narrowest if narrowest is not None and (sent is None or sent > narrowest) else None
