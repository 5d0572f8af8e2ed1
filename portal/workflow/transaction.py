"""The transaction of a deed: what is kept for its end, which rows it has locked, what it remembers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, models, transaction
from django.utils.translation import gettext as _

from portal.core import observers
from portal.core.rows import read_locked
from portal.core.states import Move
from portal.core.verdicts import Conflict, refused
from portal.ledger import append as ledger
from portal.workflow.lifecycle import LifecycleModel

LOST_RACES = {"40001", "40P01", "55P03", "23505", "23P01"}
"""SQLSTATEs that say that someone else was first: serialisation failure, deadlock, lock not available; and unique and
exclusion violation, where two made the same thing and both had looked before.
"""
Write = Callable[[list[Any]], object]
P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class OpenDeed:
    """An open deed: what its end writes and tells."""

    pending: list[ledger.Deed] = field(default_factory=list)
    happened: list[observers.Happening] = field(default_factory=list)
    last: dict[Write, list[Any]] = field(default_factory=dict)
    remembered: dict[type[models.Model], dict[Any, Any]] = field(default_factory=dict)

    def mark(self) -> tuple[int, int, dict[Write, int]]:
        """How much there is to be written and told now."""
        return len(self.pending), len(self.happened), {write: len(rows) for write, rows in self.last.items()}

    def back_to(self, mark: tuple[int, int, dict[Write, int]]) -> None:
        """Forget what came after the mark."""
        del self.pending[mark[0] :]
        del self.happened[mark[1] :]
        for write, rows in self.last.items():
            del rows[mark[2].get(write, 0) :]
        self.remembered.clear()

    def did(self, subject: LifecycleModel, step: Move, before: str, entry: ledger.Deed) -> None:
        """Keep the entry for the record, and what happened for those who watch the noun."""
        self.pending.append(entry)
        noun = subject.TABLE.noun
        if observers.is_watched(noun):
            after = subject.state
            self.happened.append(observers.Happening(subject, noun, step.verb, before, after, entry.detail))

    def tell(self) -> None:
        """Tell observers what happened. They may do deeds of their own, of which others may be told again."""
        while self.happened:
            happened, self.happened = self.happened, []
            observers.tell(happened)

    def write(self) -> None:
        """Everything that was kept for the end. The record comes last: its head is locked for as short as possible."""
        self.tell()
        for write, rows in self.last.items():
            if rows:
                write(rows)
        ledger.append(self.pending)


_current: ContextVar[OpenDeed | None] = ContextVar("deed", default=None)
_as_one: ContextVar[bool] = ContextVar("as_one", default=False)
_page: ContextVar[dict[type[models.Model], dict[Any, Any]] | None] = ContextVar("page", default=None)
_fresh: ContextVar[dict[tuple[type[models.Model], Any], models.Model] | None] = ContextVar("fresh", default=None)
"""Of each row that the innermost deed has locked, the one object that holds what the database does."""


@contextmanager
def deed() -> Iterator[None]:
    """One deed: a transaction at whose end its entries are written. Deeds inside it join it.

    An inner deed that is refused leaves nothing of itself, and the outer one may go on.
    Raises Conflict where someone else's deed on the same rows was first.
    """
    outer = _current.get()
    if outer is not None:
        mark = outer.mark()
        try:
            with transaction.atomic(savepoint=not _as_one.get()), _nothing_fresh():
                yield
        except BaseException:
            outer.back_to(mark)
            raise
        return
    mine = OpenDeed()
    token = _current.set(mine)
    try:
        with transaction.atomic(durable=True), _nothing_fresh():
            yield
            mine.write()
    except (OperationalError, IntegrityError) as error:
        raise _lost_race(error) from error
    finally:
        _current.reset(token)


@contextmanager
def as_one() -> Iterator[None]:
    """Within the block the deeds inside a deed stand or fall with it: none may be refused and the outer one go on.

    It saves the two statements of a savepoint for each. Whoever goes on all the same is stopped by Django.
    """
    token = _as_one.set(True)
    try:
        yield
    finally:
        _as_one.reset(token)


def tell_observers() -> None:
    """Tell observers now of what the open deed did so far: what they do belongs to this moment, not to its end."""
    open_deed().tell()


def at_the_end(write: Write, rows: Iterable[Any]) -> None:
    """Have `write` called once at the end of the outermost deed, with these rows and all others given to it."""
    open_deed().last.setdefault(write, []).extend(rows)


@contextmanager
def _nothing_fresh() -> Iterator[None]:
    """A deed trusts no lock but its own, and its outer one none from before it: each may have changed the rows."""
    before = _fresh.get()
    token = _fresh.set({})
    try:
        yield
    finally:
        _fresh.reset(token)
        if before is not None:
            before.clear()


def _lost_race(error: OperationalError | IntegrityError) -> Exception:
    if getattr(error.__cause__, "sqlstate", "") not in LOST_RACES:
        return error
    return Conflict(
        refused(_("Someone else changed this at the same moment. Look at it again, then retry."), code="conflict")
    )


def as_deed(function: Callable[P, R]) -> Callable[P, R]:
    """Decorator: the whole function is one deed."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        with deed():
            return function(*args, **kwargs)

    return wrapped


def lock(subject: models.Model) -> None:
    """Lock the subject's row until the deed ends, and load what it holds now."""
    settled = {name: row for name, row in subject._state.fields_cache.items() if getattr(row, "SETTLED", False)}
    read_locked(subject)
    if isinstance(subject, LifecycleModel):
        subject._stored_state = subject.__dict__.get("state")
    for name, row in settled.items():
        if getattr(subject, f"{name}_id", None) == row.pk:
            subject._state.fields_cache[name] = row
    if (fresh := _fresh.get()) is not None:
        fresh[(type(subject), subject.pk)] = subject


def is_fresh(subject: models.Model) -> bool:
    """Whether this object was locked by this very deed, so that it need not be read again."""
    return (_fresh.get() or {}).get((type(subject), subject.pk)) is subject


def remember(model: type[models.Model], key: Any, make: Callable[[], R]) -> R:
    """What `make` reads from the model's rows, read once in a deed, until a deed changes one of them.

    For what many deeds ask and hardly ever changes, such as the rules in force. Within `one_page` it is read once too;
    outside both nothing is kept.
    """
    mine = _current.get()
    memory = _page.get() if mine is None else mine.remembered
    if memory is None:
        return make()
    kept = memory.setdefault(model, {})
    if key not in kept:
        kept[key] = make()
    found: R = kept[key]
    return found


@contextmanager
def one_page() -> Iterator[None]:
    """A page is shown in this block, and says the same from its head to its foot: what it remembers is read once."""
    before = _page.set({})
    try:
        yield
    finally:
        _page.reset(before)


def require_deed() -> None:
    """Raise TypeError outside a deed. For what must stand or fall with one, such as a notice."""
    open_deed()


def open_deed() -> OpenDeed:
    mine = _current.get()
    if mine is None:
        raise TypeError("Call this inside `with deed():`, so that the change and its record are one transaction.")
    return mine
