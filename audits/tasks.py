"""Sweeps of this app, for Celery: each finds what is due and calls the action that does it."""

from __future__ import annotations

from audits.actions.deadlines import miss_deadline, warn_of_deadline
from audits.actions.finding import reopen_finding
from audits.actions.obligation import plan_due_obligations, remind_obligation
from audits.actions.planning import plan_due_audits
from audits.queries.obligations import to_remind
from audits.queries.sweeps import acceptances_ended, deadlines_missed, deadlines_to_warn
from portal.core.actors import SYSTEM
from portal.notifications.sweeping import Tally, sweep_rows, sweep_task
from portal.rulebook.queries import rules


@sweep_task
def plan_audits() -> Tally:
    """Plans the next audit of every partner that is due for one."""
    return Tally(done=plan_due_audits(by=SYSTEM))


@sweep_task
def plan_obligations() -> Tally:
    """Asks for the periodic reports whose period has begun."""
    return Tally(done=plan_due_obligations(by=SYSTEM))


@sweep_task
def remind_of_obligations() -> Tally:
    """Reminds partners of reports that are due soon or overdue."""
    rows = to_remind(rules()).select_related("institution__organisation", "authority")
    return sweep_rows(rows, lambda row: remind_obligation(obligation=row, reminders=row.expected, by=SYSTEM))


@sweep_task
def watch_incident_deadlines() -> Tally:
    """Warns of deadlines of incidents that are near, and notes those that were missed."""
    warned = sweep_rows(deadlines_to_warn(), lambda row: warn_of_deadline(deadline=row, by=SYSTEM))
    missed = sweep_rows(deadlines_missed(), lambda row: miss_deadline(deadline=row, by=SYSTEM))
    return Tally(
        warned.done + missed.done,
        warned.failed + missed.failed,
        warned.left + missed.left,
        warned.error or missed.error,
    )


@sweep_task
def end_risk_acceptances() -> Tally:
    """Opens findings again whose risk was accepted until today."""
    return sweep_rows(acceptances_ended(), lambda row: reopen_finding(finding=row, by=SYSTEM))
