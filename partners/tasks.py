"""Sweeps: what becomes due by the passing of time."""

from __future__ import annotations

import logging
from collections.abc import Callable

from celery import shared_task
from django.core.cache import cache
from django.db.models import QuerySet

from partners import scanning
from partners.actions import name_list as name_lists
from partners.actions import screening
from partners.actions.case_file import make_case_file
from partners.actions.clock import chase_answer, chase_stage, rebuild_clock
from partners.actions.evidence import abandon_upload, remind_of_document
from partners.actions.lapses import warn_of_lapses
from partners.actions.qualification import lapse_qualification, remind_of_end
from partners.actions.referee import expire_referee, remind_referee
from partners.actions.scan import scan_quarantined, scan_stored
from partners.actions.search import index_all
from partners.actions.upload import check_arrived, expire_upload
from partners.models import Evidence, LargeUpload, NameList
from partners.parts import discard
from partners.queries.case_file import waiting_files
from partners.queries.clock import cases_without_clock, questions_to_chase, stretches_to_chase
from partners.queries.due import (
    ended_qualifications,
    ending_documents,
    ending_qualifications,
    institutions_with_lapses,
    never_scanned,
    quarantined_uploads,
    referees_to_remind,
    stuck_uploads,
    unanswered_referees,
)
from partners.queries.screening.cases import to_be_screened
from partners.queries.search import to_be_indexed
from partners.queries.upload import arrived_uploads, expired_uploads, lingering_parts
from portal.core.actors import SYSTEM
from portal.notifications.sweeping import Tally, sweep_rows, sweep_task

logger = logging.getLogger(__name__)
CHECK_SECONDS = 420
"""What the check of a large file may take: less than half the time after which a task is handed out again."""
LONG_SCAN = 200 * 1024 * 1024
"""Bytes of a document whose scan takes longer than a sweep has."""
LOAD_SECONDS = 840
"""What the reading of a list may take: less than the time after which a task is handed out again."""
HANDED_OUT = 100
"""Tasks that a sweep hands out at a time."""


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
    return _scan(quarantined_uploads(), lambda row: scan_quarantined(evidence=row, by=SYSTEM))


def _scan(waiting: QuerySet[Evidence], act: Callable[[Evidence], object]) -> Tally:
    """Scan what waits while the scanner answers; a large document in a task of its own, for which there is time."""
    if not scanning.answers():
        return Tally(left=waiting.count())
    large = waiting.filter(size__gt=LONG_SCAN)
    for pk in large.values_list("pk", flat=True)[:HANDED_OUT]:
        if cache.add(f"scan:{pk}", "handed out", timeout=CHECK_SECONDS):
            scan_document.delay(str(pk))
    tally = sweep_rows(waiting.filter(size__lte=LONG_SCAN), act)
    tally.left += large.count()
    return tally


@sweep_task
def scan_stored_documents() -> Tally:
    """Have the documents scanned that were stored while no scanner was configured, as soon as one answers."""
    if not scanning.is_configured():
        return Tally()
    return _scan(never_scanned(), lambda row: scan_stored(evidence=row, by=SYSTEM))


@shared_task(soft_time_limit=CHECK_SECONDS - 20, time_limit=CHECK_SECONDS)
def scan_document(evidence_id: str) -> None:
    """Scan one large document that waits for it. Where there is no answer it goes on waiting."""
    document = Evidence.objects.filter(pk=evidence_id).first()
    try:
        if document is not None and document.state == "quarantined":
            scan_quarantined(evidence=document, by=SYSTEM)
        elif document is not None and document.state == "stored" and document.scanned_at is None:
            scan_stored(evidence=document, by=SYSTEM)
    except scanning.ScannerError as error:
        logger.warning("Document %s could not be scanned: %s", evidence_id, error)


@shared_task(soft_time_limit=CHECK_SECONDS - 20, time_limit=CHECK_SECONDS)
def check_upload(upload_id: str) -> None:
    """Put a large file together and check it, just after its last part has come."""
    upload = LargeUpload.objects.filter(pk=upload_id, state="arrived").first()
    if upload is not None:
        check_arrived(upload=upload, by=SYSTEM)


@sweep_task
def check_uploads() -> Tally:
    """Hand out the checks of large files that no worker is at: the broker lost them, or their worker is gone."""
    waiting = arrived_uploads()
    for pk in waiting.values_list("pk", flat=True)[:HANDED_OUT]:
        check_upload.delay(str(pk))
    return Tally(left=waiting.count())


@sweep_task
def expire_uploads() -> Tally:
    """Give up large files with which nobody went on in time, and remove parts that a crash left behind."""
    tally = sweep_rows(expired_uploads(), lambda row: expire_upload(upload=row, by=SYSTEM))
    left = sweep_rows(lingering_parts(), discard)
    return Tally(tally.done + left.done, tally.failed + left.failed, tally.left + left.left, tally.error or left.error)


@sweep_task
def expire_referees() -> Tally:
    """Close questions to third parties whose link's time is over."""
    return sweep_rows(unanswered_referees(), lambda row: expire_referee(referee=row, by=SYSTEM))


@sweep_task
def remind_referees() -> Tally:
    """Send third parties a new link in the last week of theirs: once, also when days were missed."""
    return sweep_rows(referees_to_remind(), lambda row: remind_referee(referee=row, by=SYSTEM))


@sweep_task
def screen_due() -> Tally:
    """Compare cases in hand and partners with lists that are new to them, and with whom the scheme removed since."""
    return sweep_rows(to_be_screened(), lambda row: screening.screen_case(application=row, by=SYSTEM))


@shared_task(soft_time_limit=CHECK_SECONDS - 20, time_limit=CHECK_SECONDS)
def screen_case(application_id: str) -> None:
    """Compare one case, just after it was sent."""
    application = to_be_screened().filter(pk=application_id).first()
    if application is not None:
        screening.screen_case(application=application, by=SYSTEM)


@shared_task(soft_time_limit=LOAD_SECONDS - 30, time_limit=LOAD_SECONDS)
def load_list(list_id: str) -> None:
    """Read one list of names, just after it was received. A second worker leaves it to the first."""
    name_list = NameList.objects.filter(pk=list_id, state="loading").first()
    if name_list is not None and cache.add(f"load:{list_id}", "handed out", timeout=LOAD_SECONDS):
        try:
            name_lists.load_list(name_list=name_list, by=SYSTEM)
        finally:
            cache.delete(f"load:{list_id}")


@sweep_task
def load_lists() -> Tally:
    """Hand out lists of names that no worker reads: the broker lost them, or their worker is gone."""
    waiting = NameList.objects.filter(state="loading")
    for pk in waiting.values_list("pk", flat=True)[:HANDED_OUT]:
        load_list.delay(str(pk))
    return Tally(left=waiting.count())


@sweep_task
def warn_of_people() -> Tally:
    """Warn of checks of people that lapse soon: once for each of the rulebook's notices, also when days were missed."""
    return sweep_rows(institutions_with_lapses(), lambda row: warn_of_lapses(institution=row, by=SYSTEM))


@sweep_task
def chase_stages() -> Tally:
    """Remind whoever holds the pen at an authority: once for each of the rulebook's reminders, also after missed days.

    Cases of which no clock runs get theirs from the record first.
    """
    sweep_rows(cases_without_clock(), lambda row: rebuild_clock(application=row))
    return sweep_rows(stretches_to_chase(), lambda row: chase_stage(stretch=row, by=SYSTEM))


@sweep_task
def index_renamed() -> Tally:
    """Have cases found by the name that their institution has now: organisations are renamed elsewhere."""
    return sweep_rows(to_be_indexed(), lambda row: index_all(application=row))


@sweep_task
def chase_answers() -> Tally:
    """Remind institutions of questions, before and after they are due; nothing is decided because time passed."""
    return sweep_rows(questions_to_chase(), lambda row: chase_answer(query=row, by=SYSTEM))


@shared_task(soft_time_limit=CHECK_SECONDS - 20, time_limit=CHECK_SECONDS)
def make_file(file_id: str) -> None:
    """Make one case file, just after it was asked for. A second worker leaves it to the first."""
    found = waiting_files().filter(pk=file_id).first()
    if found is not None and cache.add(f"case-file:{file_id}", "handed out", timeout=CHECK_SECONDS):
        try:
            make_case_file(file=found)
        finally:
            cache.delete(f"case-file:{file_id}")


@sweep_task
def make_files() -> Tally:
    """Hand out case files that no worker makes: the broker lost them, or their worker is gone."""
    waiting = waiting_files()
    for pk in waiting.values_list("pk", flat=True)[:HANDED_OUT]:
        make_file.delay(str(pk))
    return Tally(left=waiting.count())
