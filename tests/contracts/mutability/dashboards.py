"""What the dashboards count."""

LIFECYCLE = {"dashboards.MonthlyReport"}
MUTABLE = {
    "dashboards.Cursor": "Says up to which entry of the record the rollups are kept; rises.",
    "dashboards.DeadlineVersion": "Is written by the database when a deadline changes; twice in one deed is once.",
    "dashboards.Spell": "Is made anew from the record whenever that tells something new.",
    "dashboards.Tally": "Sums of spells, made anew from them.",
    "dashboards.SavedView": "A person's own filters: renamed and removed by them; nothing of the scheme hangs on it.",
    "dashboards.Workday": "The calendar of a country, made longer every year.",
}
