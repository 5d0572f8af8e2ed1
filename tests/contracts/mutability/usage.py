"""Reported use, and what is counted from it."""

APPEND_ONLY = {"grants.UsageWindow"}
MUTABLE = {
    "grants.UsageHour": "Sums of windows, made anew as a whole when a window comes late.",
    "grants.UsageDay": "Sums of hours, made anew as a whole when a window comes late.",
    "grants.UsageBucket": "Says how far a stretch of time is rolled up.",
    "grants.LineDay": "Counts up as use is reported.",
    "grants.UsageAlert": "Counts up within its day.",
    "grants.UsageIntake": "Counts up within its day.",
}
