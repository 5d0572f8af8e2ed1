"""The quick way to a migrated database gives the same tables as the plain one."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from portal.local.environment import with_database
from portal.local.paths import ROOT
from portal.local.servers import engines

pytestmark = pytest.mark.xdist_group("local-servers")

APP = "partners"
"""Its first migration has all that is done quickly: rows of added fields, constraints, indexes, triggers."""


@pytest.fixture
def migrated(process_environment: dict[str, str]) -> Iterator[Callable[..., str]]:
    """`migrated(name, *command)`: the schema of a new database after the command, as pg_dump writes it."""
    prefix = connection.settings_dict["NAME"]
    made = []

    def after(name: str, *command: str) -> str:
        database = f"{prefix}_{name}"
        made.append(database)
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{database}"')
            cursor.execute(f'CREATE DATABASE "{database}"')
        url = with_database(process_environment["DATABASE_URL"], database)
        subprocess.run(
            [sys.executable, *command, APP],
            cwd=ROOT,
            env={**process_environment, "DATABASE_URL": url},
            check=True,
            capture_output=True,
        )
        dump = [str(engines("test")[0].programs / "pg_dump"), "--schema-only", "--no-owner", url]
        text = subprocess.run(dump, check=True, capture_output=True, text=True).stdout
        return re.sub(r"^\\(un)?restrict .*$", "", text, flags=re.MULTILINE)

    yield after
    with connection._nodb_cursor() as cursor:
        for database in made:
            cursor.execute(f'DROP DATABASE IF EXISTS "{database}"')


@pytest.mark.django_db(transaction=True)
def test_quick_migrations_make_the_same_tables_as_plain_ones(migrated: Callable[..., str]) -> None:
    quick = migrated("quick", "-m", "portal.local.template")
    plain = migrated("plain", "manage.py", "migrate")
    assert "CREATE TABLE public.partners_" in plain
    assert "CREATE TRIGGER" in plain
    assert quick == plain
