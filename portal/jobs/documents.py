"""The table of sweeps for docs/jobs.md. A test fails when it is stale, and shows what to put there."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import override

from portal.sweeps import OFTEN, SWEEPS


def sweeps_table() -> str:
    """Markdown: what each sweep does, how often, and its task."""
    with override("en-gb"):
        rows = [f"| {sweep.says} | {_words(sweep.every)} | `{sweep.task}` |" for sweep in SWEEPS]
    return "\n".join(["| what it does | every | task |", "|---|---|---|", *rows])


def _words(every: timedelta) -> str:
    if every == OFTEN:
        return "minute (`SWEEP_SECONDS`)"
    named = {timedelta(hours=1): "hour", timedelta(days=1): "day"}
    return named.get(every, f"{int(every.total_seconds() // 60)} minutes")
