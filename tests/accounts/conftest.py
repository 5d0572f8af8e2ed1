"""What tests of sign-in need: mail as it was queued, and codes as an app would show them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Callable

import pytest
from django.core.cache import cache

from portal.notifications.models import Message


@pytest.fixture(autouse=True)
def _no_limits_from_other_tests() -> None:
    cache.clear()


@pytest.fixture
def mail(db: None) -> Callable[[str], Message]:
    """`mail(address)`: the newest message queued for it."""
    return lambda address: Message.objects.filter(to=address).latest("created_at")


@pytest.fixture
def link_in(mail: Callable[[str], Message]) -> Callable[[str], str]:
    """`link_in(address)`: the path of the link in the newest message queued for it."""

    def find(address: str) -> str:
        found = re.search(r"https?://[^/\s]+(/\S+)", mail(address).text)
        assert found, mail(address).text
        return found.group(1)

    return find


@pytest.fixture
def code_of() -> Callable[[str], str]:
    """`code_of(secret)`: what an authenticator app shows now (RFC 6238, six digits, 30 seconds, SHA-1)."""

    def code(secret: str) -> str:
        counter = struct.pack(">Q", int(time.time()) // 30)
        digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
        at = digest[-1] & 15
        return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"

    return code
