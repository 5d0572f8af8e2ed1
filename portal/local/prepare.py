"""Database, reference data, demo data and static files: what `make run` does before the portal starts.

    python -m portal.local.prepare data|static

One process for all of the data, since loading Django is most of the time; one beside it for the static files.
Every part may be run again at any time.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any

from .console import Stop, complain, step
from .paths import LOGS
from .quick_state import quick_state


def main(part: str) -> int:
    """Do one part. When something stops it, the last line of output says what."""
    try:
        _data() if part == "data" else _static_files()
    except Stop as stopped:
        complain(f"Stopped. {stopped}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _data() -> None:
    import django

    with step("Loading the portal"):
        _quietly("Loading the portal", django.setup)
    few = os.environ.get("DEMO_INSTITUTIONS")
    for title, command, arguments in (
        ("Database", "migrate", {"interactive": False}),
        (
            "Demo data",
            "prepare_demo",
            {"institutions": int(few)} if few else {},
        ),  # founds the rulebook where its story begins, two years ago
        ("Rulebook", "load_rulebook", {}),
        ("Statements on environments", "import_statements", {}),
        ("Schedule", "setup_schedule", {}),
    ):
        _command(title, command, **arguments)


def _command(title: str, name: str, **arguments: Any) -> None:
    from django.core.management import call_command, get_commands

    if name in get_commands():
        with step(title), quick_state():
            _quietly(title, lambda: call_command(name, verbosity=1, **arguments))


def _quietly(title: str, work: Callable[[], object]) -> None:
    """Do the work with its output in var/log/prepare.log. Whatever goes wrong there is told in a sentence."""
    import traceback

    with (LOGS / "prepare.log").open("a") as log, redirect_stdout(log), redirect_stderr(log):
        try:
            work()
        except Exception as problem:  # noqa: BLE001 -- whatever it is, it is told, and logged in full
            traceback.print_exc(file=log)
            what = str(problem).strip().splitlines()[:1] or [type(problem).__name__]
            raise Stop(f"{title}: {what[0]} Details: {LOGS / 'prepare.log'}. `make reset` starts over.") from None


def _static_files() -> None:
    """Collect and compress, unless nothing has changed since the last time."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    _quietly("Static files", django.setup)
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    state = _static_state()
    with suppress(OSError):
        if stamp.read_text() == state:
            return
    _quietly("Static files", lambda: call_command("collectstatic", interactive=False, clear=True, verbosity=0))
    stamp.write_text(state)


def _static_state() -> str:
    """A hash of the paths, sizes and times of every static file that any app has."""
    from django.contrib.staticfiles.finders import get_finders

    total = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            seen = Path(storage.path(name)).stat()
            total.update(f"{name}\0{seen.st_size}\0{seen.st_mtime_ns}\0".encode())
    return total.hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
