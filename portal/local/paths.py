"""Where things are. A checkout keeps everything of its own under `.venv/`, `node_modules/` and `var/`."""

import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("PORTAL_VAR") or ROOT / "var").absolute()
VENV = Path(os.environ.get("PORTAL_VENV") or ROOT / ".venv").absolute()
"""Another checkout's environment may be named by PORTAL_VENV when both have the same lock files."""
REQUIREMENTS = ROOT / "requirements"
LOGS = VAR / "log"
TAG = hashlib.sha256(str(VAR).encode()).hexdigest()[:12]
"""Names this checkout in places that all checkouts of a machine share."""


def venv_bin(name: str) -> Path:
    """A program in the virtual environment."""
    return VENV / "bin" / name


def package_dir(name: str) -> Path | None:
    """A package's folder in the virtual environment, found without importing it."""
    return next(iter(sorted(VENV.glob(f"lib/python3*/site-packages/{name}"))), None)


def in_venv() -> bool:
    """Whether this very process runs on the virtual environment's interpreter."""
    return Path(sys.prefix).resolve() == VENV.resolve()
