"""Who may look after a provider's streams of signals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from grants.actions.stream import create_stream
from grants.models import Stream
from grants.queries.stream import own_gateway
from tests.contracts.matrix import object_of, roles, row
from tests.factories.accounts import make_gateway
from tests.world import World

KEEPERS = roles("provider_staff", "administrator@provider")
STREAM = object_of(may=["provider_staff.body", "administrator@provider.body"])


def made(world: World) -> Stream:
    actor = make_gateway(world.provider, scopes=["signals"])
    receiver = replace(actor, roles=frozenset({"signal_receiver"}))
    return create_stream(gateway=own_gateway(actor), by=receiver, method="poll", description="Gate")


def stream(world: World) -> dict[str, Any]:
    return {"pk": world.once(made).pk}


ROWS: list[Any] = [
    row("grants:streams", KEEPERS),
    row("grants:stream", STREAM, make=stream),
    row("grants:stream_pause", STREAM, STREAM, make=stream, data=lambda world: {"reason": "Moving."}),
    row("grants:stream_enable", post=STREAM, make=stream),
    row("grants:stream_verify", post=STREAM, make=stream),
]
