"""A provider's gateway: gets a token by its client credentials and asks in the shape of OpenID AuthZEN 1.0."""

from __future__ import annotations

import base64
import json
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Gateway:
    """Asks over HTTP, as a machine does."""

    base: str
    client_id: str
    secret: str
    token: str = field(default="", init=False)

    def authenticate(self) -> None:
        """RFC 6749 §4.4."""
        pair = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        data = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": "access"}).encode()
        answer = self._post("/identity/o/api/token", data, "application/x-www-form-urlencoded", f"Basic {pair}")
        self.token = answer["access_token"]

    def ask(self, subject: str, release: str, environment: str, *, kind: str = "partner") -> dict[str, Any]:
        """May the partner (or the person) evaluate the release there, with synthetic data?"""
        question = {
            "subject": {"type": kind, "id": subject},
            "action": {"name": "evaluation"},
            "resource": {"type": "model_release", "id": release},
            "context": {"environment": environment, "data_class": "synthetic"},
        }
        data = json.dumps(question).encode()
        return self._post("/access/v1/evaluation", data, "application/json", f"Bearer {self.token}")

    def _post(self, path: str, data: bytes, content_type: str, authorization: str) -> dict[str, Any]:
        headers = {"Content-Type": content_type, "Authorization": authorization}
        request = urllib.request.Request(f"{self.base}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
        return found
