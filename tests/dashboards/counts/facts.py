"""What there is and what happened, read once from the rows and the record; views of it are taken without a query."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from grants.models import Delivery, GrantLine, Release
from grants.queries.effective import as_in_force
from partners.models import Institution, Qualification
from partners.models.qualification import LIVE
from portal.accounts.models import Organisation
from portal.core import clock
from portal.dashboards.filters import Narrowed
from tests.dashboards.rollup.naive import Item, standing_now
from tests.dashboards.rollup.naive_happened import Happening, Sight


@dataclass(frozen=True)
class Running:
    """A line of a grant in force, by its first and last day; it may be one that is still to begin."""

    line: GrantLine

    def is_on(self, day: date) -> bool:
        return bool(self.line.starts_on <= day <= self.line.ends_on)


class Facts:
    """All of it at this moment. Items are what stands now; happenings have the moment, and the tier of then."""

    def __init__(self) -> None:
        self.today = clock.today()
        self.items = standing_now()
        sight = Sight()
        self._tier_then = sight._tier
        self._happenings: dict[str, list[tuple[Happening, str]]] = {}
        for one in (*sight.happenings, *acknowledged()):
            self._happenings.setdefault(one.measure, []).append((one, self._tier_then(one)))
        self.countries = {
            row.pk: row.organisation.jurisdiction for row in Institution.objects.select_related("organisation")
        }
        self.live = {
            row.institution_id: row for row in Qualification.objects.filter(state__in=LIVE, valid_until__gte=self.today)
        }

    @cached_property
    def names(self) -> dict[str, str]:
        """Organisations by id."""
        return {str(row.pk): row.name for row in Organisation.objects.all()}

    @cached_property
    def releases(self) -> dict[str, str]:
        return {str(row.pk): f"{row.model.name} {row.version}" for row in Release.objects.select_related("model")}

    @cached_property
    def running(self) -> list[Running]:
        rows = GrantLine.objects.filter(grant__state="in_force", surrender=None)
        return [Running(line) for line in as_in_force(rows)]

    def is_left(self, asked: Narrowed, institution: UUID, tier: str, narrow: Iterable[str]) -> bool:
        """Whether the filters leave what is this partner's, of this tier, about these providers and releases."""
        ids = set(narrow)
        return (
            asked.jurisdiction in ("", self.countries[institution])
            and asked.tier in ("", tier)
            and (not asked.provider or asked.provider in ids)
            and (not asked.release or asked.release in ids)
        )

    def tier(self, institution: UUID) -> str:
        """The partner's tier today; "" without a qualification."""
        row = self.live.get(institution)
        return row.tier if row else ""

    def standing(self, asked: Narrowed, measure: str) -> Counter[tuple[str, str]]:
        return Counter(
            (item.group, item.column)
            for item in self.items
            if item.measure == measure and self._item_is_left(asked, item)
        )

    def _item_is_left(self, asked: Narrowed, item: Item) -> bool:
        return self.is_left(asked, item.institution_id, self.tier(item.institution_id), item.narrow)

    def happened(self, asked: Narrowed, measure: str) -> Iterator[Happening]:
        for one, tier in self._happenings.get(measure, ()):
            within = asked.since <= one.at.date() <= asked.until
            if within and self.is_left(asked, one.institution_id, tier, one.narrow):
                yield one


def acknowledged() -> Iterator[Happening]:
    """Signals of holds that a provider's machine acknowledged, each stream by itself."""
    rows = Delivery.objects.exclude(acknowledged_at=None).exclude(signal__hold=None)
    for row in rows.filter(signal__event="account-disabled").select_related("signal__hold"):
        at, hold = row.acknowledged_at, row.signal.hold
        assert at is not None
        took = at - row.signal.happened_at
        whom = frozenset({str(row.signal.provider_id)})
        seconds = max(0, int(took.total_seconds() // 1))
        yield Happening("holds_acknowledged", at, "", "", hold.institution_id, whom, seconds)


def within(share: float, times: list[int]) -> int:
    """The least of the times within which at least that share of them was done."""
    ordered = sorted(times)
    return next(value for value in ordered if bisect_right(ordered, value) >= share * len(ordered))
