"""Object permissions. The only module that calls guardian's assign and remove (held by a contract test)."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from guardian.models.models import UserObjectPermissionBase
from guardian.shortcuts import assign_perm, remove_perm

from portal.accounts.models import User


def assign(permission: str, user: User, subject: Model) -> None:
    """Give the person the permission (a codename of the subject's model) on that one object. Twice is once."""
    assign_perm(permission, user, subject)


def unassign(permission: str, user: User, subject: Model) -> None:
    """Take it back. Nothing happens where it was not given."""
    remove_perm(permission, user, subject)


def permission_models() -> list[type[UserObjectPermissionBase]]:
    """Every direct foreign-key permission model of the portal's apps."""
    return [
        model
        for model in _all_subclasses(UserObjectPermissionBase)
        if not model._meta.abstract and model._meta.app_label != "guardian"
    ]


def unassign_all(user: User) -> int:
    """Take every object permission from the person; returns how many there were. Called when a membership ends."""
    return sum(model._default_manager.filter(user=user).delete()[0] for model in permission_models())


def assigned(permission: str, user_id: Any, rows: type[UserObjectPermissionBase], outer: str = "pk") -> Exists:
    """EXISTS over the direct permission rows: that user holds `permission` on the outer row. One subquery, no join."""
    held: QuerySet[Any] = rows._default_manager.filter(
        Q(content_object_id=OuterRef(outer)), user_id=user_id, permission__codename=permission
    )
    return Exists(held)


def _all_subclasses(root: type) -> list[Any]:
    found: list[Any] = []
    children: list[Any] = root.__subclasses__()
    for child in children:
        found += [child, *_all_subclasses(child)]
    return found
