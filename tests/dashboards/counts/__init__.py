"""Every figure of the boards, counted in plain Python over the rows: what boards, made from sums, are held against."""

from __future__ import annotations

from collections.abc import Mapping

from tests.dashboards.counts import assurance, enforcement, flows, incidents, scope, work
from tests.dashboards.counts.seen import Count, Naive, Seen

COUNTS: Mapping[str, Naive] = {
    **scope.COUNTS,
    **flows.COUNTS,
    **incidents.COUNTS,
    **enforcement.COUNTS,
    **assurance.COUNTS,
    **work.COUNTS,
}
"""By the key of the figure. A figure without a count here fails `test_every_figure_is_counted`."""

__all__ = ["COUNTS", "Count", "Naive", "Seen"]
