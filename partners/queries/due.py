"""What is due by the clock. Each is a plain query, so that a sweep may come late or twice."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from partners.models import Evidence, Institution, LargeUpload, Qualification, Referee
from partners.models.evidence import KEPT, NOTICE_DAYS
from partners.models.qualification import LIVE
from partners.queries.person import due_for_notice
from partners.rules.referee import ANSWERABLE
from portal.core import clock
from portal.rulebook.queries import rules

UPLOAD_HOURS = 2
LAST_WEEK = timedelta(days=7)


def ended_qualifications() -> QuerySet[Qualification]:
    """Live qualifications past their last day."""
    return Qualification.objects.filter(state__in=LIVE, valid_until__lt=clock.today())


def ending_qualifications() -> QuerySet[Qualification]:
    """Live qualifications in a range of the rulebook's notices that has not been announced."""
    today, due = clock.today(), Q(pk__in=[])
    for days in rules().qualification.notices_days:
        not_yet = Q(notice_sent__isnull=True) | Q(notice_sent__gt=days)
        due |= Q(valid_until__lte=today + timedelta(days=days)) & not_yet
    return Qualification.objects.filter(due, state__in=LIVE, valid_until__gte=today)


def stuck_uploads() -> QuerySet[Evidence]:
    """Uploads that arrived hours ago and were never checked. Not large ones, whose check goes on until it is made."""
    rows = Evidence.objects.filter(state="received", uploaded_at__lt=clock.now() - timedelta(hours=UPLOAD_HOURS))
    return rows.filter(~Exists(LargeUpload.objects.filter(evidence=OuterRef("pk"), state="arrived")))


def ending_documents() -> QuerySet[Evidence]:
    """Documents of libraries in a range of the notices of their end that has not been announced."""
    today, due = clock.today(), Q(pk__in=[])
    for days in NOTICE_DAYS:
        not_yet = Q(reminded__isnull=True) | Q(reminded__gt=days)
        due |= Q(valid_until__lte=today + timedelta(days=days)) & not_yet
    rows = Evidence.objects.filter(due, state="stored", valid_until__gte=today, about__isnull=True)
    newer = Evidence.objects.filter(replaces=OuterRef("pk"), state__in=KEPT)
    return rows.filter(~Exists(newer), redacts__isnull=True)


def quarantined_uploads() -> QuerySet[Evidence]:
    """Documents that wait for the malware scan."""
    return Evidence.objects.filter(state="quarantined")


def never_scanned() -> QuerySet[Evidence]:
    """Documents that were stored while no scanner was configured."""
    return Evidence.objects.filter(state="stored", scanned_at__isnull=True)


def unanswered_referees() -> QuerySet[Referee]:
    """Third parties whose link's time is over."""
    rows = Referee.objects.filter(state="asked", expires_at__lte=clock.now())
    return rows.select_related("application__institution__organisation")


def referees_to_remind() -> QuerySet[Referee]:
    """Third parties in the last week of their link who were not reminded, in cases that can still hear them."""
    now = clock.now()
    rows = Referee.objects.filter(state="asked", reminded_at__isnull=True, expires_at__gt=now)
    rows = rows.filter(expires_at__lte=now + LAST_WEEK, application__state__in=ANSWERABLE)
    return rows.select_related("application__institution__organisation")


def institutions_with_lapses() -> QuerySet[Institution]:
    """Institutions with people of whom a check lapses soon, and a notice of it is due."""
    due = due_for_notice(rules().people.notices_days, institution=OuterRef("pk"))
    return Institution.objects.filter(Exists(due)).select_related("organisation")
