"""Lifecycles as tables: states, the moves between them, who may make each, and the guard that may refuse.

A move that is not in a table does not exist. The triggers in the database, docs/states.md and the
permission matrix in it are all made from these tables.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Text, Verdict, refused

Guard = Callable[[Any, Actor], Verdict]


def _unguarded(_subject: Any, _actor: Actor) -> Verdict:
    return ALLOWED


@dataclass(frozen=True)
class State:
    """One state. `meaning` is a sentence for the documentation and the page's tooltip."""

    slug: str
    label: Text
    meaning: str
    final: bool = False


@dataclass(frozen=True)
class Move:
    """One deed on a noun.

    `sources` empty: the deed creates the object in `target`. `target` None: the state stays as it is
    (a deed that is recorded and restricted to some states and roles, such as assigning a reviewer).
    `who` are role slugs; "system" is the portal's own sweeps. `says` is the timeline's sentence.
    """

    verb: str
    sources: tuple[str, ...]
    target: str | None
    who: frozenset[str]
    label: Text
    says: Text
    guard: Guard = field(default=_unguarded, compare=False)


@dataclass(frozen=True)
class StateTable:
    """The lifecycle of one noun. `noun` is the slug in the ledger's verbs: `application.submit`."""

    noun: str
    title: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]

    def __post_init__(self) -> None:
        slugs = [state.slug for state in self.states]
        verbs = [move.verb for move in self.moves]
        if len(set(slugs)) != len(slugs) or len(set(verbs)) != len(verbs):
            raise ValueError(f"{self.noun}: a state or a verb is listed twice")
        for move in self.moves:
            named = {*move.sources, *([move.target] if move.target else [])}
            if unknown := named.difference(slugs):
                raise ValueError(f"{self.noun}.{move.verb} names unknown states: {sorted(unknown)}")
            if not move.sources and not move.target:
                raise ValueError(f"{self.noun}.{move.verb} creates nothing and starts nowhere")
            if not move.who:
                raise ValueError(f"{self.noun}.{move.verb}: nobody may do it")

    def state(self, slug: str) -> State:
        return next(state for state in self.states if state.slug == slug)

    def move(self, verb: str) -> Move:
        """The move of that verb; KeyError where the table has none."""
        for move in self.moves:
            if move.verb == verb:
                return move
        raise KeyError(f"{self.noun} has no deed {verb!r}")

    @property
    def choices(self) -> list[tuple[str, Text]]:
        return [(state.slug, state.label) for state in self.states]

    @property
    def initial(self) -> frozenset[str]:
        """States in which an object may be created."""
        return frozenset(move.target for move in self.moves if not move.sources and move.target)

    @property
    def open_states(self) -> tuple[str, ...]:
        return tuple(state.slug for state in self.states if not state.final)

    @property
    def transitions(self) -> list[tuple[str, str]]:
        """Every (from, to) that changes the state, once each, in the order of the table."""
        pairs = ((source, move.target) for move in self.moves if move.target for source in move.sources)
        return list(dict.fromkeys((a, b) for a, b in pairs if a != b))

    def verdict(self, verb: str, subject: Any, actor: Actor) -> Verdict:
        """Whether the actor may do the deed on the subject in its present state: role, state, then the guard."""
        move = self.move(verb)
        rule = f"{self.noun}.{verb}"
        if actor.roles.isdisjoint(move.who):
            return refused(self._not_yours(move, actor), code="wrong_role", rule=rule)
        if move.sources and subject.state not in move.sources:
            return refused(
                f"This is not possible while the {self.title.lower()} is “{self.state(subject.state).label}”.",
                code="wrong_state",
                rule=rule,
            )
        return move.guard(subject, actor)

    def _not_yours(self, move: Move, actor: Actor) -> str:
        if not actor.dormant.isdisjoint(move.who):
            return "Set up a second factor first: your role needs one for this."
        return f"Only these roles may do this: {', '.join(sorted(role.replace('_', ' ') for role in move.who))}."

    def available(self, subject: Any, actor: Actor, among: Container[str] | None = None) -> list[tuple[Move, Verdict]]:
        """For pages: the moves from the present state that the actor's roles include, each with its verdict.

        `among` are the verbs that the page has room for: guards of others are not asked, for some ask much.
        """
        return [
            (move, self.verdict(move.verb, subject, actor))
            for move in self.moves
            if subject.state in move.sources
            and not actor.roles.isdisjoint(move.who)
            and (among is None or move.verb in among)
        ]


def roles(*slugs: str) -> frozenset[str]:
    """Role slugs as a set, for the `who` of a move."""
    return frozenset(slugs)


def mermaid(table: StateTable) -> str:
    """The table as a Mermaid state diagram, for docs/states.md."""
    lines = ["stateDiagram-v2"]
    lines += [f"    [*] --> {move.target}: {move.verb}" for move in table.moves if not move.sources]
    for source, target in table.transitions:
        verbs = _verbs(table.moves, source, target)
        lines.append(f"    {source} --> {target}: {verbs}")
    lines += [f"    {state.slug} --> [*]" for state in table.states if state.final]
    return "\n".join(lines)


def _verbs(moves: Sequence[Move], source: str, target: str) -> str:
    names: Iterable[str] = (move.verb for move in moves if source in move.sources and move.target == target)
    return ", ".join(names)
