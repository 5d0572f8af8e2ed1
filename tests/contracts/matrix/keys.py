"""Signing keys: published for everybody, kept by the system administrator; status lists at the desk."""

from __future__ import annotations

from typing import Any

from grants.models import StatusList
from portal.keys.actions import ensure_keys
from portal.keys.models import SigningKey
from tests.contracts.matrix import desk_model, public, roles, row
from tests.world import World

SYSTEM = roles("system_administrator")


def key(world: World) -> SigningKey:
    return ensure_keys(purpose="status")


def following(world: World) -> SigningKey:
    ensure_keys(purpose="credentials")
    return SigningKey.objects.get(purpose="credentials", state="upcoming")


def listed(world: World) -> StatusList:
    return StatusList.objects.create(is_open=False)


ROWS: list[Any] = [
    row("jwks", public()),
    row("jwks_purpose", public(), make=lambda world: {"purpose": "status"}),
    *desk_model("keys_signingkey", "system_administrator", make=lambda world: {"object_id": world.once(key).pk}),
    row("admin:keys_signingkey_rotate", SYSTEM, SYSTEM, make=lambda world: {"pk": world.once(key).pk}),
    row(
        "admin:keys_signingkey_withdraw",
        SYSTEM,
        SYSTEM,
        make=lambda world: {"pk": world.once(following).pk},
        data=lambda world: {"reason": "Leaked"},
    ),
    *desk_model("grants_statuslist", "system_administrator", make=lambda world: {"object_id": world.once(listed).pk}),
]
