"""Receivers of signals with real sockets, each of its own mind: well, dead, slow, flapping, lying, broken."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from grants.transmitter.loop import Transmitter
from tests.api.signals import PUSH, Receiver, opened


@dataclass
class Answer:
    """What a receiver answers: a status, headers, a body, after some seconds; 0 closes without a word."""

    status: int = 202
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0


ACK, SILENCE = Answer(), Answer(0)
Mind = Callable[[int, str], Answer]
"""From the number of the request (from 1) and the token to the answer."""


def refuses(err: str) -> Answer:
    return Answer(400, json.dumps({"err": err, "description": "no"}).encode(), {"Content-Type": "application/json"})


@dataclass
class Arrived:
    """A request as it came."""

    token: str
    headers: dict[str, str]
    at: float
    answered: int


class Endpoint:
    """An HTTP server in threads of its own. `mind` may be changed while it runs."""

    def __init__(self, mind: Mind = lambda number, token: ACK) -> None:
        self.mind = mind
        self.arrived: list[Arrived] = []
        self._lock = threading.Lock()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                token = self.rfile.read(int(self.headers["Content-Length"])).decode()
                answer = endpoint.take(token, dict(self.headers))
                time.sleep(answer.after)
                if not answer.status:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *args: Any) -> None:
                """Tests read what arrived, not a log."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/signals"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def take(self, token: str, headers: dict[str, str]) -> Answer:
        with self._lock:
            answer = self.mind(len(self.arrived) + 1, token)
            self.arrived.append(Arrived(token, headers, time.monotonic(), answer.status))
            return answer

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def claims(self, provider: Any, *, acknowledged: bool = True) -> list[dict[str, Any]]:
        """What arrived, checked as a receiver checks it; only what it acknowledged, unless all is wanted."""
        with self._lock:
            arrived = list(self.arrived)
        return [opened(it.token, provider).claims for it in arrived if it.answered == 202 or not acknowledged]


def nowhere() -> str:
    """The address of a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/signals"


def pushed_to(receiver: Receiver, url: str, **more: Any) -> str:
    """A stream of the receiver, pushed to that address."""
    return receiver.begin(delivery={"method": PUSH, "endpoint_url": url, **more})


@contextmanager
def transmitting() -> Iterator[Transmitter]:
    """A transmitter at work in a thread of this process, stopped at the end as a signal would."""
    ready = threading.Event()
    kept: list[tuple[asyncio.AbstractEventLoop, Transmitter]] = []

    async def run() -> None:
        kept.append((asyncio.get_running_loop(), Transmitter()))
        ready.set()
        await kept[0][1].run()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    ready.wait(10)
    try:
        yield kept[0][1]
    finally:
        kept[0][0].call_soon_threadsafe(kept[0][1].stop)
        thread.join(30)
        assert not thread.is_alive()


def until(true: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """Wait until it is true, and return it."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, f"not within {seconds:.0f} seconds: {what}"
        time.sleep(0.02)
    return found


def local_settings(on: Any) -> None:
    """Receivers on this machine may be pushed to, and looks are frequent."""
    on.SIGNALS_PRIVATE_ENDPOINTS = on.SIGNALS_PLAIN_ENDPOINTS = True
    on.SIGNALS_LOOK_SECONDS = 0.3
