"""The portal over HTTP, in a thread that sees what the test has made, and that can be taken away and brought back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Nothing on the console."""


class Served:
    """The portal at an address. While `away` nobody answers there."""

    def __init__(self) -> None:
        self.port = 0
        self._begin()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def _begin(self) -> None:
        WSGIServer.allow_reuse_address = True
        self._server = make_server("localhost", self.port, WSGIHandler(), handler_class=_Quiet)
        self.port = self._server.server_port
        shared = connections["default"]

        def serve() -> None:
            connections["default"] = shared
            self._server.serve_forever(poll_interval=0.05)

        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @contextmanager
    def away(self) -> Iterator[None]:
        self.end()
        try:
            yield
        finally:
            self._begin()


@pytest.fixture
def portal() -> Iterator[Served]:
    """The portal, served on the connection of the test."""
    shared = connections["default"]
    shared.inc_thread_sharing()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    served = Served()
    try:
        yield served
    finally:
        served.end()
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
        shared.dec_thread_sharing()


@pytest.fixture
def served(portal: Served) -> str:
    """Its address."""
    return portal.url
