"""May this happen? The one decision on access, as a pure function over facts.

Access is a conjunction, evaluated at use: partner qualified and not held, the person named, cleared and not held where
the question is about one, release out, environment accredited and not held, a line that covers all of it, its grant in
force with the agreement accepted, the provider's consent standing, within dates and limits, for that person, and no
hold on grant or line. A hold stops from the moment it is placed, confirmed or not. Whatever is not known is a no.

The conjuncts are two tables (rules.conjuncts). `judge` stops at the first that fails; `explain` goes through them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from grants.rules.conjuncts import CONJUNCTS, LINE_CONJUNCTS, NEAREST_FIRST, Conjunct, Stop
from grants.rules.facts import Facts, Held, LineFacts, PersonFacts, Question
from partners.rules.person import clearance
from portal.core.verdicts import Text

__all__ = ["Decision", "Facts", "Held", "LineFacts", "PersonFacts", "Question", "Step", "Stop", "explain", "judge"]


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. `code` is stable; `reason` a sentence for a person; `changes_on` when the answer could be another.

    `obligations` are safeguards that whoever lets the use happen has to apply (rulebook: scope.safeguards).
    """

    permitted: bool
    code: str = "permitted"
    reason: str = ""
    changes_on: date | datetime | None = None
    line: LineFacts | None = None
    obligations: tuple[str, ...] = ()
    hold: Held | None = None
    institution_id: UUID | None = None
    release_id: UUID | None = None


def judge(question: Question, facts: Facts) -> Decision:
    """The answer to the question on these facts: permit by the first line that nothing stops, or the first stop."""
    for conjunct in CONJUNCTS:
        stop = conjunct.check(question, facts)
        if stop is not None:
            return _deny(facts, stop)
    nearest: Stop | None = None
    for line in facts.lines:
        stop = next(_on_line(question, line), None)
        if stop is None:
            return _permit(question, facts, line)
        if nearest is None or NEAREST_FIRST.index(stop.code) < NEAREST_FIRST.index(nearest.code):
            nearest = stop
    assert nearest is not None  # the last conjunct before lines is that there is one
    return _deny(facts, nearest)


def _on_line(question: Question, line: LineFacts) -> Iterator[Stop]:
    for conjunct in LINE_CONJUNCTS:
        stop = conjunct.check(question, line)
        if stop is not None:
            yield stop


def _deny(facts: Facts, stop: Stop) -> Decision:
    return Decision(
        False, stop.code, stop.reason, stop.changes_on, hold=stop.hold, institution_id=facts.institution_id,
        release_id=facts.release_id,
    )  # fmt: skip


def _permit(question: Question, facts: Facts, line: LineFacts) -> Decision:
    """A permit, and the last day on which nothing that ends by itself has ended."""
    cleared = clearance(facts.person, facts.person.texts, question.today).until if facts.person else None
    consented = line.consent_ends - timedelta(days=1) if line.consent_ends else None
    ends = [day for day in (line.ends_on, consented, facts.accredited_until, cleared) if day is not None]
    return Decision(
        True, line=line, obligations=line.obligations, changes_on=min(ends), institution_id=facts.institution_id,
        release_id=facts.release_id,
    )  # fmt: skip


# --- why ------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Step:
    """One conjunct and what came of it. `decides`: it is what the gateway is told."""

    key: str
    label: Text
    outcome: Literal["passed", "failed", "not_looked_at"]
    stop: Stop | None = None
    decides: bool = False


def explain(question: Question, facts: Facts) -> list[Step]:
    """Every conjunct in the order in which it is looked at, also those after the one that decides.

    A conjunct is not looked at where what it is about does not exist: no release, no environment, no line. On a line
    they are those of the line that is nearest to a permit.
    """
    decision = judge(question, facts)
    steps = [_step(conjunct, question, facts) for conjunct in CONJUNCTS]
    line = _telling(question, facts.lines, decision)
    for conjunct in LINE_CONJUNCTS:
        if line is None:
            steps.append(Step(conjunct.key, conjunct.label, "not_looked_at"))
        else:
            stop = conjunct.check(question, line)
            steps.append(Step(conjunct.key, conjunct.label, "failed" if stop else "passed", stop))
    first = next((number for number, step in enumerate(steps) if step.stop), None)
    return [replace(step, decides=number == first) for number, step in enumerate(steps)]


def _step(conjunct: Conjunct, question: Question, facts: Facts) -> Step:
    if conjunct.needs is not bool and not conjunct.needs(facts):
        return Step(conjunct.key, conjunct.label, "not_looked_at")
    stop = conjunct.check(question, facts)
    return Step(conjunct.key, conjunct.label, "failed" if stop else "passed", stop)


def _telling(question: Question, lines: Sequence[LineFacts], decision: Decision) -> LineFacts | None:
    """The line that the steps are told of: the one that permits, else the one that is nearest to it."""
    if decision.line is not None:
        return decision.line

    def distance(line: LineFacts) -> int:
        stop = next(_on_line(question, line), None)
        return NEAREST_FIRST.index(stop.code) if stop else -1

    return min(lines, key=distance, default=None)
