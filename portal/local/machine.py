"""What this machine has besides Python: a browser, poppler, ClamAV's daemon, the shared data."""

import os
import shutil
from pathlib import Path

from .paths import ROOT

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC_BROWSERS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

CLAMAV_FILES = Path("/usr/share/clamav-testfiles")


def chromium() -> str | None:
    """The browser for tests and screenshots: the one that CHROMIUM names, else the first that is installed."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    installed = [shutil.which(name) for name in _BROWSERS] + [
        path for path in _MAC_BROWSERS if os.access(path, os.X_OK)
    ]
    return next((path for path in installed if path), None)


def poppler() -> str | None:
    """`pdftotext`, by which tests read what a document says."""
    return shutil.which("pdftotext")


def clamav() -> str | None:
    """`clamd`, which scans uploads, where the harmless files that its makers test it with are there as well."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])  # not in everybody's PATH
    return shutil.which("clamd", path=path) if CLAMAV_FILES.is_dir() else None


def shared_data() -> Path | None:
    """The folder of public data sets beside the checkout, or where SHARED_DATA says."""
    folder = Path(os.environ.get("SHARED_DATA") or ROOT.parent / "shared" / "data")
    return folder if folder.is_dir() else None
