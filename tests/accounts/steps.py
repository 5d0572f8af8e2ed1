"""Steps that people take at the sign-in pages, by the pages' own forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

PASSWORD = "correct-horse-battery-staple"


def sign_up(client: Client, email: str, name: str) -> Any:
    return client.post("/account/signup/", {"email": email, "name": name, "password1": PASSWORD, "password2": PASSWORD})


def confirm(client: Client, link: str) -> None:
    """Open the link of the confirmation mail and press its button. A GET alone must change nothing."""
    page = client.get(link)
    assert page.status_code == 200
    assert b"Confirm that you read" in page.content
    assert client.post(link).status_code == 302


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post("/account/login/", {"login": email, "password": password})


def set_up_app(client: Client, code_of: Callable[[str], str]) -> str:
    """Set an authenticator app up; returns its secret."""
    page = client.get("/account/2fa/totp/activate/")
    assert page.status_code == 200, page.headers.get("Location")
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page.content.decode())
    assert found
    answer = client.post("/account/2fa/totp/activate/", {"code": code_of(found.group(1))})
    assert answer.status_code == 302, answer.context["form"].errors
    return found.group(1)
