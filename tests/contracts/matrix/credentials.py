"""Credentials: an institution's pages, and what machines read and fetch."""

from __future__ import annotations

from typing import Any

from grants.models import Credential, StatusList
from tests.contracts.matrix import object_of, public, row
from tests.contracts.matrix.grants import OWN, in_force
from tests.grants.holder import Holder
from tests.world import World

PAGE = object_of(may=OWN)


def issued(world: World) -> Credential:
    made = in_force(world)
    return Holder().register(made.grant, made.applicant)


def of_grant(world: World) -> dict[str, Any]:
    return {"pk": world.once(issued).grant_id}


def fresh(world: World) -> dict[str, Any]:
    """One of its own for each who asks, because the deed changes it."""
    made = issued(world)
    return {"pk": made.grant_id, "credential": made.pk}


def kept(world: World) -> dict[str, Any]:
    made = world.once(issued)
    return {"pk": made.grant_id, "credential": made.pk}


def listed(world: World) -> dict[str, Any]:
    world.once(issued)
    return {"pk": StatusList.objects.order_by("pk")[0].pk}


ROWS: list[Any] = [
    row("grants:credentials", PAGE, PAGE, make=of_grant, data=lambda world: {"name": "x", "proof": "x"}),
    row("grants:credential_download", post=PAGE, make=kept),
    row("grants:credential_reissue", post=PAGE, make=fresh),
    row("grants:key_withdraw", PAGE, PAGE, make=fresh, data=lambda world: {"reason": "Lost"}),
    row("api:credential_issuer", public()),
    row("api:credential_type", public()),
    row("api:example", public(), make=lambda world: {"name": "holder"}),
    row("api:status_list", public(), make=listed),
    row("api:credential_nonce", post=public()),
    # Whoever proves to have a key is handed what is issued to it; a proof of nothing is answered with 400.
    row("api:credential_fetch", post=public(), json=True, data=lambda world: {"proof": "x", "c_nonce": "x"}),
]
