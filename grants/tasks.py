"""Sweeps of grants: what becomes due by the passing of time. Each row in a deed of its own."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from grants import partitions
from grants.actions.accreditation import expire_accreditation, remind_of_accreditation
from grants.actions.attested_document import remind_of_documents, suspend_for_documents
from grants.actions.credential import replace_credential
from grants.actions.deadline import mark_missed_consent
from grants.actions.grant import expire_grant, remind_of_end, soonest_notice
from grants.actions.hold import lapse_hold, remind_to_confirm
from grants.actions.line_end import end_line
from grants.actions.re_review import lapse_re_review, raise_more
from grants.actions.reminders import remind_providers
from grants.actions.rollup import roll_up
from grants.actions.status import correct_status, publish_due
from grants.actions.withdrawal import end_consent
from grants.models import Consent, ConsentWithdrawal, Grant, GrantLine, GrantRequest, Hold, LineReview, RequestLine
from grants.models.usage import UsageBucket
from grants.queries.attested_document import environments_to_remind, environments_to_suspend
from grants.queries.credential import credentials_to_replace
from grants.queries.environment import accreditations_to_announce, ended_accreditations
from grants.queries.grant import ended_lines, without_lines
from grants.queries.re_review import about_nothing, releases_to_go_on_with
from grants.queries.reported import due_buckets
from grants.queries.status import partners_to_correct
from grants.states import GRANT_LIVE
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Conflict
from portal.notifications.sweeping import Tally, sweep_rows, sweep_task
from portal.rulebook.queries import rules

RE_REVIEW_SECONDS = 150
"""How long a run goes on raising re-reviews; the next one takes up what is left."""


def ended_grants() -> QuerySet[Grant]:
    """Live grants whose last day has passed."""
    return Grant.objects.filter(state__in=GRANT_LIVE, ends_on__lt=clock.today())


def lines_to_end() -> QuerySet[GrantLine]:
    """Lines that ended before their grant, and nobody was told yet."""
    rows = ended_lines(clock.today())
    return rows.select_related("grant__institution__organisation", "grant__authority")


def grants_to_announce() -> QuerySet[Grant]:
    """Live grants in a range of the rulebook's notices that was not announced yet."""
    days, today = tuple(rules().qualification.notices_days), clock.today()
    due = Q()
    for limit in days:
        due |= Q(ends_on__lte=today + timedelta(days=limit)) & (Q(notice_sent__isnull=True) | Q(notice_sent__gt=limit))
    rows = Grant.objects.filter(state__in=GRANT_LIVE, ends_on__gte=today, ends_on__lte=soonest_notice(today, days))
    return rows.filter(due)


def unconfirmed_holds() -> QuerySet[Hold]:
    """Emergency holds whose time to be confirmed is over."""
    return Hold.objects.filter(state="placed", emergency=True, confirm_by__lte=clock.now())


def holds_to_remind() -> QuerySet[Hold]:
    """Emergency holds that one of the rulebook's reminder hours has come for."""
    now, due = clock.now(), Q()
    for hours in rules().enforcement.emergency.reminder_hours:
        due |= Q(confirm_by__lte=now + timedelta(hours=hours)) & (
            Q(notice_sent__isnull=True) | Q(notice_sent__gt=hours)
        )
    return Hold.objects.filter(due, state="placed", emergency=True, confirm_by__gt=now)


def consents_to_remind() -> QuerySet[GrantRequest]:
    """Requests before providers that one of the rulebook's reminder days has come for."""
    now, due = clock.now(), Q(pk__in=[])
    for days in rules().consent.reminder_days:
        due |= Q(consent_due__lte=now + timedelta(days=days)) & (Q(notice_sent__isnull=True) | Q(notice_sent__gt=days))
    return GrantRequest.objects.filter(due, state="awaiting_provider", consent_due__gt=now)


def missed_consents() -> QuerySet[GrantRequest]:
    """Requests before providers whose time is over while a line has no answer to the review that counts."""
    review = LineReview.objects.filter(line=OuterRef("pk")).order_by("-id")
    answer = Consent.objects.filter(line=OuterRef("pk"), review=OuterRef("latest_review"))
    waiting = (
        RequestLine.objects.filter(request=OuterRef("pk"))
        .annotate(latest_review=Subquery(review.values("pk")[:1]), outcome=Subquery(review.values("outcome")[:1]))
        .exclude(outcome="refused")
        .exclude(Exists(answer))
    )
    late = GrantRequest.objects.filter(state="awaiting_provider", consent_due__lt=clock.now())
    return late.filter(Exists(waiting), consent_missed_at__isnull=True)


def withdrawals_due() -> QuerySet[ConsentWithdrawal]:
    """Withdrawals of consent whose day has come. The gate does not wait for this sweep."""
    rows = ConsentWithdrawal.objects.filter(state="noticed", effective_on__lte=clock.today())
    return rows.select_related("line__grant__institution__organisation", "provider")


@sweep_task
def mark_missed_consents() -> Tally:
    """Requests are marked where providers let their time pass; officers and providers hear of it."""
    return sweep_rows(missed_consents(), lambda row: mark_missed_consent(request=row, by=SYSTEM))


@sweep_task
def end_withdrawn_lines() -> Tally:
    """Withdrawals of consent take effect on their day."""
    return sweep_rows(withdrawals_due(), lambda row: end_consent(withdrawal=row, by=SYSTEM))


@sweep_task
def expire_grants() -> Tally:
    """Grants whose last day has passed are expired."""
    return sweep_rows(ended_grants(), lambda row: expire_grant(grant=row, by=SYSTEM))


@sweep_task
def end_lines() -> Tally:
    """Lines whose last day has passed before their grant's are noted, and those concerned are told."""
    return sweep_rows(lines_to_end(), lambda row: end_line(line=row, by=SYSTEM))


@sweep_task
def end_empty_grants() -> Tally:
    """Grants of which no line is left are expired, where the deed that ended the last one has not done so."""
    return sweep_rows(without_lines(clock.today()), lambda row: expire_grant(grant=row, by=SYSTEM))


@sweep_task
def announce_ends() -> Tally:
    """Institutions hear in time that a grant ends."""
    return sweep_rows(grants_to_announce(), lambda row: remind_of_end(grant=row, by=SYSTEM))


@sweep_task
def lapse_holds() -> Tally:
    """Emergency holds that nobody confirmed in time lapse, loudly."""
    return sweep_rows(unconfirmed_holds(), lambda row: lapse_hold(hold=row, by=SYSTEM))


@sweep_task
def remind_signatories() -> Tally:
    """Signatories are reminded of emergency holds that wait for confirmation."""
    return sweep_rows(holds_to_remind(), lambda row: remind_to_confirm(hold=row, by=SYSTEM))


@sweep_task
def remind_of_consents() -> Tally:
    """Providers are reminded of lines that wait for their answer."""
    return sweep_rows(consents_to_remind(), lambda row: remind_providers(request=row, by=SYSTEM))


@sweep_task
def announce_accreditations() -> Tally:
    """Institutions and case officers hear in time that an accreditation ends."""
    return sweep_rows(accreditations_to_announce(), lambda row: remind_of_accreditation(environment=row, by=SYSTEM))


@sweep_task
def expire_accreditations() -> Tally:
    """Accreditations whose last day has passed are expired, loudly."""
    return sweep_rows(ended_accreditations(), lambda row: expire_accreditation(environment=row, by=SYSTEM))


@sweep_task
def remind_of_attested_documents() -> Tally:
    """Institutions hear in time that a document behind what they attest ends."""
    rows = environments_to_remind(clock.today())
    return sweep_rows(rows, lambda row: remind_of_documents(environment=row, by=SYSTEM))


@sweep_task
def suspend_for_ended_documents() -> Tally:
    """Accreditations that rest on a document that has ended are suspended, loudly."""
    rows = environments_to_suspend(clock.today())
    return sweep_rows(rows, lambda row: suspend_for_documents(environment=row, by=SYSTEM))


@sweep_task
def raise_re_reviews() -> Tally:
    """Grants that were too many to be looked at again with the announcement of a release are, a batch at a time."""
    tally, until = Tally(), time.monotonic() + RE_REVIEW_SECONDS
    while time.monotonic() < until and (release := releases_to_go_on_with().order_by("pk").first()) is not None:
        with suppress(Conflict):
            tally.done += raise_more(release=release, by=SYSTEM)
    tally.left = releases_to_go_on_with().count()
    return tally


@sweep_task
def lapse_re_reviews() -> Tally:
    """Re-reviews of grants that ended, or of a release that was retired, lapse."""
    return sweep_rows(about_nothing(), lambda row: lapse_re_review(re_review=row, by=SYSTEM))


@sweep_task
def publish_status_lists() -> Tally:
    """Status lists that say something new, or whose signature is to be renewed, are published."""
    return Tally(done=publish_due())


@sweep_task
def correct_statuses() -> Tally:
    """What ends or stops by the clock alone is told by status lists, too."""
    return sweep_rows(partners_to_correct(), lambda row: correct_status(institution=row))


@sweep_task
def replace_credentials() -> Tally:
    """Credentials that nobody believes any more, or that end before their grant, are issued anew."""
    return sweep_rows(credentials_to_replace(), lambda row: replace_credential(credential=row, by=SYSTEM))


@sweep_task
def make_partitions() -> Tally:
    """Partitions of windows of use are made ahead, and what the default one caught meanwhile is moved into its own."""
    return Tally(done=partitions.make(partitions.missing(clock.today())), left=len(partitions.missing(clock.today())))


@sweep_task
def roll_hours() -> Tally:
    """Hours of gateways for which use was reported are summed anew."""
    return sweep_rows(due_buckets(UsageBucket.Grain.HOUR), lambda row: roll_up(bucket=row, by=SYSTEM))


@sweep_task
def roll_days() -> Tally:
    """Days of gateways of which an hour was summed anew are summed anew."""
    return sweep_rows(due_buckets(UsageBucket.Grain.DAY), lambda row: roll_up(bucket=row, by=SYSTEM))
