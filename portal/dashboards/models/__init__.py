"""What is counted for the oversight dashboards. All of it can be made anew from the record."""

from portal.dashboards.models.deadline import DeadlineVersion, WatchedDeadline
from portal.dashboards.models.rollup import Cursor, Spell, Tally
from portal.dashboards.models.workday import Workday

__all__ = ["Cursor", "DeadlineVersion", "Spell", "Tally", "WatchedDeadline", "Workday"]
