"""The clocks of cases: as they run now, and as the record tells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, FilteredRelation, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models import Application, ClockStretch, Query
from partners.queries.rulebook import rules_of
from partners.rules.clock import Happened, Pen, Turn, pen_of, turns
from partners.states.application import IN_HAND
from portal.accounts.models import Organisation
from portal.core import clock
from portal.ledger.models import Entry
from portal.rulebook.durations import working_days_between
from portal.rulebook.schema.decisions import Clock
from portal.ui.templatetags.ui import short_day


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock shows: working days used of the stage's limit. `due_on` is None while it stands still."""

    stage: str
    used: int
    limit: int
    running: bool
    since: date
    due_on: date | None

    @property
    def label(self) -> str:
        return str(ClockStretch.Stage(self.stage).label)

    @property
    def late(self) -> int:
        """Working days past the limit, while it runs."""
        return max(0, self.used - self.limit) if self.running else 0

    @property
    def words(self) -> str:
        """“6 of 10 working days”."""
        return _("%(used)s of %(limit)s working days") % {"used": self.used, "limit": self.limit}

    @property
    def note(self) -> str:
        """What stands beside it: until when it is due, how late it is, or why it stands still."""
        if not self.running:
            return _("stopped since %(day)s, the institution has the pen") % {"day": short_day(self.since)}
        if self.late:
            return ngettext("%(n)s day late", "%(n)s days late", self.late) % {"n": self.late}
        return _("due %(day)s") % {"day": short_day(self.due_on)} if self.due_on else ""


def reading_of(stretch: ClockStretch | None, country: str) -> Reading | None:
    """The clock of a case by its open stretch. No query."""
    if stretch is None:
        return None
    running = stretch.holder == "authority"
    began = stretch.began_at.date()
    more = working_days_between(began, clock.today(), country) if running else 0
    return Reading(stretch.stage, stretch.used + more, stretch.limit, running, began, stretch.due_on)


def with_clocks(rows: QuerySet[Application]) -> QuerySet[Application]:
    """The rows with the country of their authority, and their open stretch in `running_stretches`: one query more."""
    running = Prefetch("stretches", ClockStretch.objects.filter(ended_at__isnull=True), to_attr="running_stretches")
    authority = Organisation.objects.filter(pk=OuterRef("authority"))
    return rows.annotate(country=Subquery(authority.values("jurisdiction"))).prefetch_related(running)


def country_of(application: Application) -> str:
    """The country of the authority, whose holidays count. No query where it was fetched with the case."""
    return str(application.__dict__.get("country") or application.authority.jurisdiction)


def running() -> FilteredRelation:
    """For `annotate(running=running())` and `select_related("running")`: the open stretch, in the case's own query.

    Made anew for each query: Django writes the query's own names into it.
    """
    return FilteredRelation("stretches", condition=Q(stretches__ended_at__isnull=True))


def clock_of(application: Application) -> Reading | None:
    """The clock of one case. One query, none where it was fetched with the case (`running`, `with_clocks`)."""
    if "running" in application.__dict__:
        return reading_of(application.__dict__["running"], country_of(application))
    kept = getattr(application, "running_stretches", None)
    rows = kept if kept is not None else application.stretches.filter(ended_at__isnull=True)[:1]
    return reading_of(next(iter(rows), None), country_of(application))


def rule_of_stage(application: Application, stage: str) -> Clock:
    """The rulebook's clock of a stage, by the version that the application is judged by."""
    return next(item for item in rules_of(application).clocks if item.key == stage)


def pen_now(application: Application) -> Pen | None:
    """Who holds the pen by the rows of today. One query while signatures are awaited."""
    asked = application.state == "awaiting_signatures" and _open_questions(application).exists()
    return pen_of(application.state, questions_open=asked)


def _open_questions(application: Application) -> QuerySet[Query]:
    return Query.objects.filter(application=application, state="open")


def recorded_turns(application: Application) -> list[Turn]:
    """The stretches of a case as the record of its moves, and of its questions', tells them. Two queries."""
    questions = list(Query.objects.filter(application=application).values_list("pk", flat=True))
    rows = Entry.objects.filter(object_id__in=[application.pk, *questions]).order_by("seq")
    wanted = rows.filter(object_type__in=["application", "query"])
    return list(turns(Happened(*row) for row in wanted.values_list("time", "object_type", "object_id", "state")))


# --- what is due ----------------------------------------------------------------------------------
def stretches_to_chase() -> QuerySet[ClockStretch]:
    """Cases in which a reminder to whoever holds the pen is due and was not sent."""
    rows = ClockStretch.objects.filter(ended_at__isnull=True, chase_on__lte=clock.today())
    return rows.select_related("application__institution__organisation", "application__authority")


def questions_to_chase() -> QuerySet[Query]:
    """Open questions of which a reminder is due and was not sent."""
    rows = Query.objects.filter(state="open", chase_on__lte=clock.today())
    return rows.select_related("application__institution__organisation", "application__authority", "asked_by")


def cases_without_clock() -> QuerySet[Application]:
    """Cases in hand of which no stretch is open, such as those from before there were any."""
    running = ClockStretch.objects.filter(application=OuterRef("pk"), ended_at__isnull=True)
    rows = Application.objects.filter(~Exists(running), state__in=IN_HAND, submitted_at__isnull=False)
    return rows.select_related("authority")


# --- filters of the queue -------------------------------------------------------------------------
TIMES: Sequence[tuple[str, str]] = ("late", "week", "in_time", "stopped")  # type: ignore[assignment]


def in_time(rows: QuerySet[Application], which: str) -> QuerySet[Application]:
    """Cases that are late, due this week (to Sunday), due later, or whose clock stands still."""
    today = clock.today()
    sunday = date.fromordinal(today.toordinal() + 6 - today.weekday())
    wanted = {
        "late": Q(due_on__lt=today),
        "week": Q(due_on__gte=today, due_on__lte=sunday),
        "in_time": Q(due_on__gt=sunday),
        "stopped": Q(due_on__isnull=True, state__in=IN_HAND),
    }
    return rows.filter(wanted[which]) if which in wanted else rows


BY_DUE = (F("due_on").asc(nulls_last=True), "-submitted_at", "-pk")
"""What is due first stands first; what is decided or stands still comes last, the newest first."""
