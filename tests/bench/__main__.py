"""Runs every module of this folder that has `run() -> list[Row]`, prints the table, and fails on a miss."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import time

from tests import bench
from tests.bench import Row

HELPERS = ("__main__", "stack", "urls", "wsgi")


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
    rows: list[Row] = []
    for name in modules(wanted):
        module = importlib.import_module(f"tests.bench.{name}")
        if not hasattr(module, "run"):
            continue
        started = time.monotonic()
        sys.stdout.write(f"{name} … ")
        sys.stdout.flush()
        rows += module.run()
        sys.stdout.write(f"{time.monotonic() - started:.0f} s\n")
    sys.stdout.write(f"\n{table(rows)}\n")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
