"""A database of the bench's own, filled in bulk, and a gunicorn over it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

NAME = f"bench_portal_{os.getpid()}"
"""Of this run alone, so that two runs do not meet."""


@contextlib.contextmanager
def database() -> Iterator[None]:
    """Django over a new database, dropped afterwards. Everything in the block sees only that one."""
    import django
    from django.test.utils import setup_databases, teardown_databases

    django.setup()
    from django.conf import settings
    from django.db import connection

    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = NAME
    connection.settings_dict["TEST"]["NAME"] = NAME
    old = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(old, verbosity=0)


@contextlib.contextmanager
def plain_pages() -> Iterator[None]:
    """Pages in this process, with the benches' addresses. Their files need not be collected: the answer is measured,
    not what it links to."""
    from django.conf import settings
    from django.test import override_settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    storages = {**settings.STORAGES, "staticfiles": plain}
    with override_settings(ROOT_URLCONF="tests.bench.urls", ALLOWED_HOSTS=["testserver"], STORAGES=storages):
        yield


def address() -> str:
    """The DATABASE_URL of the bench's database, for processes that are started."""
    given = os.environ["DATABASE_URL"]
    before, _, after = given.rpartition("/") if "?" not in given else given.partition("?")[0].rpartition("/")
    query = f"?{given.partition('?')[2]}" if "?" in given else ""
    return f"{before}/{NAME}{query}" if after else given


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(workers: int = 1) -> Iterator[str]:
    """gunicorn with the bench's addresses over the bench's database; gives its base URL."""
    port = _free_port()
    env = {**os.environ, "DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    command = [sys.executable, "-m", "gunicorn", "tests.bench.wsgi:application", "-b", f"127.0.0.1:{port}"]
    command += ["-w", str(workers), "--worker-class", "gthread", "--threads", "1", "--keep-alive", "30"]
    process = subprocess.Popen([*command, "--log-level", "warning"], env=env)
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str, process: subprocess.Popen[Any], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"gunicorn ended with {process.returncode}")
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=10):
            return
        time.sleep(0.2)
    raise RuntimeError("gunicorn did not answer in time")
