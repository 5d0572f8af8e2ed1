"""The checks of `make lint` that are our own."""

import json
from pathlib import Path

import pytest

from portal.local import lint
from portal.local.paths import REQUIREMENTS, ROOT

HASH = "    --hash=sha256:" + "0" * 64


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def test_lock_files_of_the_project_are_in_order() -> None:
    assert lint.lock_problems(REQUIREMENTS) == []


def test_name_that_is_asked_for_but_not_locked_is_found(tmp_path: Path) -> None:
    folder = write(tmp_path, base_in="django~=5.2\nDjango_CSP\n", base_lock=f"django==5.2.1 \\\n{HASH}\n")
    assert lint.lock_problems(folder) == ["base.lock: django-csp is asked for but not locked; make the lock files anew"]


def test_name_from_an_included_file_is_asked_for_too(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        base_in="django\n",
        base_lock=f"django==5.2.1 \\\n{HASH}\n",
        dev_in="-r base.in\npytest\n",
        dev_lock=f"pytest==9.0 \\\n{HASH}\n",
    )
    assert lint.lock_problems(folder) == ["dev.lock: django is asked for but not locked; make the lock files anew"]


def test_missing_hash_second_version_and_address_are_found(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        base_in="django\n",
        base_lock=f"django==5.2.1 \\\n{HASH}\n",
        dev_in="django\n",
        dev_lock="--index-url https://packages.example/simple\ndjango==5.2.2\n",
    )
    assert lint.lock_problems(folder) == [
        "dev.lock: django has no hash",
        "dev.lock: names an address",
        "django is locked in several versions: 5.2.1, 5.2.2",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "SECRET_KEY" + "=q1Rk21vb3Fr4PesVzyFpiOYjMVaFzzQ7Om8Cnu6SKx9sCXCyG",
        "password" + ': "kD83hfQ0zmPw72VbnXq1LtRs"',
        "AKIA" + "IOSFODNN7EXAMPLE",
    ],
)
def test_line_that_looks_like_a_secret_is_found(tmp_path: Path, line: str) -> None:
    source = tmp_path / "settings.txt"
    source.write_text(f"first\n{line}\n")
    assert lint.secrets_in(source) == [f"{source}:2: looks like a secret"]


@pytest.mark.parametrize(
    "line",
    [
        'SECRET_KEY = _secret("SECRET_KEY")',
        "password: correct-horse",
        "LEDGER_KEY=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ],
)
def test_line_that_only_names_a_secret_is_left_alone(tmp_path: Path, line: str) -> None:
    source = tmp_path / "settings.txt"
    source.write_text(line)
    assert lint.secrets_in(source) == []


def test_no_tracked_file_of_the_project_holds_a_secret() -> None:
    assert (ROOT / ".git").exists()
    lint.secrets()


def report(**package: object) -> str:
    return json.dumps({"dependencies": [{"name": "django", "version": "5.2.1", **package}]})


def test_known_vulnerability_fails() -> None:
    flaw = {"id": "CVE-2026-1", "fix_versions": ["5.2.2"]}
    with pytest.raises(lint.Failed, match=r"django 5\.2\.1: CVE-2026-1, fixed in 5\.2\.2"):
        lint.audit_outcome(report(vulns=[flaw]), "")


def test_clean_packages_are_in_order() -> None:
    assert lint.audit_outcome(report(vulns=[]), "") is None


@pytest.mark.parametrize("answer", ["", report(skip_reason="not found")])
def test_silent_index_is_unknown_and_says_so(answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint.audit_outcome(answer, "ConnectionError: no route") == "UNKNOWN"
    assert "The index of vulnerabilities" in capsys.readouterr().out
