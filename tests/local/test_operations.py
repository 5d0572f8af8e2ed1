"""docs/operations.md leaves nothing out: every variable that is read, every check that speaks."""

import re
from pathlib import Path

from portal.local.environment import settings_variables
from portal.local.paths import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text()
LOCAL = (ROOT / "portal" / "local").glob("*.py")
OTHERS = {"PATH", "DATABASE_URL", "REDIS_URL", "BASE_URL", "PORTAL_TEST_RUN", "PYTEST_XDIST_WORKER"}
"""Read in portal/local for other reasons than to be set by somebody."""


def listed() -> set[str]:
    return set(re.findall(r"`([A-Z][A-Z0-9_]+)`", PAGE))


def test_every_variable_of_the_settings_is_listed() -> None:
    assert settings_variables() - listed() == set()
    assert {"SECRET_KEY", "DATABASE_URL", "SECRET_KEY_FILE"} <= settings_variables()


def test_every_variable_of_the_local_tools_is_listed() -> None:
    reads = re.compile(r"os\.environ(?:\.get\(|\[)\"([A-Z_]+)\"|\"([A-Z_]+)\" in os\.environ")
    found = {name for path in LOCAL for pair in reads.findall(path.read_text()) for name in pair if name}
    assert {"PORT", "HOST", "REQUIRE_ALL"} <= found
    assert found - OTHERS - listed() == set()


def test_every_check_is_explained() -> None:
    sources = [path for app in ("portal", "partners", "grants", "audits") for path in (ROOT / app).rglob("*.py")]
    spoken = {name for path in sources for name in re.findall(r'id="(portal\.[EW]\d{3})"', path.read_text())}
    assert "portal.E001" in spoken
    assert spoken == set(re.findall(r"`(portal\.[EW]\d{3})` \|", PAGE))


def test_every_file_that_the_page_names_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", PAGE) if "://" not in link]
    assert [link for link in links if not (Path(ROOT / "docs") / link).exists()] == []
