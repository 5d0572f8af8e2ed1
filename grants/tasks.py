"""Sweeps of grants: what becomes due by the passing of time. Each row in a deed of its own."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet

from grants.actions.grant import expire_grant, remind_of_end, soonest_notice
from grants.actions.hold import lapse_hold, remind_to_confirm
from grants.actions.reminders import remind_providers
from grants.models import Grant, GrantRequest, Hold
from grants.states import GRANT_LIVE
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.notifications.sweeping import Tally, sweep_rows, sweep_task
from portal.rulebook.queries import rules


def ended_grants() -> QuerySet[Grant]:
    """Live grants whose last day has passed."""
    return Grant.objects.filter(state__in=GRANT_LIVE, ends_on__lt=clock.today())


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


@sweep_task
def expire_grants() -> Tally:
    """Grants whose last day has passed are expired."""
    return sweep_rows(ended_grants(), lambda row: expire_grant(grant=row, by=SYSTEM))


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
