"""Receivers of signals for the bench, in a process of their own: many that acknowledge, some that never answer.

`python -m tests.bench.receivers` prints its port. A push to /<name> is noted with its moment by the machine's monotonic
clock, which all processes share; /silent/<name> never answers; GET /arrived gives what was noted.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from typing import Any

from aiohttp import web

_arrived: list[tuple[str, str, float]] = []


async def _take(request: web.Request) -> web.Response:
    token = await request.text()
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    _arrived.append((request.match_info["name"], claims["txn"], time.monotonic()))
    return web.Response(status=202)


async def _never(_request: web.Request) -> web.Response:
    await asyncio.sleep(3600)
    return web.Response(status=500)


async def _report(_request: web.Request) -> web.Response:
    return web.json_response(_arrived)


async def _serve() -> None:
    app = web.Application()
    app.router.add_get("/arrived", _report)
    app.router.add_post("/silent/{name}", _never)
    app.router.add_post("/{name}", _take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(_serve())
