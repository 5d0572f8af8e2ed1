"""Runs every module of this folder that has `run() -> list[Row]`, prints the table, and fails on a miss."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import tempfile
import time
from pathlib import Path

from portal.local.environment import for_tests
from portal.local.servers import Servers
from tests import bench
from tests.bench import Row

HELPERS = ("__main__", "bulk", "receivers", "scheme", "stack", "timing", "urls", "wsgi")


def modules(wanted: list[str]) -> list[str]:
    """Names of the bench modules, or of those wanted."""
    found = [item.name for item in pkgutil.iter_modules(bench.__path__) if item.name not in HELPERS]
    unknown = sorted(set(wanted) - set(found))
    if unknown:
        sys.exit(f"No bench is called {', '.join(unknown)}. There are: {', '.join(found)}.")
    return [name for name in found if not wanted or name in wanted]


def table(rows: list[Row]) -> str:
    """The rows under their headings, in columns."""
    cells = [("", "measured", "value", "target")]
    cells += [("met" if row.ok else "MISS", row.name, row.value, row.target) for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in cells)


def main(wanted: list[str]) -> int:
    """Run the benches on the embedded servers of the tests; 1 where a target was missed."""
    names = modules(wanted)
    servers = Servers("test")
    with tempfile.TemporaryDirectory() as scratch:
        for folder in ("files", "static"):
            (Path(scratch) / folder).mkdir()
        os.environ.update(for_tests(servers.lease(), database="postgres", redis_number=15, scratch=scratch))
        rows = [row for name in names for row in measured(name)]
    servers.release()
    sys.stdout.write(f"\n{table(rows)}\n")
    return 0 if all(row.ok for row in rows) else 1


def measured(name: str) -> list[Row]:
    """The rows of one bench, with how long it took."""
    module = importlib.import_module(f"tests.bench.{name}")
    started = time.monotonic()
    sys.stdout.write(f"{name} … ")
    sys.stdout.flush()
    rows: list[Row] = module.run()
    sys.stdout.write(f"{time.monotonic() - started:.0f} s\n")
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
