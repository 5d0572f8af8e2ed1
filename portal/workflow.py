"""Deeds: the one way in which anything with a lifecycle changes.

A deed is a function in an app's `actions`, keyword-only, with `by=`. Inside `with deed():` it calls
`create`, `move` or `record`; each locks the row, asks the state table (role, state, guard), writes the
row and queues the ledger entry. Entries are written last, just before the commit, so that the head of
the record is locked for as short as possible and never while waiting for another lock.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, ParamSpec, Self, TypeVar
from uuid import UUID

import pgtrigger
from django.db import IntegrityError, OperationalError, models, transaction
from django.utils.translation import gettext as _

from portal.core import clock, observers
from portal.core.actors import Actor
from portal.core.append_only import append_only, forbid_truncate
from portal.core.bulk import insert, update
from portal.core.ids import new_id
from portal.core.rows import read_locked, write_changes
from portal.core.states import Move, StateTable
from portal.core.verdicts import Conflict, Verdict, refused, require
from portal.ledger import append as ledger
from portal.ledger.models import Tier

__all__ = [
    "LifecycleModel",
    "Record",
    "append_only",
    "as_one",
    "at_the_end",
    "can",
    "create",
    "create_all",
    "deed",
    "lifecycle_triggers",
    "move",
    "one_page",
    "record",
    "record_all",
    "remember",
    "require_deed",
]

RETENTION_DAYS = 3653
"""How long an event is kept when its deed names no other time (rulebook: retention.events, ten years)."""
LOST_RACES = {"40001", "40P01", "55P03", "23505", "23P01"}
"""SQLSTATEs that say that someone else was first: serialisation failure, deadlock, lock not available; and unique and
exclusion violation, where two made the same thing and both had looked before.
"""


class Record(models.Model):
    """Base of all domain models: an opaque, time-ordered id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class StateIsNotYours(TypeError):
    """Code tried to change a state without a move. There is no way round the table."""


class LifecycleQuerySet(models.QuerySet[Any]):
    """Refuses to write states in bulk."""

    def update(self, **values: Any) -> int:
        if "state" in values:
            raise StateIsNotYours("A state is changed by portal.workflow.move(), never by update().")
        return super().update(**values)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        raise StateIsNotYours("An object with a lifecycle is made by portal.workflow.create(), one deed each.")

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        if "state" in (names := list(fields)):
            raise StateIsNotYours("A state is changed by portal.workflow.move(), never by bulk_update().")
        return super().bulk_update(objs, names, *args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise StateIsNotYours("An object with a lifecycle is never deleted; its table has a state for it.")


class LifecycleModel(Record):
    """A model whose `state` follows its `TABLE`. Saving with a state that the deed did not set is refused."""

    TABLE: ClassVar[StateTable]
    SETTLED: ClassVar[bool] = False
    """Whether what others read of it (its name, its kind) hardly changes and decides no race: an object at hand is kept
    when a row that points to it is locked, and not read again.
    """

    state = models.CharField(max_length=40, editable=False)

    _stored_state: str | None = None
    """The state in the database, as far as this object knows."""
    _moving: bool = False
    """Whether a deed is saving the object just now."""

    objects = LifecycleQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.__dict__.get("state") != self._stored_state and not self._moving:
            raise StateIsNotYours(f"{type(self).__name__}.state is changed by portal.workflow, never by save().")
        super().save(*args, **kwargs)

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **more: Any) -> Self:
        instance = super().from_db(db, field_names, values, **more)
        instance._stored_state = instance.__dict__.get("state")
        return instance

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        self._stored_state = self.__dict__.get("state")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise StateIsNotYours("An object with a lifecycle is never deleted; its table has a state for it.")

    @property
    def state_label(self) -> str:
        return str(self.TABLE.state(self.state).label)


def _quoted(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def lifecycle_triggers(table: StateTable) -> list[pgtrigger.Trigger]:
    """The table, enforced by the database: initial states, moves, no deletion, and no move without its entry."""
    pairs = _quoted(f"{source}>{target}" for source, target in table.transitions) or "''"
    recorded = """
        IF NOT EXISTS (
            SELECT 1 FROM ledger_entry
            WHERE object_id = NEW.id AND state = NEW.state AND xact = pg_current_xact_id()::text::bigint
        ) THEN
            RAISE EXCEPTION 'lifecycle: % % is not in the record', TG_TABLE_NAME, NEW.state;
        END IF;
        RETURN NULL;
    """
    return [
        pgtrigger.Trigger(
            name="lifecycle_begins",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            func=f"""
            IF NEW.state NOT IN ({_quoted(sorted(table.initial))}) THEN
                RAISE EXCEPTION 'lifecycle: % cannot begin as %', TG_TABLE_NAME, NEW.state;
            END IF;
            RETURN NEW;
            """,
        ),
        pgtrigger.Trigger(
            name="lifecycle_moves",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            func=f"""
            IF NEW.state IS DISTINCT FROM OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ({pairs}) THEN
                RAISE EXCEPTION 'lifecycle: % cannot go from % to %', TG_TABLE_NAME, OLD.state, NEW.state;
            END IF;
            RETURN NEW;
            """,
        ),
        pgtrigger.Trigger(
            name="lifecycle_stays",
            when=pgtrigger.Before,
            operation=pgtrigger.Delete,
            func="RAISE EXCEPTION 'lifecycle: rows of % are never deleted', TG_TABLE_NAME;",
        ),
        pgtrigger.Trigger(
            name="lifecycle_begun_recorded",
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            timing=pgtrigger.Deferred,
            func=recorded,
        ),
        pgtrigger.Trigger(
            name="lifecycle_moved_recorded",
            when=pgtrigger.After,
            operation=pgtrigger.UpdateOf("state"),
            timing=pgtrigger.Deferred,
            condition=pgtrigger.Condition("OLD.state IS DISTINCT FROM NEW.state"),
            func=recorded,
        ),
        forbid_truncate(),
    ]


# --- deeds ----------------------------------------------------------------------------------------
Write = Callable[[list[Any]], object]


@dataclass
class _Deed:
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


_current: ContextVar[_Deed | None] = ContextVar("deed", default=None)
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
    mine = _Deed()
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
    _open_deed().tell()


def at_the_end(write: Write, rows: Iterable[Any]) -> None:
    """Have `write` called once at the end of the outermost deed, with these rows and all others given to it."""
    _open_deed().last.setdefault(write, []).extend(rows)


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


P = ParamSpec("P")
R = TypeVar("R")


def as_deed(function: Callable[P, R]) -> Callable[P, R]:
    """Decorator: the whole function is one deed."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        with deed():
            return function(*args, **kwargs)

    return wrapped


L = TypeVar("L", bound=LifecycleModel)


def create(subject: L, verb: str, *, by: Actor, **recorded: Any) -> L:
    """Insert the subject in the initial state of the verb, and record it. Takes the keywords of `move`."""
    mine, step = _open_deed(), subject.TABLE.move(verb)
    if step.sources or not step.target:
        raise TypeError(f"{subject.TABLE.noun}.{verb} does not create anything")
    require(subject.TABLE.verdict(verb, subject, by))
    for name, value in (recorded.pop("changes", None) or {}).items():
        setattr(subject, name, value)
    subject.state = step.target
    subject._moving = True
    try:
        subject.save(force_insert=True)
    finally:
        subject._moving = False
    _is_stored(subject)
    mine.did(subject, step, "", _entry(subject, step, by, before="", **recorded))
    return subject


def create_all(subjects: Iterable[L], verb: str, *, by: Actor, recorded: Callable[[L], dict[str, Any]]) -> list[L]:
    """Insert many subjects of one model in the initial state of the verb: one statement, an entry for each.

    For sweeps over very many rows. `recorded(subject)` gives the keywords of `move` for the subject's entry.
    """
    mine, made = _open_deed(), list(subjects)
    if not made:
        return made
    step = made[0].TABLE.move(verb)
    if step.sources or not step.target:
        raise TypeError(f"{step.verb} does not create anything")
    for subject in made:
        require(subject.TABLE.verdict(verb, subject, by))
        subject.state = step.target
    insert(type(made[0]), made)
    says = str(step.says)
    for subject in made:
        subject._stored_state = subject.state
        entry = _entry(subject, step, by, before="", **{"says": says, **recorded(subject)})
        mine.did(subject, step, "", entry)
    return made


def move(subject: L, verb: str, *, by: Actor, changes: dict[str, Any] | None = None, **recorded: Any) -> L:
    """Lock the subject, ask its table whether `by` may, set the new state and `changes`, and record it.

    Keywords for the record: `rulebook` (version), `detail` (what precisely, JSON types), `about` (ids of
    objects on whose timelines it belongs), `tier` (ledger.Tier), `says` (a sentence in place of the
    table's), `retain_days`. Raises Refused with the reason; the subject is then as in the database.
    """
    mine, step = _open_deed(), subject.TABLE.move(verb)
    if not step.sources:
        raise TypeError(f"{subject.TABLE.noun}.{verb} creates; use create()")
    if not _is_fresh(subject):
        lock(subject)
    require(subject.TABLE.verdict(verb, subject, by))
    before = subject.state
    for name, value in (changes or {}).items():
        setattr(subject, name, value)
    if step.target:
        subject.state = step.target
    if changes or subject.state != before:
        write_changes(subject, ("state", *(changes or {})))
        _is_stored(subject)
    mine.did(subject, step, before, _entry(subject, step, by, before=before, **recorded))
    return subject


def record(subject: L, verb: str, *, by: Actor, **recorded: Any) -> L:
    """Record a deed that leaves the state as it is (target None in the table). Takes the keywords of `move`."""
    if subject.TABLE.move(verb).target is not None:
        raise TypeError(f"{subject.TABLE.noun}.{verb} changes the state; use move()")
    return move(subject, verb, by=by, **recorded)


def record_all(
    subjects: Iterable[L], verb: str, *, by: Actor, fields: Iterable[str], recorded: Callable[[L], dict[str, Any]]
) -> list[L]:
    """Record a deed that leaves the state on many subjects of one model: one statement writes `fields`, an entry each.

    For sweeps over very many rows, which the caller has locked and changed. `recorded(subject)` gives the keywords of
    `move` for the subject's entry.
    """
    mine, done = _open_deed(), list(subjects)
    if not done:
        return done
    step = done[0].TABLE.move(verb)
    if step.target is not None:
        raise TypeError(f"{step.verb} changes the state; use move()")
    for subject in done:
        require(subject.TABLE.verdict(verb, subject, by))
    update(type(done[0]), done, list(fields))
    says = str(step.says)
    for subject in done:
        entry = _entry(subject, step, by, before=subject.state, **{"says": says, **recorded(subject)})
        mine.did(subject, step, subject.state, entry)
    return done


def can(subject: LifecycleModel, verb: str, by: Actor) -> Verdict:
    """For pages: whether the deed would be allowed now, or the reason why not."""
    return subject.TABLE.verdict(verb, subject, by)


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


def _is_fresh(subject: models.Model) -> bool:
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
    _open_deed()


def _open_deed() -> _Deed:
    mine = _current.get()
    if mine is None:
        raise TypeError("Call this inside `with deed():`, so that the change and its record are one transaction.")
    return mine


def _is_stored(subject: LifecycleModel) -> None:
    subject._stored_state = subject.state
    _open_deed().remembered.pop(type(subject), None)


def _entry(
    subject: LifecycleModel,
    step: Move,
    by: Actor,
    *,
    before: str,
    rulebook: str = "",
    detail: dict[str, Any] | None = None,
    about: Iterable[UUID | None] = (),
    tier: str = Tier.CASE,
    says: str = "",
    retain_days: int = RETENTION_DAYS,
) -> ledger.Deed:
    moment = clock.now()
    return ledger.Deed(
        verb=f"{subject.TABLE.noun}.{step.verb}",
        object_type=subject.TABLE.noun,
        object_id=subject.pk,
        time=moment,
        role=min(by.roles & step.who, default=by.role_for_record),
        retained_until=moment.date() + timedelta(days=retain_days),
        body_id=by.body_id,
        actor_id=by.user_id,
        actor_name=by.name,
        state=subject.state,
        state_before=before,
        rulebook=rulebook,
        tier=tier,
        says=says or str(step.says),
        detail=detail or {},
        about=tuple(item for item in about if item is not None),
    )
