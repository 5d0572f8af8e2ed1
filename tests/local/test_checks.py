"""Start-up checks: clean with a production environment, and each misconfiguration found by its id."""

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.checks import CheckMessage
from django.db import OperationalError
from pytest_django import DjangoDbBlocker

from portal import checks
from portal.local.paths import ROOT
from tests.local.checkout import environment
from tests.seal.test_seal import certificate, pem

LONG = "Zq8w3Yt6Rk1vB5nM9xLd2Jf7Hs4Gp0Ca-Ew3Yt6Rk1vB5nM9xLd2Jf7Hs4Gp0"

NO_STORE = dict.fromkeys(
    ("bucket_name", "endpoint_url", "region_name", "addressing_style", "access_key", "secret_key"), ""
)


def ids(found: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in found]


@pytest.mark.django_db(transaction=True)
def test_production_environment_is_clean(process_environment: dict[str, str]) -> None:
    seal = ec.generate_private_key(ec.SECP256R1())
    production = environment(
        DJANGO_SETTINGS_MODULE="portal.settings",
        SECRET_KEY=LONG,
        LEDGER_KEY=LONG[::-1],
        IDP_PRIVATE_KEY_FILE=process_environment["IDP_PRIVATE_KEY_FILE"],
        KEYS_WRAPPING=process_environment["KEYS_WRAPPING"],
        SEAL_KEY=pem(seal),
        SEAL_CHAIN=certificate(seal),
        DATABASE_URL=process_environment["DATABASE_URL"],
        REDIS_URL=process_environment["REDIS_URL"],
        BASE_URL="https://portal.example",
        ALLOWED_HOSTS="portal.example",
        BEHIND_PROXY="1",
        EMAIL_URL="smtp+tls://portal:secret@mail.example:587",
        CLAMD_ADDRESS="/run/clamav/clamd.ctl",
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--database", "default", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=production,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "no issues (0 silenced)" in done.stdout, done.stderr


@pytest.fixture
def deployed(settings: Any) -> Any:
    """Settings as in production."""
    settings.DEMO, settings.HTTPS, settings.BASE_URL = False, True, "https://portal.example"
    settings.SECRET_KEY, settings.LEDGER_KEY = LONG, LONG[::-1]
    settings.IDP_OIDC_PRIVATE_KEY = "-----BEGIN PRIVATE" + " KEY-----"
    settings.CLAMD_ADDRESS = "/run/clamav/clamd.ctl"
    settings.SECURE_SSL_REDIRECT, settings.SECURE_PROXY_SSL_HEADER = True, ("HTTP_X_FORWARDED_PROTO", "https")
    return settings


@pytest.mark.parametrize(
    ("check", "changes", "wanted"),
    [
        (checks.demo_on_public_site, {"DEMO": True}, ["portal.E001"]),
        (checks.demo_in_deployment, {"DEMO": True, "HTTPS": False}, ["portal.E001"]),
        (checks.weak_secrets, {"SECRET_KEY": "short"}, ["portal.E002"]),
        (checks.weak_secrets, {"SECRET_KEY": "ab" * 40, "LEDGER_KEY": "x"}, ["portal.E002", "portal.E002"]),
        (checks.one_key_for_two_purposes, {"LEDGER_KEY": LONG}, ["portal.E003"]),
        (checks.gateway_tokens, {"IDP_OIDC_PRIVATE_KEY": ""}, ["portal.E004"]),
        (checks.plain_http, {"HTTPS": False}, ["portal.E007"]),
        (checks.proxied_addresses, {"SECURE_PROXY_SSL_HEADER": None}, ["portal.W001"]),
        (checks.no_malware_scanner, {"CLAMD_ADDRESS": ""}, ["portal.W002"]),
        (checks.half_a_bucket, {"S3": {**NO_STORE, "endpoint_url": "https://s3.example"}}, ["portal.E012"]),
        (checks.half_a_bucket, {"S3": {**NO_STORE, "bucket_name": "b", "access_key": "k"}}, ["portal.E012"]),
        (checks.half_a_bucket, {"S3": dict.fromkeys(NO_STORE, "x") | {"secret_key": ""}}, ["portal.E012"] * 3),
        (checks.bucket_in_the_clear, {"S3": {**NO_STORE, "endpoint_url": "http://s3.example"}}, ["portal.W003"]),
    ],
)
def test_misconfiguration_is_found_and_the_right_one_is_not(
    deployed: Any, check: Any, changes: dict[str, object], wanted: list[str]
) -> None:
    assert check(None) == []
    for name, value in changes.items():
        setattr(deployed, name, value)
    found = check(None)
    assert ids(found) == wanted
    assert all(message.hint for message in found)


def test_demo_on_one_machine_is_no_error(settings: Any) -> None:
    settings.DEMO, settings.HTTPS = True, False
    assert checks.demo_on_public_site(None) == []


@pytest.mark.django_db
def test_database_of_today_is_new_enough() -> None:
    assert checks.database_version(None, databases=["default"]) == []


class Silent:
    """Stands for a server that this machine does not have: one that is down, or very old."""

    def __init__(self, version: tuple[int, int] | None) -> None:
        self.version = version

    def ensure_connection(self) -> None:
        if self.version is None:
            raise OperationalError("connection refused\n")

    def get_database_version(self) -> tuple[int, int] | None:
        return self.version


@pytest.mark.parametrize(("version", "wanted"), [(None, "portal.E006"), ((13, 9), "portal.E005")])
def test_old_or_silent_database_is_found(
    monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker, version: Any, wanted: str
) -> None:
    monkeypatch.setattr(checks, "connections", {"default": Silent(version)})
    (found,) = checks.database_version(None, databases=["default"])
    assert SimpleNamespace(id=found.id, serious=found.is_serious()) == SimpleNamespace(id=wanted, serious=True)
