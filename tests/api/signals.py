"""A machine of a provider that hears signals, over the API as it is."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.test import Client

from portal.accounts.models import Gateway, Organisation
from portal.core.actors import Actor
from portal.keys import jose
from tests.factories.accounts import bearer_of, make_gateway

BASE = "/api/v1/signals"
PUSH, POLL = "urn:ietf:rfc:8935", "urn:ietf:rfc:8936"
EVENT = "https://schemas.openid.net/secevent"
DISABLED, ENABLED = f"{EVENT}/risc/event-type/account-disabled", f"{EVENT}/risc/event-type/account-enabled"
REVOKED, CHANGED = f"{EVENT}/caep/event-type/session-revoked", f"{EVENT}/caep/event-type/token-claims-change"
VERIFICATION, UPDATED = f"{EVENT}/ssf/event-type/verification", f"{EVENT}/ssf/event-type/stream-updated"


def opened(token: str, provider: Any) -> jose.Verified:
    """The token, checked as a receiver of that provider checks it: signature, type, issuer and audience."""
    keys = jose.jwks("signals")["keys"]
    audience = f"{settings.BASE_URL}/providers/{provider}"
    return jose.verify(
        token, keys=keys, typ="secevent+jwt", audience=audience, issuer=settings.BASE_URL, required=("iat", "jti")
    )


class Receiver:
    """An API client of the scope `signals`."""

    def __init__(self, provider: Organisation | None = None, *scopes: str) -> None:
        wanted = scopes or ("signals",)
        self.actor: Actor = make_gateway(provider, scopes=wanted)
        self.client = Client(headers={"Authorization": bearer_of(self.actor, *wanted)})
        self.stream = ""

    @property
    def gateway(self) -> Gateway:
        return Gateway.objects.get(organisation_id=self.actor.body_id, name=self.actor.name)

    def send(self, method: str, path: str, **content: Any) -> Any:
        return self.client.generic(method, f"{BASE}{path}", json.dumps(content), content_type="application/json")

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"{BASE}{path}", query)

    def begin(self, **chosen: Any) -> str:
        """Create a stream, by default one to poll; its id."""
        answered = self.send("POST", "/streams", **chosen)
        assert answered.status_code == 201, answered.content
        self.stream = str(answered.json()["stream_id"])
        return self.stream

    def poll(self, *ack: str, **more: Any) -> Any:
        return self.send("POST", f"/streams/{self.stream}/poll", ack=list(ack), returnImmediately=True, **more).json()

    def heard(self, *ack: str) -> list[dict[str, Any]]:
        """Everything that waits, in the order in which it comes, each checked and acknowledged."""
        found: list[dict[str, Any]] = []
        acks = list(ack)
        while sets := self.poll(*acks)["sets"]:
            found += [opened(token, self.actor.body_id).claims for token in sets.values()]
            acks = list(sets)
        return found

    def told(self) -> list[tuple[str, str]]:
        """The same as pairs: the event's last word, and the last member of its subject."""
        return [(next(iter(said["events"])).rpartition("/")[2], last_member(said["sub_id"])) for said in self.heard()]


def last_member(subject: dict[str, Any]) -> str:
    """Which kind of subject it is."""
    if subject["format"] != "complex":
        return "stream"
    return (
        "line" if "line" in subject else next((name for name in subject if name not in ("format", "tenant")), "tenant")
    )
