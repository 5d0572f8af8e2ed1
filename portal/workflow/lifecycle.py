"""Models with a lifecycle. Their state is changed by a deed, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.db import models

from portal.core.ids import new_id
from portal.core.states import StateTable


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
