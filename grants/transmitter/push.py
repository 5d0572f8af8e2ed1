"""Pushing one signal to a receiver (RFC 8935), as to a stranger: no redirects, limits on time and size, no way inside.

The receiver's host is resolved here, each time that a connection is made, and only addresses that may be connected to
are handed on: a name that leads inside, or that does so only the second time, is of no use.
"""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings

from grants.actions.delivery import printable
from grants.rules.endpoint import endpoint_verdict, may_connect

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
"""Seconds for a push as a whole, and of it for the connection."""
MOST_ANSWER = 16 * 1024
"""Bytes of an answer that are looked at."""
LONGEST_WAIT = 3600
"""Seconds that a receiver may ask to be left alone."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said. Neither acknowledged nor `refused`: it, or the way to it, is not well (`trouble`)."""

    acknowledged: bool = False
    refused: str = ""
    trouble: str = ""
    wait: timedelta | None = None


class GuardedResolver(AbstractResolver):
    """Resolves as the system does, and gives only addresses that may be connected to."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        allowed = [item for item in found if may_connect(str(item[4][0]), private=settings.SIGNALS_PRIVATE_ENDPOINTS)]
        if not allowed:
            raise OSError(f"{host} leads to no address that may be connected to")
        return [
            ResolveResult(
                hostname=host, host=str(address[0]), port=int(address[1]), family=kind, proto=proto,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _type, proto, _name, address in allowed
        ]  # fmt: skip

    async def close(self) -> None:
        """Nothing is kept open."""


def session() -> aiohttp.ClientSession:
    """A session for all receivers: no cookies, no proxies of the environment, no names remembered."""
    connector = aiohttp.TCPConnector(resolver=GuardedResolver(), use_dns_cache=False, limit=0, ttl_dns_cache=None)
    headers = {"Accept": "application/json", "User-Agent": "trusted-partner-portal"}
    return aiohttp.ClientSession(
        connector=connector, timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar(), headers=headers, trust_env=False,
        auto_decompress=False,
    )  # fmt: skip


def _inside(url: str) -> str:
    """Why the address may not be pushed to now, "" where it may: settings may have changed since it was given."""
    private, plain = settings.SIGNALS_PRIVATE_ENDPOINTS, settings.SIGNALS_PLAIN_ENDPOINTS
    verdict = endpoint_verdict(url, private=private, plain=plain)
    if not verdict:
        return str(verdict.reason)
    host = urlsplit(url).hostname or ""
    try:
        ip_address(host)  # an address is connected to without being resolved
    except ValueError:
        return ""
    return "" if may_connect(host, private=private) else "This address may not be connected to."


async def push(client: aiohttp.ClientSession, url: str, authorization: str, token: str) -> Answer:
    """Send the token. Only 202 acknowledges it (RFC 8935 §2.2); 400 with a code refuses this one token (§2.3)."""
    if wrong := _inside(url):
        return Answer(trouble=wrong)
    headers = {"Content-Type": "application/secevent+jwt"}
    if authorization:
        headers["Authorization"] = authorization
    try:
        async with client.post(url, data=token.encode(), headers=headers, allow_redirects=False) as response:
            if response.status == 202:
                return Answer(acknowledged=True)
            body = await _beginning(response) if response.status == 400 else b""
            return _other(response.status, response.headers.get("Retry-After", ""), body)
    except TimeoutError:
        return Answer(trouble=f"No answer within {TIMEOUT.total:.0f} seconds")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Answer(trouble=printable(f"{type(error).__name__}: {error}"))


async def _beginning(response: aiohttp.ClientResponse) -> bytes:
    """No more of the body than is looked at."""
    found = b""
    while len(found) < MOST_ANSWER and (part := await response.content.read(MOST_ANSWER - len(found))):
        found += part
    return found


def _other(status: int, retry_after: str, body: bytes) -> Answer:
    """What an answer means that is not 202."""
    if status == 400 and (said := _error(body)):
        return Answer(refused=said)
    wait = None
    if status in (429, 503) and retry_after.isascii() and retry_after.isdigit():
        wait = timedelta(seconds=min(int(retry_after[:9]), LONGEST_WAIT))
    return Answer(trouble=f"Answered {status} in place of 202", wait=wait)


def _error(body: bytes) -> str:
    """The code and words of an error response, "" where it is none."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(found, dict) or not isinstance(found.get("err"), str) or not found["err"]:
        return ""
    words = found.get("description")
    return printable(f"{found['err']}: {words}" if isinstance(words, str) and words else found["err"])
