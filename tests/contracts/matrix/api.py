"""Addresses for machines."""

from __future__ import annotations

from typing import Any

from tests.contracts.matrix import machine, public, row
from tests.world import World


def question(world: World) -> dict[str, Any]:
    return {
        "subject": {"type": "partner", "id": str(world.institution.pk)},
        "action": {"name": "evaluation"},
        "resource": {"type": "model_release", "id": "meridian-4.1"},
        "context": {"environment": "fjell-lab", "data_class": "synthetic"},
    }


ANY_GATEWAY = machine(may=("gateway", "gateway.stranger"))
ROWS: list[Any] = [
    row("api:evaluation", post=ANY_GATEWAY, json=True, data=question),
    row("api:authzen_configuration", public()),
    row("api:openapi", public()),
    row("api:api_v1:releases", ANY_GATEWAY),
    row("api:api_v1:api-root"),
]
