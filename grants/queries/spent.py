"""How much gateways asked on an institution's behalf, day by day (UTC), from the counts of their answers."""

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

from grants.models import AccessTally, GrantLine
from portal.core import clock

DAYS = 30
"""Days that are shown, today included."""


@dataclass
class LineUse:
    """One line: questions permitted under it, day by day."""

    line: GrantLine
    by_day: dict[date, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def today(self) -> int:
        return self.by_day.get(clock.today(), 0)

    @property
    def most(self) -> int:
        """The busiest day."""
        return max(self.by_day.values(), default=0)


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
    """Use of these lines in the last days. Two queries.

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
