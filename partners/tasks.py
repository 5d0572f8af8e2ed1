"""Sweeps: what becomes due by the passing of time."""

from __future__ import annotations

from partners import scanning
from partners.actions.evidence import abandon_upload, remind_of_document
from partners.actions.qualification import lapse_qualification, remind_of_end
from partners.actions.referee import expire_referee, remind_referee
from partners.actions.scan import scan_quarantined
from partners.queries.due import (
    ended_qualifications,
    ending_documents,
    ending_qualifications,
    quarantined_uploads,
    referees_to_remind,
    stuck_uploads,
    unanswered_referees,
)
from portal.core.actors import SYSTEM
from portal.notifications.sweeping import Tally, sweep_rows, sweep_task


@sweep_task
def lapse_qualifications() -> Tally:
    """End the qualifications whose last day has passed."""
    return sweep_rows(ended_qualifications(), lambda row: lapse_qualification(qualification=row, by=SYSTEM))


@sweep_task
def remind_of_ends() -> Tally:
    """Announce the ends that are near: once for each of the rulebook's notices, also when days were missed."""
    return sweep_rows(ending_qualifications(), lambda row: remind_of_end(qualification=row, by=SYSTEM))


@sweep_task
def abandon_uploads() -> Tally:
    """Give up uploads that were never finished."""
    return sweep_rows(stuck_uploads(), lambda row: abandon_upload(evidence=row, by=SYSTEM))


@sweep_task
def remind_of_documents() -> Tally:
    """Announce documents that end soon: once for each notice, also when days were missed."""
    return sweep_rows(ending_documents(), lambda row: remind_of_document(evidence=row, by=SYSTEM))


@sweep_task
def scan_uploads() -> Tally:
    """Have the documents scanned that wait in quarantine, as soon as the scanner answers again."""
    waiting = quarantined_uploads()
    if not scanning.answers():
        return Tally(left=waiting.count())
    return sweep_rows(waiting, lambda row: scan_quarantined(evidence=row, by=SYSTEM))


@sweep_task
def expire_referees() -> Tally:
    """Close questions to third parties whose link's time is over."""
    return sweep_rows(unanswered_referees(), lambda row: expire_referee(referee=row, by=SYSTEM))


@sweep_task
def remind_referees() -> Tally:
    """Send third parties a new link in the last week of theirs: once, also when days were missed."""
    return sweep_rows(referees_to_remind(), lambda row: remind_referee(referee=row, by=SYSTEM))
