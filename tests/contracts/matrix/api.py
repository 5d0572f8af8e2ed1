"""Addresses for machines."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.contracts.matrix import machine, public, row
from tests.factories.grants import make_release
from tests.world import World


def question(world: World) -> dict[str, Any]:
    return {
        "subject": {"type": "partner", "id": str(world.institution.pk)},
        "action": {"name": "evaluation"},
        "resource": {"type": "model_release", "id": "meridian-4.1"},
        "context": {"environment": "fjell-lab", "data_class": "synthetic"},
    }


ANY_GATEWAY = machine(may=("gateway", "gateway.stranger"))
STREAMS = ("streams", "create", "update", "replace", "delete")
CATALOGUE = machine(may=()).but("gateway", "gateway.stranger", gets="403")
"""These have tokens of another scope: what a release pipeline may do is in tests/api/test_catalogue.py."""


def release(world: World) -> dict[str, Any]:
    return {"pk": make_release(world.provider, world.actor("provider_staff"))[0].pk}


def model(world: World) -> dict[str, Any]:
    return {"pk": make_release(world.provider, world.actor("provider_staff"))[0].model_id}


def _catalogue(name: str, **options: Any) -> Any:
    return row(f"api:api_v1:catalogue_{name}", **options)


SIGNALS = CATALOGUE
"""Likewise: what a receiver of signals may do is in tests/api/test_signals.py and test_streams.py."""


def _signals(name: str, **options: Any) -> Any:
    return row(f"api:api_v1:signals_{name}", **options)


def no_stream(world: World) -> dict[str, Any]:
    return {"pk": uuid4()}


def nothing(world: World) -> dict[str, Any]:
    return {}


ROWS: list[Any] = [
    row("api:ssf_configuration", public()),
    *(_signals(name, get=SIGNALS, post=SIGNALS, json=True, data=nothing) for name in STREAMS),
    *(_signals(name, get=SIGNALS, post=SIGNALS, json=True, data=nothing) for name in ("status", "set_status")),
    *(_signals(name, post=SIGNALS, json=True, data=nothing) for name in ("add_subject", "remove_subject", "verify")),
    _signals("poll", post=SIGNALS, json=True, data=nothing, make=no_stream),
    row("api:evaluation", post=ANY_GATEWAY, json=True, data=question),
    row("api:evaluations", post=ANY_GATEWAY, json=True, data=question),
    row("api:search_subject", post=ANY_GATEWAY, json=True, data=question),
    row("api:search_resource", post=ANY_GATEWAY, json=True, data=question),
    row("api:search_action", post=ANY_GATEWAY, json=True, data=question),
    row("api:authzen_configuration", public()),
    row("api:openapi", public()),
    row("api:api_v1:releases", ANY_GATEWAY),
    row("api:api_v1:api-root"),
    _catalogue("models", get=CATALOGUE, post=CATALOGUE, json=True, data=lambda world: {"name": "Aster"}),
    _catalogue("model_list", get=CATALOGUE, post=CATALOGUE, json=True, data=lambda world: {"name": "Aster"}),
    _catalogue("model", get=CATALOGUE, make=model),
    _catalogue("model_edit", get=CATALOGUE, make=model),
    _catalogue("model_unlist", post=CATALOGUE, json=True, make=model),
    _catalogue("releases", get=CATALOGUE),
    _catalogue("release_announce", post=CATALOGUE, json=True, make=model, data=lambda world: {"version": "5"}),
    _catalogue("release", get=CATALOGUE, make=release),
    _catalogue("release_edit", get=CATALOGUE, make=release),
    _catalogue("release_publish", post=CATALOGUE, json=True, make=release),
    _catalogue("release_retire", post=CATALOGUE, json=True, make=release, data=lambda world: {}),
]
