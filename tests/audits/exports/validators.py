"""Two validators of OSCAL that others wrote, in an environment of their own, made from `requirements/oscal.lock`.

compliance-trestle brings thirty packages that the portal has no use for. oscal-validate has no dependencies and
asks for Python 3.12; all of it compiles and works in 3.11, so pip does not ask. That it tells good from bad is shown by
test_validators_refuse_what_is_wrong.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.local.locks import locked
from portal.local.paths import REQUIREMENTS, VAR

LOCK = REQUIREMENTS / "oscal.lock"
TRESTLE = """
import sys
from pathlib import Path
from trestle.cli import Trestle

files = sys.argv[1:]
steps = [["init", "--local"], *(["import", "-f", file, "-o", Path(file).stem] for file in files), ["validate", "--all"]]
for step in steps:
    sys.argv = ["trestle", *step]
    if code := Trestle().run():
        sys.exit(f"{step}: {code}")
"""
"""Its commands one after the other in one process: starting it takes longer than all it does."""


@dataclass(frozen=True)
class Said:
    """What a validator said of a file."""

    passed: bool
    words: str


class Validators:
    """Both, as commands. The environment is made once for each content of the lock file."""

    def __init__(self) -> None:
        digest = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
        self._venv = VAR / f"oscal-{digest}"
        VAR.mkdir(parents=True, exist_ok=True)
        with locked(VAR / "oscal.lock"):
            if not (self._venv / "done").exists():
                self._make()

    def _make(self) -> None:
        _run(sys.executable, "-m", "venv", "--clear", str(self._venv))
        pip = [str(self._venv / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
        wanted = ["--require-hashes", "--no-deps", "--ignore-requires-python", "-r", str(LOCK)]
        _run(*pip, *wanted)
        (self._venv / "done").touch()

    def oscal_validate(self, file: Path, *, beside: Path) -> Said:
        """oscal-validate against NIST's schema and constraints, with the documents beside it to resolve references."""
        command = [str(self._venv / "bin" / "oscal-validate"), "--format", "json", "--resolve", str(beside), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return Said(done.returncode == 0, done.stdout + done.stderr)

    def trestle(self, files: Iterable[Path], *, workspace: Path) -> Said:
        """Import by compliance-trestle into a workspace, which reads each model strictly, then its whole validation."""
        workspace.mkdir()
        script = [str(self._venv / "bin" / "python"), "-c", TRESTLE, *map(str, files)]
        done = subprocess.run(script, cwd=workspace, capture_output=True, text=True, check=False)
        return Said(done.returncode == 0, done.stdout + done.stderr)


def findings(said: Said) -> list[Any]:
    """What oscal-validate reports that is an error or a warning."""
    return [item for item in json.loads(said.words)["findings"] if item["severity"] in ("ERROR", "WARNING")]


def _run(*command: str, cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[:4]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
