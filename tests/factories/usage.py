"""Windows of use as gateways send them."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.test import Client

from portal.accounts.models import Gateway
from portal.api.usage.shape import TYPE
from portal.core import clock
from portal.core.actors import Actor
from tests.factories.accounts import bearer_of, make_gateway
from tests.factories.grants import GrantCast

EVENTS, LOGS = "/usage/v1/events", "/usage/v1/otlp/v1/logs"
BATCH, SINGLE = "application/cloudevents-batch+json", "application/cloudevents+json"
_number = itertools.count(1)


def noon(days_ago: int = 0) -> datetime:
    """The moment, or noon of the day so many days ago (UTC)."""
    now = clock.now()
    if days_ago == 0:
        return now
    return (now - timedelta(days=days_ago)).replace(hour=12, minute=0, second=0, microsecond=0)


@dataclass
class Sender:
    """A gateway with the scope `usage` of the provider of a grant, and what it sends about that grant's first line."""

    made: GrantCast
    actor: Actor = field(init=False)
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.actor = make_gateway(self.made.release.provider, scopes=["usage"])
        self.client = Client(headers={"Authorization": bearer_of(self.actor, "usage")})

    @cached_property
    def row(self) -> Gateway:
        return Gateway.objects.get(organisation_id=self.actor.body_id, name=self.actor.name)

    @property
    def source(self) -> str:
        return f"/gateways/{self.row.client_id}"

    def data(self, began: datetime | None = None, seconds: int = 0, **changes: Any) -> dict[str, Any]:
        """The data of one window on the grant's line."""
        start = began or noon()
        found = {
            "partner": str(self.made.institution.pk),
            "release": self.made.release.key,
            "environment": self.made.environment.key,
            "use_case": "evaluation",
            "data_class": "synthetic",
            "started_at": start.isoformat(),
            "ended_at": (start + timedelta(seconds=seconds)).isoformat(),
            "requests": 1,
        }
        return {**found, **changes}

    def event(self, event_id: str = "", began: datetime | None = None, **changes: Any) -> dict[str, Any]:
        """One event with that window."""
        return {
            "specversion": "1.0",
            "id": event_id or f"event-{next(_number)}",
            "source": self.source,
            "type": TYPE,
            "data": self.data(began, **changes),
        }

    def send(self, *events: Any, **headers: str) -> Any:
        """Send a batch."""
        return self.post(json.dumps(list(events)).encode(), BATCH, **headers)

    def post(self, body: bytes, content_type: str, path: str = EVENTS, **headers: str) -> Any:
        return self.client.post(path, body, content_type=content_type, headers=headers)
