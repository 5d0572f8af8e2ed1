"""`python -m tests.bench [NAME …]`: runs the benches and prints a table; exit code 1 where a target is missed."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import tempfile
import time
from pathlib import Path

from portal.local import template
from portal.local.environment import for_tests
from portal.local.servers import Servers
from tests import bench

HELPERS = {"timing", "urls", "bulk", "views"}


def main(wanted: list[str]) -> int:
    """Prepare a database, run the benches that are wanted (all, where none is named), print the table."""
    names = [
        module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in HELPERS | {"__main__"}
    ]
    if unknown := set(wanted) - set(names):
        print(f"No such bench: {', '.join(sorted(unknown))}. There are: {', '.join(names)}.")
        return 2
    servers = Servers("test")
    with tempfile.TemporaryDirectory() as scratch:
        for folder in ("files", "static"):
            (Path(scratch) / folder).mkdir()
        os.environ.update(for_tests(servers.lease(), database="portal_bench", redis_number=15, scratch=scratch))
        _prepare()
        rows = [row for name in names if not wanted or name in wanted for row in _measured(name)]
    _print(rows)
    return 0 if all(row.met for row in rows) else 1


def _prepare() -> None:
    """Django, with a database copied from the migrated template."""
    import django
    from django.conf import settings

    django.setup()
    from django.db import connection

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.ALLOWED_HOSTS = ["*"]
    source = template.ensure(connection)
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute('DROP DATABASE IF EXISTS "portal_bench" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "portal_bench" TEMPLATE "{source}"')


def _measured(name: str) -> list[bench.Row]:
    print(f"{name} …", flush=True)
    begun = time.perf_counter()
    rows: list[bench.Row] = importlib.import_module(f"tests.bench.{name}").run()
    print(f"{name}: {time.perf_counter() - begun:.0f} s", flush=True)
    return rows


def _print(rows: list[bench.Row]) -> None:
    width = max((len(row.name) for row in rows), default=0)
    print()
    for row in rows:
        sign = "≤" if row.at_most else "≥"
        verdict = "ok  " if row.met else "MISS"
        print(f"{verdict}  {row.name:<{width}}  {row.value:8.2f} {row.unit}  target {sign} {row.target:g}  {row.note}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
