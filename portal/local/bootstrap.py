"""From a fresh checkout to a virtual environment with everything in the lock file, checked by hash.

Runs on the system's Python with the standard library alone. A stamp in the environment holds the hash of
the lock file that it was made from, so that the next run costs nothing.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from .console import Stop, complain, step
from .locks import FileLock
from .paths import LOGS, REQUIREMENTS, ROOT, VAR, VENV, venv_bin

Lock = Literal["local", "dev"]
_GIB = 1024**3
_NEEDED_FREE = {True: 3 * _GIB, False: _GIB // 4}
"""Free disk that a first and a later start need: packages, front-end packages, database."""
_UNREACHABLE = re.compile(
    r"Could not find a version|No matching distribution|Failed to establish|NewConnectionError|ConnectTimeout"
    r"|name resolution|error sending request|dns error|Failed to fetch"
    r"|Connection (refused|reset|timed out)|ProxyError|NameResolution",
    re.IGNORECASE,
)
_REASONS: dict[re.Pattern[str], str] = {
    re.compile(r"No space left|os error 28|ENOSPC"): "The disk is full. Free some space and try again.",
    re.compile(r"hash(es)? (do not|does not|mismatch)|Hash mismatch|DO NOT MATCH", re.IGNORECASE): (
        "A package is not the one that the lock file names (its hash differs), so nothing was installed. "
        "Check the package index that pip uses (pip config list)."
    ),
    _UNREACHABLE: (
        "The packages could not be fetched: no package index answers, or it lacks one of them. "
        "Check the network and pip's settings (pip config list), then try again."
    ),
    re.compile(r"gcc|command 'cc'|Failed building wheel|metadata-generation-failed|Failed to build"): (
        "A package has no ready-made build for this machine and could not be compiled. "
        "Use Linux (glibc) or macOS on x86-64 or ARM64, or install a C compiler and Python's headers."
    ),
}
"""What the output of pip and uv means, the first that fits."""


def check_machine() -> None:
    """The folder can be written to and the disk has room. Raises Stop."""
    for folder in (ROOT, VAR):
        try:
            folder.mkdir(exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder):
                pass
        except OSError as problem:
            if problem.errno == 28:
                raise Stop("The disk is full. Free some space and try again.") from None
            raise Stop(
                f"{folder} cannot be written to ({(problem.strerror or 'unknown reason').lower()}). "
                "Put the checkout where you may write, or change its owner."
            ) from None
    check_space(first=not _stamp("local").exists())


def check_space(*, first: bool) -> None:
    """Enough free disk for a first or a later start. Raises Stop."""
    free = shutil.disk_usage(VAR).free
    if free < (needed := _NEEDED_FREE[first]):
        raise Stop(
            f"{VAR} has {free / _GIB:.1f} GiB of disk left, {needed / _GIB:.2g} GiB are needed. "
            "Free some space and try again."
        )


def ensure(lock: Lock) -> None:
    """Have the virtual environment with everything that the lock file names. Raises Stop."""
    check_machine()
    if _fresh(lock):
        return
    LOGS.mkdir(parents=True, exist_ok=True)
    one_at_a_time = FileLock(VAR / "setup.lock")
    if not one_at_a_time.take():
        complain("  Another set-up of this checkout is under way; waiting for it.")
        one_at_a_time.take(wait=None)
    try:
        if not _fresh(lock):
            _make(lock)
    finally:
        one_at_a_time.release()


def _make(lock: Lock) -> None:
    if not _works(venv_bin("python")):
        with step("Virtual environment"):
            _make_venv()
    with step("Packages (the first time takes a minute or two)"):
        _install(REQUIREMENTS / f"{lock}.lock")
    if VENV == ROOT / ".venv":
        _make_importable()
    for name in ("local", "dev") if lock == "dev" else ("local",):
        _stamp(name).write_text(_hash(name))


def _hash(lock: str) -> str:
    return hashlib.sha256((REQUIREMENTS / f"{lock}.lock").read_bytes()).hexdigest()


def _stamp(lock: str) -> Path:
    return VENV / f".portal-{lock}"


def _fresh(lock: Lock) -> bool:
    with suppress(OSError):
        return _stamp(lock).read_text() == _hash(lock) and venv_bin("python").exists()
    return False


def _works(python: Path) -> bool:
    try:
        return subprocess.run([python, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _make_venv() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    made = _logged([sys.executable, "-m", "venv", str(VENV)])
    if made.returncode == 0 and _works(venv_bin("python")):
        return
    # Debian ships venv without pip unless python3-venv is there; the system's own pip can fill the gap.
    shutil.rmtree(VENV, ignore_errors=True)
    bare = _logged([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
    filled = _logged([sys.executable, "-m", "pip", "--python", str(VENV / "bin" / "python"), "install", "pip"])
    if bare.returncode or filled.returncode:
        raise Stop(
            f"Python's venv or pip is missing or broken ({sys.executable}). "
            "Install them (Debian: apt-get install python3-venv python3-pip) and try again."
        )


def _make_importable() -> None:
    """Let the environment's own programs (pytest, celery, mypy) find the project from any folder."""
    for packages in VENV.glob("lib/python3*/site-packages"):
        (packages / "portal-checkout.pth").write_text(f"{ROOT}\n")


def _install(lock: Path) -> None:
    """Install by uv, which is many times faster; by pip when uv cannot be had or does not manage."""
    pip = [
        str(venv_bin("python")),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--require-hashes",
        "--no-deps",  # a lock file names all of them, but for those of packages of which only the data is read
        "--retries",
        "2",
        "--timeout",
        "30",
    ]
    uv_only = VAR / "uv.lock"
    uv_only.write_text(_entry("uv", (REQUIREMENTS / "dev.lock").read_text()))
    got_uv = _logged([*pip, "-r", str(uv_only)])
    if got_uv.returncode == 0:
        uv = [str(venv_bin("uv")), "pip", "install", "--python", str(venv_bin("python")), "--require-hashes"]
        uv += ["--no-deps"]
        if _logged([*uv, "-r", str(lock)], extra=_uv_settings()).returncode == 0:
            return
    elif _UNREACHABLE.search(got_uv.stdout):
        raise Stop(reason(got_uv.stdout))
    by_pip = _logged([*pip, "-r", str(lock)])
    if by_pip.returncode != 0:
        raise Stop(reason(by_pip.stdout))


def _entry(name: str, lock_text: str) -> str:
    """One package's lines of a lock file, hashes included."""
    found = re.search(rf"^{re.escape(name)}==.*?(?=^\S|\Z)", lock_text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise Stop(
            f"requirements/dev.lock does not name {name}. Make the lock files anew as requirements/README.md says."
        )
    return found.group()


def _uv_settings() -> dict[str, str]:
    """uv does not read pip's configuration; hand it over. As with pip, any index may have a package: hashes decide."""
    listed = subprocess.run(
        [venv_bin("python"), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    found = dict(re.findall(r"^(?:global|install|:env:)\.([a-z_-]+)='(.*)'$", listed.replace("_", "-"), re.MULTILINE))
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
    }
    settings = {names[key]: value for key, value in found.items() if key in names}
    settings |= {"UV_LINK_MODE": "copy", "UV_INDEX_STRATEGY": "unsafe-best-match"}
    return {name: value for name, value in settings.items() if name not in os.environ}


def reason(output: str) -> str:
    """A sentence for what went wrong, from the output of pip, uv or npm."""
    sentence = next((text for pattern, text in _REASONS.items() if pattern.search(output)), None)
    return f"{sentence or 'The packages could not be installed.'} Details: {LOGS / 'setup.log'}"


def _logged(command: Sequence[str], *, extra: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command, keeping what it says in var/log/setup.log as well."""
    return run_logged(command, env={**os.environ, **(extra or {})})


def run_logged(command: Sequence[str], *, env: dict[str, str], cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command quietly; its output is returned and appended to var/log/setup.log."""
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=env,
            cwd=cwd,
            check=False,
        )
    except FileNotFoundError as missing:
        done = subprocess.CompletedProcess(command, 127, f"{missing.filename} is missing")
    with suppress(OSError), (LOGS / "setup.log").open("a") as log:
        log.write(f"$ {' '.join(map(str, command))}\n{done.stdout}\n")
    return done
