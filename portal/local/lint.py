"""`make lint`: every check runs, then the sum of them. One that fails does not hide the next."""

import json
import math
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from .console import say
from .environment import for_tests
from .paths import REQUIREMENTS, ROOT, VAR, venv_bin
from .servers import Servers

_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|(?i:(?:secret|password|token|ledger|api)_?key|password|secret)[\"']?\s*[:=]\s*[\"']?(?P<value>[A-Za-z0-9+/_=-]{24,})"
)
_ENOUGH_BITS = 4.0
"""Shannon entropy per character above which a long value looks random rather than written."""
_DEPENDENCY = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")


class Failed(Exception):
    """A check found something; the message lists it."""


def run() -> int:
    """Do every check; 0 when all found the tree in order."""
    servers = Servers("test")
    scratch = VAR / "lint"
    scratch.mkdir(exist_ok=True)
    environment = for_tests(servers.lease(), database="portal", redis_number=0, scratch=str(scratch))
    os.environ.update(environment)
    outcomes = {title: _check(title, check) for title, check in CHECKS.items()}
    servers.release()
    failed = [title for title, outcome in outcomes.items() if outcome == "failed"]
    unknown = [title for title, outcome in outcomes.items() if outcome == "UNKNOWN"]
    say()
    for title in unknown:
        say(f"UNKNOWN: {title}. Nothing was checked there; see above.")
    say(f"Lint: {', '.join(failed)} failed." if failed else "Lint: all in order.")
    return 1 if failed else 0


def _check(title: str, check: Callable[[], str | None]) -> str:
    say(f"-- {title}")
    begun = time.monotonic()
    try:
        outcome = check() or "in order"
    except Failed as found:
        say(str(found))
        outcome = "failed"
    say(f"   {outcome}, {time.monotonic() - begun:.1f} s")
    return outcome


def _program(*command: str) -> None:
    done = subprocess.run(
        [str(venv_bin(command[0])), *command[1:]],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(done.stdout.strip())


def style() -> None:
    """Ruff's rules."""
    _program("ruff", "check", ".")


def layout() -> None:
    """Ruff's formatting."""
    _program("ruff", "format", "--check", ".")


def types() -> None:
    """Mypy, strict where pyproject.toml says."""
    _program("mypy")


def layers() -> None:
    """Imports run downward only."""
    _program("lint-imports", "--no-logo")


def templates() -> None:
    """Djlint's rules."""
    _program("djlint", "templates", "--lint", "--quiet")


def migrations() -> None:
    """No model has changed without its migration."""
    _program("python", "manage.py", "makemigrations", "--check", "--dry-run", "--verbosity", "1")


def locks() -> None:
    """What can be known without an index: all that is asked for is locked, with hashes, in one version everywhere."""
    problems = lock_problems(REQUIREMENTS)
    if problems:
        raise Failed("\n".join(problems))


def lock_problems(folder: Path) -> list[str]:
    """What is wrong between the `.in` and the `.lock` files of a folder."""
    versions: dict[str, set[str]] = {}
    problems: list[str] = []
    for lock in sorted(folder.glob("*.lock")):
        text = lock.read_text()
        entries = re.findall(r"^([a-z0-9.-]+)(?:\[[^]]*\])?==(\S+)(.*(?:\n    .*)*)", text, re.MULTILINE)
        pinned = {name: version for name, version, _ in entries}
        problems += [f"{lock.name}: {name} has no hash" for name, _, rest in entries if "--hash=sha256:" not in rest]
        problems += [f"{lock.name}: names an address" for _ in re.findall(r"https?://", text)[:1]]
        for name, version in pinned.items():
            versions.setdefault(name, set()).add(version)
        for name in sorted(_asked_for(lock.with_suffix(".in")) - pinned.keys()):
            problems.append(f"{lock.name}: {name} is asked for but not locked; make the lock files anew")
    return problems + [
        f"{name} is locked in several versions: {', '.join(sorted(found))}"
        for name, found in versions.items()
        if len(found) > 1
    ]


def _asked_for(source: Path) -> set[str]:
    names: set[str] = set()
    for line in source.read_text().splitlines():
        if line.startswith("-r "):
            names |= _asked_for(source.parent / line[3:].strip())
        elif found := _DEPENDENCY.match(line):
            names.add(re.sub(r"[-_.]+", "-", found.group(1)).lower())
    return names


def secrets() -> None:
    """No private key and nothing that looks like a live secret in any tracked file."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        raise Failed("git could not list the files: " + listed.stderr.strip())
    found = [hit for name in listed.stdout.split("\0") if name for hit in secrets_in(ROOT / name)]
    if found:
        raise Failed("\n".join(found))


def secrets_in(path: Path) -> list[str]:
    """Lines of a file that hold a secret, as `path:line`; in binary and lock files no scan could tell."""
    if path.suffix == ".lock" or path.name == "package-lock.json" or not path.is_file():
        return []
    try:
        lines = path.read_text().splitlines()
    except UnicodeDecodeError:
        return []
    return [f"{path}:{number}: looks like a secret" for number, line in enumerate(lines, 1) if _is_secret(line)]


def _is_secret(line: str) -> bool:
    found = _SECRET.search(line)
    if found is None or "not a secret:" in line:
        return False
    value = found.group("value")
    return value is None or _bits_per_character(value) >= _ENOUGH_BITS


def _bits_per_character(text: str) -> float:
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def vulnerabilities() -> str | None:
    """Pip-audit on what is locked. No answer is not an all-clear: it is reported as UNKNOWN."""
    done = subprocess.run(
        [
            *(str(venv_bin("pip-audit")), "--disable-pip"),
            *(word for name in ("dev", "oscal") for word in ("--requirement", str(REQUIREMENTS / f"{name}.lock"))),
            *("--progress-spinner", "off", "--timeout", "30", "--format", "json"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return audit_outcome(done.stdout, done.stderr)


def audit_outcome(report: str, errors: str) -> str | None:
    """None when every package was looked up and is clean, "UNKNOWN" when some were not; raises Failed otherwise."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError):
        last = (errors.strip().splitlines() or ["no reason given"])[-1]
        say(f"   The index of vulnerabilities gave no answer: {last[:200]}")
        return "UNKNOWN"
    known = [
        f"{package['name']} {package['version']}: {flaw['id']}, fixed in {', '.join(flaw['fix_versions']) or 'none'}"
        for package in packages
        for flaw in package.get("vulns", [])
    ]
    if known:
        raise Failed("\n".join(known))
    silent = [package["name"] for package in packages if "skip_reason" in package]
    if silent:
        say(f"   The index of vulnerabilities knows nothing about {len(silent)} of {len(packages)} packages.")
        return "UNKNOWN"
    return None


CHECKS: dict[str, Callable[[], str | None]] = {
    "style": style,
    "layout": layout,
    "types": types,
    "layers": layers,
    "templates": templates,
    "migrations": migrations,
    "lock files": locks,
    "secrets": secrets,
    "known vulnerabilities": vulnerabilities,
}
