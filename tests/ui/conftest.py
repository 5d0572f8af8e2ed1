"""Pages served to a browser without a database: what the interface shows by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler


class Silent(WSGIRequestHandler):
    """Does not log."""

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """The address of a server in this process; `pytest.mark.urls` and `settings` count for it."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), Silent, allow_reuse_address=False)
    server.set_app(StaticFilesHandler(WSGIHandler()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
