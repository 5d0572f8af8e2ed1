"""Everything that is counted. Qualifications come first: from them the partner's tier at any time is known."""

from portal.dashboards.rollup.sources import assurance, duties, enforcement, holds, incidents, scope, work
from portal.dashboards.rollup.sources.base import Source

FIRST: Source = scope.QUALIFIED
SOURCES: tuple[Source, ...] = (
    FIRST,
    *scope.SOURCES,
    *holds.SOURCES,
    *incidents.SOURCES,
    *assurance.SOURCES,
    *duties.SOURCES,
    *enforcement.SOURCES,
    *work.SOURCES,
)
"""In the order in which they are made."""
