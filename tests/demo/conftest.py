"""The demonstration, told once for all tests of this folder, inside a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.rollback import keep_vacuum_away


@dataclass
class Told:
    """What the command printed, and where it wrote the sign-ins."""

    lines: list[str]
    file: Path


class Lines(list[str]):
    """Output of a command, line by line. Never false: an empty one would be taken for none."""

    def __bool__(self) -> bool:
        return True

    def write(self, text: str) -> None:
        self.extend(text.splitlines())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What does without the story comes first: the story stays until the last of those that need it."""
    here = [place for place, item in enumerate(items) if item.path.is_relative_to(Path(__file__).parent)]
    ordered = sorted((items[place] for place in here), key=lambda item: "told" in getattr(item, "fixturenames", ()))
    for place, item in zip(here, ordered, strict=True):
        items[place] = item


def _count_rows() -> None:
    """What autovacuum does where a portal runs, and cannot in an open transaction: the planner learns what there is."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.fixture(scope="package")
def told(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Told]:
    """The whole story."""
    file = tmp_path_factory.mktemp("demo") / "demo.json"
    whole = transaction.atomic()
    # As TestCase does: deeds are durable, and this is not their outer transaction.
    whole._from_testcase = True  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setenv("DEMO_FILE", str(file))
        patch.setattr("django.conf.settings.DEMO", True)
        whole.__enter__()
        try:
            keep_vacuum_away()
            out = Lines()
            call_command("prepare_demo", stdout=out)
            _count_rows()
            connection.check_constraints()  # once for all: else what a commit checks is checked after each test anew
            yield Told(out, file)
        finally:
            transaction.set_rollback(True)
            whole.__exit__(None, None, None)
