"""Sweeps of this app, for Celery: each finds what is due and calls the action that does it."""

from __future__ import annotations

from celery import shared_task
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from audits.actions import evidence_request
from audits.actions.acceptance import end_acceptance
from audits.actions.audit import cancel_audit
from audits.actions.catalogue_import import run_import
from audits.actions.deadlines import miss_deadline, warn_of_deadline
from audits.actions.escalation import escalate
from audits.actions.measure import end_measure
from audits.actions.obligation import plan_due_obligations, remind_obligation
from audits.actions.panel import draw_panel, end_stay_of_appeal, remind_panel
from audits.actions.planning import plan_due_audits
from audits.actions.programme import announce_audit, ask_for_auditor, plan_follow_up
from audits.actions.sample import draw_sample
from audits.models import CatalogueImport
from audits.queries.appeal import panels_to_draw, panels_to_remind, reminder_days, stays_to_end
from audits.queries.escalation import findings_to_escalate, reports_to_escalate
from audits.queries.evidence_request import to_remind as evidence_to_remind
from audits.queries.measure import ran_out
from audits.queries.obligations import to_remind
from audits.queries.programme import to_announce, to_draw, to_follow_up, without_auditor, without_partner
from audits.queries.sweeps import acceptances_ended, deadlines_missed, deadlines_to_warn
from audits.use_sweep import sweep_use
from portal.core.actors import SYSTEM
from portal.ledger.checkpoint import ensure_daily_checkpoint
from portal.notifications.sweeping import Tally, sweep_rows, sweep_task
from portal.rulebook.queries import rules

SHOWN = ("institution__organisation",)
"""What notices say of an audit."""
NOT_QUALIFIED = _("The institution is not qualified any more.")
IMPORT_SECONDS = 600
"""A file of 20 MB takes less than a minute."""
HANDED_OUT = 20
"""Files that are handed out at a time."""


@shared_task(soft_time_limit=IMPORT_SECONDS - 30, time_limit=IMPORT_SECONDS)
def import_catalogue(import_id: str) -> None:
    """Reads one file with a catalogue, just after it was received. A second worker leaves it to the first."""
    made = CatalogueImport.objects.filter(pk=import_id, state="received").first()
    if made is not None and cache.add(f"catalogue:{import_id}", "read", timeout=IMPORT_SECONDS):
        try:
            run_import(made=made, by=SYSTEM)
        finally:
            cache.delete(f"catalogue:{import_id}")


@sweep_task
def import_catalogues() -> Tally:
    """Hands out files with catalogues that no worker reads: the broker lost them, or their worker is gone."""
    waiting = CatalogueImport.objects.filter(state="received")
    for pk in waiting.order_by("received_at").values_list("pk", flat=True)[:HANDED_OUT]:
        import_catalogue.delay(str(pk))
    return Tally(left=waiting.count())


@sweep_task
def plan_audits() -> Tally:
    """Plans the next audit of every partner that is due for one, and plans anew where the risk has changed."""
    return Tally(done=plan_due_audits(by=SYSTEM))


@sweep_task
def plan_follow_ups() -> Tally:
    """Plans follow-ups of closed audits, and cancels plans of institutions that are not qualified any more."""
    planned = sweep_rows(to_follow_up(rules()), lambda row: plan_follow_up(audit=row, by=SYSTEM))
    ended = sweep_rows(without_partner(), lambda row: cancel_audit(audit=row, reason=str(NOT_QUALIFIED), by=SYSTEM))
    return _both(planned, ended)


@sweep_task
def announce_audits() -> Tally:
    """Announces audits in time, and tells officers of those that nobody is assigned to."""
    announced = sweep_rows(to_announce().select_related(*SHOWN), lambda row: announce_audit(audit=row, by=SYSTEM))
    nobody = without_auditor().select_related(*SHOWN)
    return _both(announced, sweep_rows(nobody, lambda row: ask_for_auditor(audit=row, by=SYSTEM)))


@sweep_task
def draw_samples() -> Tally:
    """Takes the day's checkpoint of the record, and draws the samples whose time has come."""
    ensure_daily_checkpoint()
    return sweep_rows(to_draw(), lambda row: draw_sample(audit=row, by=SYSTEM))


@sweep_task
def plan_obligations() -> Tally:
    """Asks for the periodic reports whose period has begun."""
    return Tally(done=plan_due_obligations(by=SYSTEM))


@sweep_task
def remind_of_obligations() -> Tally:
    """Reminds partners of reports that are due soon."""
    rows = to_remind(rules()).select_related("institution__organisation", "authority")
    return sweep_rows(rows, lambda row: remind_obligation(obligation=row, reminders=row.expected, by=SYSTEM))


@sweep_task
def remind_of_evidence() -> Tally:
    """Reminds partners of evidence that auditors asked for and that is due soon or overdue."""
    rows = evidence_to_remind(rules()).select_related("institution__organisation", "audit")
    return sweep_rows(
        rows, lambda row: evidence_request.remind_of_evidence(request=row, reminders=row.expected, by=SYSTEM)
    )


@sweep_task
def watch_incident_deadlines() -> Tally:
    """Warns of deadlines of incidents that are near, and notes those that were missed."""
    warned = sweep_rows(deadlines_to_warn(), lambda row: warn_of_deadline(deadline=row, by=SYSTEM))
    missed = sweep_rows(deadlines_missed(), lambda row: miss_deadline(deadline=row, by=SYSTEM))
    return _both(warned, missed)


@sweep_task
def escalate_overdue() -> Tally:
    """Takes the next step of the rulebook's ladder about findings and reports that stay overdue."""
    findings = sweep_rows(findings_to_escalate(), lambda row: escalate(subject=row, by=SYSTEM))
    reports = sweep_rows(reports_to_escalate(), lambda row: escalate(subject=row, by=SYSTEM))
    return _both(findings, reports)


@sweep_task
def watch_use() -> Tally:
    """Judges reported use by the hour, and raises alerts for people to look at."""
    return sweep_use(by=SYSTEM)


def _both(one: Tally, other: Tally) -> Tally:
    return Tally(one.done + other.done, one.failed + other.failed, one.left + other.left, one.error or other.error)


@sweep_task
def end_risk_acceptances() -> Tally:
    """Opens findings again whose risk was accepted until today."""
    return sweep_rows(acceptances_ended(), lambda row: end_acceptance(finding=row, by=SYSTEM))


@sweep_task
def end_measures() -> Tally:
    """Ends restrictions and suspensions whose last day has passed, and tells everybody concerned."""
    return sweep_rows(ran_out(), lambda row: end_measure(case=row, by=SYSTEM))


@sweep_task
def draw_panels() -> Tally:
    """Draws the panels of appeals by the lot of the time that was fixed for it."""
    rows = panels_to_draw().select_related("institution__organisation", "case", "hold")
    return sweep_rows(rows, lambda row: draw_panel(appeal=row, by=SYSTEM))


@sweep_task
def watch_appeals() -> Tally:
    """Ends stays whose day has passed, and reminds panels of the day by which they decide."""
    shown = ("institution__organisation", "case", "hold")
    ended = sweep_rows(stays_to_end().select_related(*shown), lambda row: end_stay_of_appeal(appeal=row, by=SYSTEM))
    due = panels_to_remind(reminder_days()).select_related(*shown)
    return _both(ended, sweep_rows(due, lambda row: remind_panel(appeal=row, by=SYSTEM)))
