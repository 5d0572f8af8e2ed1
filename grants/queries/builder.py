"""The scope builder: every combination of what was chosen, and what the rulebook says about each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from grants.models import Environment, GrantRequest, Release, RequestLine
from grants.queries.statement import safeguards_of
from grants.rules.builder import fits
from grants.rules.request import line_possible
from portal.core import clock
from portal.core.verdicts import ALLOWED, Verdict
from portal.rulebook import scope
from portal.rulebook.schema import Rulebook, Term


@dataclass(frozen=True)
class Chosen:
    """What the matrix is made of."""

    releases: Sequence[Release] = ()
    use_cases: Sequence[Term] = ()
    environments: Sequence[Environment] = ()
    data_classes: Sequence[Term] = ()
    route: str = ""

    @property
    def fits(self) -> Verdict:
        return fits([len(part) for part in (self.releases, self.use_cases, self.environments, self.data_classes)])

    @property
    def missing(self) -> bool:
        """Whether something of the four is not chosen yet."""
        return not (self.releases and self.use_cases and self.environments and self.data_classes and self.route)

    def combinations(self) -> Iterator[tuple[Release, Environment, Term, Term]]:
        for release in self.releases:
            for environment in self.environments:
                for use_case in self.use_cases:
                    for data_class in self.data_classes:
                        yield release, environment, use_case, data_class


def key_of(release: Release, environment: Environment, use_case: Term, data_class: Term) -> str:
    """The value of a cell's box."""
    return f"{release.pk}:{environment.pk}:{use_case.key}:{data_class.key}"


@dataclass(frozen=True)
class Cell:
    """One combination: possible, or not and why (`note` is the number of the reason), or a line of the request."""

    key: str
    data_class: Term
    words: str
    verdict: Verdict = ALLOWED
    note: int = 0
    line: int | None = None
    ticked: bool = False
    error: str = ""

    @property
    def anchor(self) -> str:
        """Its name in addresses and for style sheets."""
        return self.key.replace(":", "-")

    @property
    def open(self) -> bool:
        """Whether it can be ticked."""
        return bool(self.verdict) and self.line is None


@dataclass(frozen=True)
class Block:
    """The part of the matrix that is about one release in one environment: use cases by data classes."""

    release: Release
    environment: Environment
    rows: list[tuple[Term, list[Cell]]] = field(default_factory=list)


@dataclass(frozen=True)
class ScopeMatrix:
    """The whole matrix. `reasons` are (number, sentence, rule), each told once."""

    blocks: list[Block]
    data_classes: Sequence[Term]
    reasons: list[tuple[int, str, str]]

    @property
    def cells(self) -> list[Cell]:
        return [cell for block in self.blocks for _term, cells in block.rows for cell in cells]

    @property
    def possible(self) -> int:
        return sum(cell.open for cell in self.cells)


def defaults(request: GrantRequest, book: Rulebook) -> dict[str, Any]:
    """Limits and dates of a line where nothing else is typed: the most of the tier (rulebook: scope.limits)."""
    most = scope.limits(book, request.risk_tier)
    today = clock.today()
    return {
        "requests_per_day": most.requests_per_day,
        "tokens_per_day": most.tokens_per_day,
        "seats": most.seats,
        "starts_on": today,
        "ends_on": today + timedelta(days=most.max_days - 1),
    }


def scope_matrix(
    request: GrantRequest,
    book: Rulebook,
    chosen: Chosen,
    *,
    ticked: Collection[str] = (),
    errors: Mapping[str, str] | None = None,
) -> ScopeMatrix:
    """The matrix of what was chosen, which fits. Two queries, however large it is."""
    terms, problems = defaults(request, book), errors or {}
    there = {line.covers: line.number for line in RequestLine.objects.filter(request=request)}
    safeguards = safeguards_of({environment.pk for environment in chosen.environments})
    reasons: dict[tuple[str, str], int] = {}
    blocks: dict[tuple[Any, Any], Block] = {}
    rows: dict[tuple[Any, Any, str], list[Cell]] = {}
    for release, environment, use_case, data_class in chosen.combinations():
        line = RequestLine(
            release=release, environment=environment, use_case=use_case.key, data_class=data_class.key,
            access_route=chosen.route, **terms,
        )  # fmt: skip
        verdict = line_possible(
            book, line, risk_tier=request.risk_tier, kind=request.institution.kind,
            safeguards=safeguards.get(environment.pk, frozenset()),
        )  # fmt: skip
        note = 0 if verdict else reasons.setdefault((str(verdict.reason), verdict.rule), len(reasons) + 1)
        key = key_of(release, environment, use_case, data_class)
        place = (release.pk, environment.pk)
        if place not in blocks:
            blocks[place] = Block(release, environment)
        if (*place, use_case.key) not in rows:
            rows[*place, use_case.key] = []
            blocks[place].rows.append((use_case, rows[*place, use_case.key]))
        rows[*place, use_case.key].append(
            Cell(
                key=key,
                data_class=data_class,
                words=f"{release}, {environment}, {use_case.label}, {data_class.label}",
                verdict=verdict,
                note=note,
                line=there.get(line.covers),
                ticked=key in ticked,
                error=problems.get(key, ""),
            )
        )
    told = [(number, reason, rule) for (reason, rule), number in reasons.items()]
    return ScopeMatrix(list(blocks.values()), chosen.data_classes, told)
