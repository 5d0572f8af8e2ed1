"""How much of the matrix of combinations is looked at in one go."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from portal.core.verdicts import ALLOWED, Verdict, refused

MOST_CELLS = 240
"""More combinations than this on one page nobody reads: they are asked for in several goes."""


def fits(sizes: Sequence[int]) -> Verdict:
    """Whether so many choices of each kind make a matrix that can be shown, or how many there would be."""
    count = 1
    for size in sizes:
        count *= size
    if count <= MOST_CELLS:
        return ALLOWED
    reason = _(
        "What you chose makes %(count)s combinations, and at most %(most)s are shown at once. Choose fewer, add the "
        "lines that you need, then choose others."
    )
    words = {"count": number_format(count, force_grouping=True), "most": MOST_CELLS}
    return refused(reason % words, code="too_many", rule="grant_request.builder")
