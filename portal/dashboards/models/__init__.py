"""What is counted for the boards, which can all be made anew from the record; and what their readers saved."""

from portal.dashboards.models.deadline import DeadlineVersion, WatchedDeadline
from portal.dashboards.models.monthly_report import MonthlyReport
from portal.dashboards.models.rollup import Cursor, Spell, Tally
from portal.dashboards.models.saved_view import SavedView
from portal.dashboards.models.workday import Workday

__all__ = ["Cursor", "DeadlineVersion", "MonthlyReport", "SavedView", "Spell", "Tally", "WatchedDeadline", "Workday"]
