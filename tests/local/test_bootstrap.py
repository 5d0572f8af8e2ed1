"""The way from a bare machine: what stops it is told in a sentence."""

import ast
import errno
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from portal.local import bootstrap, console, verbs
from portal.local.console import Stop
from portal.local.paths import ROOT
from tests.local.checkout import copy_checkout, verb

FIRST_MODULES = (
    "__init__", "__main__", "verbs", "bootstrap", "assets", "console", "locks", "paths", "processes", "servers",
    "warden", "postgres", "valkey", "keys", "environment", "supervisor", "run",
)  # fmt: skip
"""What runs on the system's Python, before anything is installed."""


@pytest.mark.parametrize("name", FIRST_MODULES)
def test_first_modules_import_only_the_standard_library_at_the_top(name: str) -> None:
    tree = ast.parse((ROOT / "portal" / "local" / f"{name}.py").read_text())
    imported = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom) and node.level == 0}
    foreign = {module for module in imported if module.split(".")[0] not in sys.stdlib_module_names}
    assert foreign <= {"portal.local.verbs"}


def test_first_file_can_be_read_by_an_old_python() -> None:
    for name in ("portal/local/__main__.py", "portal/local/__init__.py"):
        ast.parse((ROOT / name).read_text(), feature_version=(3, 6))


def test_old_python_is_told_which_one_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 10, "final", 0))
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("portal.local", run_name="__main__")
    assert ended.value.code == 1
    assert "Python 3.11 or newer is needed, this is 3.8." in capsys.readouterr().err


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A copy of the checkout with nothing installed."""
    return copy_checkout(tmp_path / "bare")


def test_no_package_index_is_told_with_what_to_check(bare: Path) -> None:
    nowhere = "http://127.0.0.1:9/simple"
    refused = verb(
        bare, "run", PORTAL_VENV=str(bare / ".venv"), PIP_INDEX_URL=nowhere, PIP_FIND_LINKS="", UV_OFFLINE="1", PORT="0"
    )
    assert refused.returncode == 1
    assert "is no port" in refused.stderr
    refused = verb(
        bare, "setup", PORTAL_VENV=str(bare / ".venv"), PIP_INDEX_URL=nowhere, PIP_FIND_LINKS="", PIP_NO_CACHE_DIR="1"
    )
    assert refused.returncode == 1
    assert "no package index answers" in refused.stderr
    assert "pip config list" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (bare / ".venv" / ".portal-dev").exists()


@pytest.fixture
def mounted(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path | None]:
    """A small file system of its own, with the options that the test asks for; None where this may not be mounted."""
    place = tmp_path / "mounted"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", request.param, "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    yield place
    subprocess.run(["umount", place], check=True)


def fails_with(number: int) -> Callable[[list[str]], int]:
    """A verb that meets an error of the operating system."""

    def verb(args: list[str]) -> int:
        raise OSError(number, os.strerror(number), "/srv/portal/var")

    return verb


@pytest.mark.parametrize("mounted", ["size=8m"], indirect=True)
def test_little_disk_is_told_with_how_much_is_needed(mounted: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if mounted is None:
        monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=8 * 1024**2))
        with pytest.raises(Stop, match=r"0\.0 GiB of disk left, 0\.25 GiB are needed"):
            bootstrap.check_space(first=False)
        return
    refused = verb(ROOT, "run", PORTAL_VAR=str(mounted), PORT="8999")
    assert refused.returncode == 1
    assert "0.0 GiB of disk left, 0.25 GiB are needed" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("mounted", ["size=64k"], indirect=True)
def test_full_disk_is_told_in_a_sentence(
    mounted: Path | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if mounted is None:
        monkeypatch.setitem(verbs.VERBS, "env", fails_with(errno.ENOSPC))
        assert verbs.main(["env"]) == 1
        assert capsys.readouterr().err.startswith("Stopped. /srv/portal/var: the disk is full.")
        return
    with suppress(OSError):
        while True:
            (mounted / f"filler-{os.urandom(4).hex()}").write_bytes(b"x" * 4096)
    refused = verb(ROOT, "lint", PORTAL_VAR=str(mounted))
    assert refused.returncode == 1
    assert refused.stderr.startswith("Stopped. ")
    assert "disk" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("mounted", ["size=8m,ro"], indirect=True)
def test_read_only_folder_is_told_in_a_sentence(
    mounted: Path | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if mounted is None:
        monkeypatch.setitem(verbs.VERBS, "env", fails_with(errno.EROFS))
        assert verbs.main(["env"]) == 1
        assert "the file system is read-only" in capsys.readouterr().err
        return
    refused = verb(ROOT, "run", PORTAL_VAR=str(mounted), PORT="8999")
    assert refused.returncode == 1
    assert f"{mounted} cannot be written to (read-only file system)" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "its hash differs"),
        ("error: Hash mismatch for `amqp==5.4.2`", "its hash differs"),
        ("ERROR: No matching distribution found for uv==0.13.9", "no package index answers"),
        ("error: Failed to fetch: `https://…`  Caused by: dns error", "no package index answers"),
        ("error: command 'gcc' failed: No such file or directory", "could not be compiled"),
        ("something nobody has seen before", "could not be installed"),
    ],
)
def test_output_of_the_installer_is_put_in_a_sentence(output: str, words: str) -> None:
    assert words in bootstrap.reason(output)


def test_one_package_is_cut_out_of_a_lock_file_with_its_hashes() -> None:
    lock = "uv-build==1 \\\n    --hash=sha256:a\n"
    lock += "uv==2 \\\n    --hash=sha256:b \\\n    --hash=sha256:c\n    # via -r dev.in\nvine==3 \\\n"
    entry = bootstrap._entry("uv", lock)
    assert entry == "uv==2 \\\n    --hash=sha256:b \\\n    --hash=sha256:c\n    # via -r dev.in\n"
    with pytest.raises(Stop, match="does not name nothing"):
        bootstrap._entry("nothing", lock)


def test_unknown_verb_lists_the_known_ones() -> None:
    refused = verb(ROOT, "jump")
    assert refused.returncode == 2
    assert "run, test, lint" in refused.stderr


def test_make_without_a_target_shows_what_there_is() -> None:
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("run", "test", "lint", "bench", "shell", "reset", "docs", "screenshots"):
        assert f"\n  {target}" in shown


def test_a_shell_that_reads_the_environment_reads_no_steps(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def installs(lock: str) -> None:
        with console.step("Packages (the first time takes a minute or two)"):
            pass

    monkeypatch.setattr(bootstrap, "ensure", installs)
    monkeypatch.setattr(verbs, "Servers", lambda name: SimpleNamespace(keep=dict))
    monkeypatch.setattr(verbs, "for_demo", lambda lease, port: {"GREETING": "good day"})
    assert verbs.env([]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == ["export GREETING='good day'"]
    assert "Packages" in printed.err


def test_bytecode_is_kept_whatever_the_shell_says() -> None:
    name = "PYTHONDONTWRITEBYTECODE"
    say = f"import os; from portal.local import verbs; verbs.main(['help']); print('{name}' in os.environ)"
    environment = {**os.environ, name: "1"}
    told = subprocess.run(
        [sys.executable, "-c", say], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines()[-1] == "False"
