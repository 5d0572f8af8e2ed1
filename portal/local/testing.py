"""The pytest plugin: embedded servers for the tests, what a machine cannot run, and the closing lines.

Loaded by `addopts` in pyproject.toml, before Django's settings are read. Each process of a run, the
controller and every xdist worker, has a Redis database and a folder for files of its own; a run has a test
database name of its own (TEST_DB names one, so that `--reuse-db` finds it again). The servers are shared by
all runs on the checkout. TEST_DATABASE_URL and TEST_REDIS_URL name other servers.
"""

import gc
import os
import re
import shutil
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import pytest_django

from . import machine, template
from .console import Stop
from .environment import for_tests, settings_variables, with_database
from .locks import FileLock
from .paths import VAR
from .servers import Addresses, Servers
from .valkey import DATABASES

NEEDS = {
    "browser": (
        "no Chromium was found",
        "install one (Debian: apt-get install chromium) or name the program in CHROMIUM",
        machine.chromium,
    ),
    "poppler": ("pdftotext was not found", "install poppler (Debian: apt-get install poppler-utils)", machine.poppler),
    "clamav": (
        "ClamAV's daemon or its test files were not found",
        "install them (Debian: apt-get install clamav-daemon clamav-testfiles)",
        machine.clamav,
    ),
    "shared_data": (
        "../shared/data is not there",
        "put the data there or name the folder in SHARED_DATA",
        machine.shared_data,
    ),
}
"""Marker → what is missing, how to have it, how to find it."""
_HOW = {why: how for why, how, _ in NEEDS.values()}
_RUN_NAME = "PORTAL_TEST_RUN"
_held: list[FileLock | Servers] = []
"""Locks and leases of this process; the kernel frees them at its end."""
_not_run: Counter[str] = Counter()


def require_all() -> bool:
    """Whether a test that does not run counts as failed (REQUIRE_ALL=1, as in CI)."""
    return os.environ.get("REQUIRE_ALL", "") not in ("", "0")


def _is_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


# --- servers and environment ------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    options = early_config.known_args_namespace
    if not (options.help or options.version):
        try:
            _prepare()
        except Stop as stopped:
            raise pytest.UsageError(str(stopped)) from None
    yield


def _prepare() -> None:
    """Set the whole environment of this process: what the user's shell has set for the portal does not count."""
    addresses = _addresses()
    run = os.environ[_RUN_NAME] if _is_worker() else _claim_run_name()
    number = _claim_redis_database()
    scratch = VAR / "test" / f"{run}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    shutil.rmtree(scratch, ignore_errors=True)
    for folder in ("files", "static"):
        (scratch / folder).mkdir(parents=True)
    for name in settings_variables() & os.environ.keys():
        del os.environ[name]
    os.environ.update(for_tests(addresses, database=run, redis_number=number, scratch=str(scratch)))
    os.environ[_RUN_NAME] = run
    _empty(os.environ["REDIS_URL"])


def _addresses() -> Addresses:
    if (database := os.environ.get("TEST_DATABASE_URL")) and (redis := os.environ.get("TEST_REDIS_URL")):
        return Addresses(database, redis)
    servers = Servers("test")
    _held.append(servers)
    return servers.lease()


def _claim(name: str) -> bool:
    folder = VAR / "test" / "claims"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / name)
    if not lock.take():
        lock.release()
        return False
    _held.append(lock)
    return True


def _claim_run_name() -> str:
    """The database name of this run, which no other run on this checkout has just now."""
    if asked := os.environ.get("TEST_DB"):
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,29}", asked):
            raise Stop("TEST_DB is part of a database's name: a letter, then letters, digits and _, all lower case.")
        if not _claim(f"run-{asked}"):
            raise Stop(
                f"Another test run has the database TEST_DB={asked} just now. Wait for it or choose another name."
            )
        return f"portal_{asked}"
    return next(name for name in ("portal", *(f"portal_{n}" for n in range(2, 99))) if _claim(f"run-{name}"))


def _claim_redis_database() -> int:
    for number in range(1, DATABASES):
        if _claim(f"redis-{number}"):
            return number
    raise Stop("All Redis databases are taken by other test processes. Wait for them to end.")


def _empty(redis_url: str) -> None:
    import redis

    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    for marker, (why, _, _) in NEEDS.items():
        config.addinivalue_line("markers", f"{marker}: does not run where {why}.")
    if "DATABASE_URL" not in os.environ:  # --help
        return
    from django.conf import settings

    # The real hash takes 50 ms a password; the real static files need `collectstatic`. Tests of either name them.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was loaded stays to the end: the collector need not walk its half a million objects again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 100)  # full rounds seldom: what a test leaves behind goes in the small ones


def pytest_unconfigure() -> None:
    while _held:
        _held.pop().release()


# --- what cannot run here ---------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, (why, _, find) in NEEDS.items():
        if item.get_closest_marker(marker) and find() is None:
            pytest.skip(why)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets (../shared/data). Mark the test `shared_data` too."""
    folder = machine.shared_data()
    if folder is None:
        pytest.skip(NEEDS["shared_data"][0])
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser. Mark the test `browser` too."""
    path = machine.chromium()
    if path is None:
        pytest.skip(NEEDS["browser"][0])
    return path


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> None:
    """Copy the test database from a migrated template. tests/conftest.py imports it, else pytest-django's counts."""
    from django.db import connection

    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template.ensure(connection)


@pytest.fixture
def process_environment(transactional_db: None) -> dict[str, str]:
    """The environment for a process of its own (a worker, `manage.py`) that shares this test's database and broker."""
    from django.db import connection

    return {**os.environ, "DATABASE_URL": with_database(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])}


def _reason(longrepr: object) -> str:
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return str(text).removeprefix("Skipped: ")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and require_all():
        report.outcome = "failed"
        report.longrepr = f"Did not run, and REQUIRE_ALL=1 lets nothing be left out: {_reason(report.longrepr)}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.outcome == "skipped" and require_all():
        report.outcome = "failed"
        report.longrepr = f"Did not run, and REQUIRE_ALL=1 lets nothing be left out: {_reason(report.longrepr)}"
    return report


# --- closing lines ----------------------------------------------------------------------------------


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _not_run[_reason(report.longrepr)] += 1


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _not_run[_reason(report.longrepr)] += 1


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    yield
    if _is_worker() or session.config.option.collectonly:
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    for line in _closing_lines():
        reporter.write_line(line)


def _closing_lines() -> list[str]:
    if require_all():
        return []  # what could not run has failed, and says why
    if not _not_run:
        return ["Nothing was left out."]
    total = _not_run.total()
    lines = [f"{total} test{'s' if total > 1 else ''} could not run on this machine:"]
    for why, count in _not_run.most_common():
        lines.append(f"  {count} × {why}" + (f": {how}" if (how := _HOW.get(why)) else ""))
    return [*lines, "REQUIRE_ALL=1 makes every one of them a failure."]
