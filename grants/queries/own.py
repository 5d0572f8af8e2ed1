"""What an institution was granted: its lines with their state, and the same drawn as a matrix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.models import ConsentWithdrawal, GrantLine, Hold, Release
from grants.queries.effective import LIVE_WITHDRAWALS, as_in_force
from grants.queries.shown import GrantedLine, granted_lines
from grants.states import HOLD_STOPS
from portal.core.verdicts import Text
from portal.rulebook.schema import Rulebook

MOST = 600
"""Lines that the matrix draws at most, the newest first; beyond that the list of lines is the way."""
STATES: dict[str, tuple[Text, str]] = {
    "in_force": (gettext_lazy("In force"), "green"),
    "not_started": (gettext_lazy("Begins later"), "blue"),
    "awaiting": (gettext_lazy("Agreement not accepted"), "amber"),
    "held": (gettext_lazy("On hold"), "red"),
    "ended": (gettext_lazy("Ended"), "neutral"),
    "given_back": (gettext_lazy("Given back"), "neutral"),
    "withdrawn": (gettext_lazy("Consent withdrawn"), "neutral"),
}
"""State of one line → what pages call it, and its tone."""
OVER = ("ended", "given_back", "withdrawn")


def own_lines(institution_id: UUID | None) -> QuerySet[GrantLine]:
    """Every line of the institution but those of grants that a later one replaced, with what stops each (`is_held`)."""
    stops = Hold.objects.filter(state__in=HOLD_STOPS)
    held = (
        Exists(stops.filter(partner=OuterRef("institution_id")))
        | Exists(stops.filter(grant=OuterRef("grant_id")))
        | Exists(stops.filter(line=OuterRef("pk")))
        | Exists(stops.filter(environment=OuterRef("environment_id")))
    )
    withdrawn = ConsentWithdrawal.objects.filter(line=OuterRef("pk"), state__in=LIVE_WITHDRAWALS)
    rows = GrantLine.objects.filter(institution_id=institution_id).exclude(grant__state="superseded")
    rows = rows.select_related(
        "grant", "release__model", "release__provider", "environment", "institution__organisation", "provider",
        "surrender",
    )  # fmt: skip
    return rows.annotate(is_held=held, is_withdrawn=Exists(withdrawn))


def state_of(line: GrantLine, today: date) -> str:
    """The key of STATES for a line of `own_lines`. A withdrawal counts from its day on, as at the gate."""
    if hasattr(line, "surrender"):
        return "given_back"
    withdrawal = getattr(line, "held_withdrawal", None)
    if withdrawal is not None and withdrawal.effective_on <= today:
        return "withdrawn"
    if line.grant.state not in ("in_force", "awaiting_agreement") or line.ends_on < today:
        return "ended"
    if line.grant.state == "awaiting_agreement":
        return "awaiting"
    if line.is_held:  # type: ignore[attr-defined]
        return "held"
    return "not_started" if line.starts_on > today else "in_force"


@dataclass(frozen=True)
class Entry:
    """One line in a cell."""

    item: GrantedLine
    state: str

    @property
    def label(self) -> str:
        return str(STATES[self.state][0])

    @property
    def tone(self) -> str:
        return STATES[self.state][1]

    @property
    def conditions(self) -> int:
        """How many conditions there are to meet, obligations at the gateway included."""
        line = self.item.line
        return len(line.conditions) + len(line.provider_conditions) + len(line.obligations)


@dataclass
class ScopeRow:
    """One use in one environment; `cells` are (release, lines) in the order of the columns."""

    use_case: str
    environment: str
    cells: list[tuple[Release, list[Entry]]] = field(default_factory=list)


@dataclass(frozen=True)
class ScopeTable:
    """What is granted: rows are uses in places, columns are releases."""

    releases: Sequence[Release]
    rows: Sequence[ScopeRow]
    entries: Sequence[Entry]

    def count(self, *states: str) -> int:
        return sum(entry.state in states for entry in self.entries)

    @property
    def in_force(self) -> int:
        return self.count("in_force")

    @property
    def held(self) -> int:
        return self.count("held")

    @property
    def title(self) -> str:
        """The finding, for the head of the matrix."""
        if not self.in_force and not self.held:
            return _("No line is in force")
        if not self.held:
            return _("Lines in force: %(count)s") % {"count": self.in_force}
        return _("Lines in force: %(count)s; on hold: %(held)s") % {"count": self.in_force, "held": self.held}


def scope_table(institution_id: UUID | None, book: Rulebook, today: date) -> ScopeTable | None:
    """The matrix of an institution, None where nothing was ever granted. Four queries.

    Where a cell has a line that has not ended, those that have are left to the list.
    """
    lines = as_in_force(own_lines(institution_id).order_by("-id")[:MOST])
    if not lines:
        return None
    entries = [Entry(item, state_of(item.line, today)) for item in granted_lines(lines, book, today)]
    releases = sorted({entry.item.line.release for entry in entries}, key=str)
    order = {term.key: place for place, term in enumerate(book.scope.use_cases)}
    cells: dict[tuple[int, str, str, str], dict[UUID, list[Entry]]] = {}
    for entry in entries:
        line = entry.item.line
        key = (
            order.get(line.use_case, len(order)),
            entry.item.use_case,
            line.environment.name,
            str(line.environment_id),
        )
        cells.setdefault(key, {}).setdefault(line.release_id, []).append(entry)
    rows = [
        ScopeRow(key[1], key[2], [(release, _visible(found.get(release.pk, ()))) for release in releases])
        for key, found in sorted(cells.items(), key=lambda item: item[0])
    ]
    return ScopeTable(releases, rows, entries)


def _visible(entries: Iterable[Entry]) -> list[Entry]:
    found = list(entries)
    live = [entry for entry in found if entry.state not in OVER]
    return live or found[:1]
