"""How much of its limits a grant's lines used, day by day (UTC): by what gateways reported, and by what they asked.

Where nothing was reported under a line, the questions that were permitted under it stand in for its requests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum
from django.db.models.functions import TruncDate
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from grants.models import AccessTally, GrantLine, LineDay
from grants.queries.reported import days_of
from portal.core import clock

DAYS = 30
"""Days that are shown, today included."""


@dataclass
class LineUse:
    """One line: questions permitted under it, and what was reported, day by day."""

    line: GrantLine
    by_day: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    reported: dict[date, LineDay] = field(default_factory=dict)

    @property
    def is_reported(self) -> bool:
        return bool(self.reported)

    @property
    def requests(self) -> dict[date, int]:
        """Requests by day: as reported, else the questions that were permitted."""
        return {day: row.requests for day, row in self.reported.items()} if self.reported else self.by_day

    @property
    def today(self) -> int:
        return self.requests.get(clock.today(), 0)

    @property
    def today_reported(self) -> LineDay | None:
        return self.reported.get(clock.today())

    @property
    def most(self) -> int:
        """The busiest day."""
        return max(self.requests.values(), default=0)


@dataclass(frozen=True)
class DayUse:
    """What was reported of all lines on one day."""

    day: date
    requests: int
    tokens: int
    seats: int
    denied: int


@dataclass(frozen=True)
class Use:
    """Lines with their use, and what was refused that was about the same releases. Days ascend."""

    days: Sequence[date]
    lines: Sequence[LineUse]
    refused: dict[date, int]
    reasons: Sequence[tuple[str, int]]

    @property
    def permitted(self) -> dict[date, int]:
        return {day: sum(line.by_day.get(day, 0) for line in self.lines) for day in self.days}

    @property
    def reported(self) -> list[DayUse]:
        """What was reported, the newest day first; days without any are left out."""
        found = []
        for day in reversed(self.days):
            rows = [line.reported[day] for line in self.lines if day in line.reported]
            if rows:
                found.append(
                    DayUse(
                        day,
                        sum(row.requests for row in rows),
                        sum(row.tokens for row in rows),
                        max(row.seats for row in rows),
                        sum(row.denied for row in rows),
                    )
                )
        return found

    @property
    def reported_chart(self) -> dict[str, Any]:
        """For `<c-chart>`: requests and denied attempts by day, as reported."""
        by_day = {row.day: row for row in self.reported}
        requests = [by_day[day].requests if day in by_day else 0 for day in self.days]
        denied = [by_day[day].denied if day in by_day else 0 for day in self.days]
        return {
            "kind": "stacked",
            "whole": True,
            "labels": [date_format(day, "j M") for day in self.days],
            "series": [
                {"name": _("Requests"), "values": requests, "tone": "green"},
                {"name": _("Denied attempts"), "values": denied, "tone": "red"},
            ],
        }

    @property
    def reported_finding(self) -> str:
        """The title of that chart."""
        requests = sum(row.requests for row in self.reported)
        text = _("Gateways reported %(requests)s requests in %(days)s days")
        return text % {"requests": f"{requests:,}", "days": len(self.days)}

    @property
    def any(self) -> bool:
        return any(self.permitted.values()) or any(self.refused.values())

    @property
    def chart(self) -> dict[str, Any]:
        """For `<c-chart>`: permitted and refused questions by day."""
        return {
            "kind": "stacked",
            "whole": True,
            "labels": [date_format(day, "j M") for day in self.days],
            "series": [
                {"name": _("Permitted"), "values": [self.permitted[day] for day in self.days], "tone": "green"},
                {"name": _("Refused"), "values": [self.refused.get(day, 0) for day in self.days], "tone": "red"},
            ],
        }

    @property
    def finding(self) -> str:
        """The chart's title."""
        permitted, refused = sum(self.permitted.values()), sum(self.refused.values())
        if not permitted and not refused:
            return _("No gateway asked in the last %(days)s days") % {"days": len(self.days)}
        text = _("Gateways asked %(all)s times in %(days)s days; %(permitted)s were permitted")
        return text % {"all": permitted + refused, "days": len(self.days), "permitted": permitted}


def use_of(institution_id: UUID, lines: Sequence[GrantLine]) -> Use:
    """Use of these lines in the last days. Three queries, by index: however much was ever reported.

    A refusal names no line: those are counted that were about a release and use of these lines.
    """
    today = clock.today()
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    counts = AccessTally.objects.filter(
        institution_id=institution_id, window__gte=clock.now() - timedelta(days=DAYS)
    ).annotate(day=TruncDate("window"))
    uses = {line.pk: LineUse(line) for line in lines}
    permitted = counts.filter(permitted=True, line_id__in=list(uses))
    for line_id, day, count in permitted.values_list("line_id", "day").annotate(n=Sum("count")).order_by():
        uses[line_id].by_day[day] += count
    for row in days_of(uses, days[0]):
        uses[row.line_id].reported[row.day] = row
    refused: dict[date, int] = defaultdict(int)
    reasons: dict[str, int] = defaultdict(int)
    about = Q(pk__in=[])
    for release_id, use_case in {(line.release_id, line.use_case) for line in lines}:
        about |= Q(release_id=release_id, use_case=use_case)
    rows = counts.filter(about, permitted=False).values_list("day", "reason_code").annotate(n=Sum("count")).order_by()
    for day, code, count in rows:
        refused[day] += count
        reasons[code] += count
    told = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return Use(days, list(uses.values()), dict(refused), told)
