"""The pytest plugin: real pytest runs on small files, with what they say at the end."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.local.locks import FileLock
from portal.local.paths import ROOT, VAR
from tests.local.checkout import environment

pytestmark = pytest.mark.xdist_group("local-testing")

SMALL = """
import os
import pytest

def test_runs(): pass

@pytest.mark.browser
def test_in_a_browser(chromium): pass

@pytest.mark.shared_data
def test_on_data(shared_data): assert (shared_data / "here").exists()

@pytest.mark.shared_data
def test_on_more_data(shared_data): pass

def test_left_out_by_hand(): pytest.skip("the moon is full")

@pytest.mark.xfail(strict=True)
def test_known_fault(): assert False
"""

WHERE = """
import json
import os
from pathlib import Path
from django.conf import settings
from django.core.cache import cache

def test_where(request):
    cache.set("mine", 1)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    Path(os.environ["WHERE"], worker).write_text(json.dumps({
        "database": settings.DATABASES["default"]["NAME"],
        "redis": settings.REDIS_URL,
        "files": str(settings.MEDIA_ROOT),
        "email": settings.EMAIL_BACKEND,
        "base_url": settings.BASE_URL,
    }))

def test_where_too(request): test_where(request)
"""

Pytest = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Pytest:
    """`run(source, *options, **environment)`: pytest in a process of its own on a small file."""

    def pytest_on(source: str, *options: str, **more: str) -> subprocess.CompletedProcess[str]:
        small = tmp_path / "test_small.py"
        small.write_text(source)
        command = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider"]
        return subprocess.run(
            [*command, "--rootdir", str(tmp_path), str(small), *options],
            cwd=ROOT,
            env=environment(**{"SHARED_DATA": str(tmp_path / "nothing"), "CHROMIUM": str(tmp_path / "none"), **more}),
            capture_output=True,
            text=True,
            check=False,
        )

    return pytest_on


def test_closing_lines_say_what_could_not_run_and_how_to_run_it(run: Pytest) -> None:
    done = run(SMALL)
    lines = done.stdout.strip().splitlines()
    assert done.returncode == 0, done.stdout
    own = next(number for number, line in enumerate(lines) if line.startswith("1 passed, 4 skipped, 1 xfailed"))
    assert lines[own + 1] == "4 tests could not run on this machine:"
    assert "  2 × ../shared/data is not there: put the data there or name the folder in SHARED_DATA" in lines[own:]
    assert any(line.startswith("  1 × no Chromium was found: install one") for line in lines[own:])
    assert "  1 × the moon is full" in lines[own:]
    assert lines[-1] == "REQUIRE_ALL=1 makes every one of them a failure."


def test_with_require_all_what_cannot_run_fails(run: Pytest) -> None:
    done = run(SMALL, REQUIRE_ALL="1")
    assert done.returncode == 1
    assert "no Chromium was found" in done.stdout
    assert "skipped" not in done.stdout.strip().splitlines()[-1]
    assert "1 passed" in done.stdout
    assert "1 xfailed" in done.stdout


def test_with_require_all_a_file_that_is_skipped_as_a_whole_fails_in_a_worker_too(run: Pytest) -> None:
    done = run('import pytest\npytest.importorskip("no_such_module")\n', "-n", "1", REQUIRE_ALL="1")
    assert done.returncode != 0
    assert "REQUIRE_ALL=1 lets nothing be left out" in done.stdout


def test_data_that_is_there_is_used(run: Pytest, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "here").touch()
    done = run(
        SMALL.replace('/ "here"', "/ 'here'"), "-k", "on_data or on_more_data", SHARED_DATA=str(tmp_path / "data")
    )
    assert "2 passed" in done.stdout
    assert done.stdout.strip().endswith("Nothing was left out.")


def test_each_process_of_a_run_has_its_own_database_broker_and_files(run: Pytest, tmp_path: Path) -> None:
    import json

    (tmp_path / "where").mkdir()
    done = run(
        WHERE,
        "-n",
        "2",
        WHERE=str(tmp_path / "where"),
        EMAIL_URL="smtp://example:25",
        BASE_URL="https://portal.example",
    )
    assert done.returncode == 0, done.stdout
    seen = [json.loads(path.read_text()) for path in sorted((tmp_path / "where").iterdir())]
    assert len(seen) == 2
    assert len({place["redis"] for place in seen} | {os.environ["REDIS_URL"]}) == 3
    assert len({place["files"] for place in seen}) == 2
    assert all(place["base_url"] == "http://localhost:8000" for place in seen)
    assert all(not place["email"].endswith("smtp.EmailBackend") for place in seen)


def test_database_name_that_another_run_has_is_refused(run: Pytest) -> None:
    claims = VAR / "test" / "claims"
    claims.mkdir(parents=True, exist_ok=True)
    lock = FileLock(claims / "run-taken")
    assert lock.take()
    done = run(SMALL, TEST_DB="taken")
    lock.release()
    assert done.returncode != 0
    assert "Another test run has the database TEST_DB=taken just now" in done.stderr
    assert "Traceback" not in done.stderr


def test_database_name_must_be_a_plain_word(run: Pytest) -> None:
    done = run(SMALL, TEST_DB="no; good")
    assert done.returncode != 0
    assert "TEST_DB is part of a database's name" in done.stderr


def test_a_group_reaches_the_scheduler(request: pytest.FixtureRequest) -> None:
    """A version of pytest that keeps its names to itself would spread the tests of one group over the workers."""
    assert request.node.nodeid.endswith("@local-testing") == ("PYTEST_XDIST_WORKER" in os.environ)
