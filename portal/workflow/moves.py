"""Creating, moving and recording: a row changes as its state table says, and the record tells of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from portal.core import clock
from portal.core.actors import Actor
from portal.core.bulk import insert, update
from portal.core.rows import write_changes
from portal.core.states import Move
from portal.core.verdicts import Verdict, require
from portal.ledger import append as ledger
from portal.ledger.models import Tier
from portal.workflow.lifecycle import LifecycleModel
from portal.workflow.transaction import is_fresh, lock, open_deed

RETENTION_DAYS = 3653
"""How long an event is kept when its deed names no other time (rulebook: retention.events, ten years)."""

L = TypeVar("L", bound=LifecycleModel)


def create(subject: L, verb: str, *, by: Actor, **recorded: Any) -> L:
    """Insert the subject in the initial state of the verb, and record it. Takes the keywords of `move`."""
    mine, step = open_deed(), subject.TABLE.move(verb)
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
    mine, made = open_deed(), list(subjects)
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
    mine, step = open_deed(), subject.TABLE.move(verb)
    if not step.sources:
        raise TypeError(f"{subject.TABLE.noun}.{verb} creates; use create()")
    if not is_fresh(subject):
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
    mine, done = open_deed(), list(subjects)
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


def _is_stored(subject: LifecycleModel) -> None:
    subject._stored_state = subject.state
    open_deed().remembered.pop(type(subject), None)


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
