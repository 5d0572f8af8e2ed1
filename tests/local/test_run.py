"""`make run` for real, in a copy of the checkout: it comes up, watches, refuses a second, leaves nothing behind."""

import json
import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.local.checkout import MakeRun, copy_checkout, eventually, free_port, processes_of, servers_home, verb

pytestmark = [
    pytest.mark.xdist_group("local-run"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the checkout, in which the tests below run one after the other."""
    place = copy_checkout(tmp_path_factory.mktemp("run"))
    yield place
    verb(place, "stop")
    verb(place, "reset")


def test_ctrl_c_during_set_up_stops_everything(folder: Path) -> None:
    run = MakeRun(folder)
    try:
        eventually(lambda: "Loading the portal" in run.output, seconds=240, why="set-up does not begin")
        run.press_ctrl_c()
        run.wait()
        assert "Traceback" not in run.output
        assert processes_of(folder) == []
    finally:
        run.kill()


@pytest.fixture(scope="module")
def first(folder: Path) -> Iterator[MakeRun]:
    """The first start, up and left running, with a row of ours in its database."""
    run = MakeRun(folder)
    try:
        run.await_ready()
        with database(folder) as link:
            link.execute("CREATE TABLE kept (id int)")
            link.execute("INSERT INTO kept VALUES (7)")
        yield run
    finally:
        run.kill()


@pytest.fixture
def stopped(first: MakeRun, folder: Path) -> Path:
    """The checkout after its first start has ended."""
    first.kill()
    return folder


def health(port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def state(folder: Path) -> dict[str, dict[str, int]]:
    try:
        found: dict[str, dict[str, int]] = json.loads((folder / "var" / "run.json").read_text())
    except (OSError, ValueError):
        return {"children": {}}
    return found


def database(folder: Path) -> psycopg.Connection[tuple[int]]:
    addresses = json.loads((servers_home(folder) / "addresses.json").read_text())
    return psycopg.connect(addresses["database_url"], autocommit=True)


def postmaster(folder: Path) -> int:
    """The process of the database server; 0 while there is none."""
    return next((int(line.split()[0]) for line in processes_of(folder) if "/postgres -D" in line), 0)


def kept(folder: Path) -> list[tuple[int]]:
    """What became of our row."""
    with database(folder) as link:
        return link.execute("SELECT id FROM kept").fetchall()


def test_first_start_shows_its_steps_and_the_portal_answers(first: MakeRun, folder: Path) -> None:
    steps = [line for line in first.output.splitlines() if line.endswith(" s")]
    assert len(steps) >= 5, first.output
    assert f"http://localhost:{first.port}/" in first.output
    assert health(first.port) == 200
    assert set(state(folder)["children"]) == {"web", "worker", "beat", "transmitter"}


def test_every_demo_sign_in_is_shown(first: MakeRun, folder: Path) -> None:
    people = json.loads((folder / "var" / "demo.json").read_text())
    assert people
    for person in people:
        assert (person.get("email") or person["client_id"]) in first.output


def test_second_run_on_the_checkout_is_refused_in_a_sentence(first: MakeRun, folder: Path) -> None:
    second = verb(folder, "run", PORT=str(free_port()))
    assert second.returncode == 1
    assert f"already runs at http://localhost:{first.port}/" in second.stderr
    assert "Traceback" not in second.stderr


def test_reset_is_refused_while_the_portal_runs(first: MakeRun, folder: Path) -> None:
    refused = verb(folder, "reset")
    assert refused.returncode == 1
    assert "The portal is running" in refused.stderr
    assert health(first.port) == 200


def test_killed_web_server_is_started_again(first: MakeRun, folder: Path) -> None:
    before = state(folder)["children"]["web"]
    os.kill(before, signal.SIGKILL)
    eventually(lambda: state(folder)["children"].get("web", before) != before, seconds=20, why="web was not restarted")
    eventually(lambda: health(first.port) == 200, seconds=60, why="web does not answer again")
    assert "web has ended (SIGKILL)" in first.output


def test_killed_database_server_is_started_again(first: MakeRun, folder: Path) -> None:
    before = postmaster(folder)
    os.kill(before, signal.SIGKILL)
    eventually(lambda: postmaster(folder) not in (0, before), seconds=20, why="the database was not restarted")
    eventually(lambda: health(first.port) == 200, seconds=60, why="the portal does not answer again")
    assert kept(folder) == [(7,)]


def test_ctrl_c_stops_everything(first: MakeRun, folder: Path) -> None:
    first.press_ctrl_c()
    first.wait()
    assert "Stopped." in first.output
    assert "Traceback" not in first.output
    assert processes_of(folder) == []
    assert not (folder / "var" / "run.json").exists()


def test_second_start_keeps_the_data_and_builds_nothing(stopped: Path) -> None:
    built = [stopped / "var" / "static" / ".stamp", stopped / "portal" / "ui" / "static" / "build" / ".stamp"]
    before = [stamp.stat().st_mtime_ns for stamp in built]
    run = MakeRun(stopped)
    try:
        run.await_ready()
        assert [stamp.stat().st_mtime_ns for stamp in built] == before
        assert kept(stopped) == [(7,)]
        run.process.terminate()  # as a service manager would: make alone gets it, and passes it on
        run.wait()
        eventually(lambda: not processes_of(stopped), seconds=30, why="processes outlive a supervisor that was ended")
    finally:
        run.kill()


def test_nothing_outlives_a_supervisor_that_was_killed_and_the_next_start_works(stopped: Path) -> None:
    folder, run = stopped, MakeRun(stopped)
    try:
        run.await_ready()
        os.kill(int(json.loads((folder / "var" / "run.json").read_text())["pid"]), signal.SIGKILL)
        eventually(lambda: not processes_of(folder), seconds=40, why="processes outlive their supervisor")
    finally:
        run.kill()
    again = MakeRun(folder)
    try:
        again.await_ready()
        os.killpg(again.process.pid, signal.SIGHUP)  # the terminal is closed
        eventually(lambda: not processes_of(folder), seconds=40, why="processes outlive their terminal")
    finally:
        again.kill()


def test_taken_port_is_named_with_another_to_try(folder: Path) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        refused = verb(folder, "run", PORT=str(port))
    assert refused.returncode == 1
    assert refused.stderr.startswith(
        f"Stopped. Port {port} is taken by another program. Choose another: make run PORT="
    )


def test_port_that_is_none_is_refused(folder: Path) -> None:
    refused = verb(folder, "run", PORT="http")
    assert refused.returncode == 1
    assert "PORT=http is no port" in refused.stderr
