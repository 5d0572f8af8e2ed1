"""A migrated, empty database that test databases are copied from: migrating takes seconds, a copy half a second.

    python -m portal.local.template [APP]        migrates the database that DATABASE_URL names

The name of the template holds a hash of every migration, so a changed migration makes a new one.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .console import Stop
from .locks import locked
from .paths import REQUIREMENTS, ROOT, VAR

_PREFIX = "portal_template_"


def ensure(connection: Any) -> str:
    """The name of the template, which is made when there is none. `connection` is Django's default one."""
    name = _PREFIX + _state()
    folder = VAR / "test"
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / "template.lock"), _cursor(connection) as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{_PREFIX}%"])
        there = {row[0] for row in cursor.fetchall()}
        if name not in there:
            for old in there:
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}"')
            draft = f"{_PREFIX}draft"
            cursor.execute(f'CREATE DATABASE "{draft}"')
            _migrate(draft)
            cursor.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
    return name


def _state() -> str:
    """A hash of what a migrated database depends on."""
    from django.conf import settings

    files = sorted(
        [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("portal/*/migrations/*.py"), REQUIREMENTS / "base.lock"]
    )
    total = hashlib.sha256(repr(settings.INSTALLED_APPS).encode())
    for path in files:
        total.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


@contextmanager
def _cursor(connection: Any) -> Iterator[Any]:
    """A cursor on the server's `postgres` database, outside any transaction."""
    with connection._nodb_cursor() as cursor:
        yield cursor


def _migrate(database: str) -> None:
    from .environment import with_database

    done = subprocess.run(
        [sys.executable, "-m", "portal.local.template"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": with_database(os.environ["DATABASE_URL"], database)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Stop(f"The migrations do not run on an empty database:\n{done.stdout}")


def main(*apps: str) -> None:
    """Migrate, in this process, the database that the environment names: all of it, or an app with what it needs."""
    import django
    from django.core.management import call_command

    from .quick_state import quick_state

    django.setup()
    with quick_state():
        call_command("migrate", *apps, interactive=False, verbosity=0)


if __name__ == "__main__":
    main(*sys.argv[1:])
