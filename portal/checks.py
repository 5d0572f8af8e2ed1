"""Checks at start-up: a portal that is set up wrongly says so, with an id and what to do.

`manage.py check` runs the plain ones, `manage.py check --deploy` all of them. docs/operations.md explains each id.
Those of jobs and mail are in portal/jobs/checks.py.
"""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import DatabaseError, connections

_OLDEST_POSTGRESQL = (14, 0)
_LONG_ENOUGH = 50
_VARIED_ENOUGH = 5


def _is_weak(secret: str) -> bool:
    """As Django's security.W009: short, of few characters, or the mark of a generated development key."""
    return len(secret) < _LONG_ENOUGH or len(set(secret)) < _VARIED_ENOUGH or secret.startswith("django-insecure-")


@register(Tags.security)
def demo_on_public_site(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E001: the demo's sign-ins and mailbox are open to everybody who reaches the site."""
    if not (settings.DEMO and settings.HTTPS):
        return []
    return [
        Error(
            "DEMO is on while BASE_URL is an https address: the mailbox and the demo's sign-ins would be public.",
            hint="Unset DEMO, or give a BASE_URL with http:// for a demo on one machine.",
            id="portal.E001",
        )
    ]


@register(Tags.security, deploy=True)
def demo_in_deployment(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E001 as well: no deployment is a demo, whatever its address."""
    if not settings.DEMO or settings.HTTPS:
        return []
    return [Error("DEMO is on.", hint="Unset DEMO: it opens the mailbox and the demo's sign-ins.", id="portal.E001")]


@register(Tags.security, deploy=True)
def weak_secrets(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E002: signatures made with a weak SECRET_KEY or LEDGER_KEY can be forged."""
    return [
        Error(
            f"{name} is weak: it needs {_LONG_ENOUGH} characters or more, at random.",
            hint='Make one: python -c "import secrets; print(secrets.token_urlsafe(64))"',
            id="portal.E002",
        )
        for name in ("SECRET_KEY", "LEDGER_KEY")
        if _is_weak(getattr(settings, name))
    ]


@register(Tags.security, deploy=True)
def one_key_for_two_purposes(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E003: whoever can forge a session could also hide that the record was shortened."""
    if settings.LEDGER_KEY != settings.SECRET_KEY:
        return []
    return [
        Error(
            "LEDGER_KEY is the same as SECRET_KEY, or not set.",
            hint="Set LEDGER_KEY to a random string of its own, and keep it away from the database and its back-ups.",
            id="portal.E003",
        )
    ]


@register(Tags.security, deploy=True)
def gateway_tokens(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E004: without its key the portal cannot give tokens to providers' gateways."""
    if settings.IDP_OIDC_PRIVATE_KEY.lstrip().startswith("-----BEGIN"):
        return []
    return [
        Error(
            "IDP_PRIVATE_KEY is missing or no PEM key: gateways could not sign in.",
            hint="Make one (openssl genrsa 2048) and set IDP_PRIVATE_KEY or IDP_PRIVATE_KEY_FILE.",
            id="portal.E004",
        )
    ]


@register(Tags.database)
def database_version(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """E005, E006 (`check --database default`): the record rests on the triggers of a current PostgreSQL."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        try:
            connections[alias].ensure_connection()
            version = connections[alias].get_database_version()
        except DatabaseError as problem:
            found.append(
                Error(
                    f"The database does not answer: {str(problem).strip().splitlines()[0]}",
                    hint="Check DATABASE_URL and that PostgreSQL runs.",
                    id="portal.E006",
                )
            )
            continue
        if version < _OLDEST_POSTGRESQL:
            found.append(
                Error(
                    f"PostgreSQL {'.'.join(map(str, version))} is too old.",
                    hint=f"Use PostgreSQL {_OLDEST_POSTGRESQL[0]} or newer.",
                    id="portal.E005",
                )
            )
    return found


@register(Tags.security, deploy=True)
def plain_http(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E007: cookies, redirects and strict transport security all follow from BASE_URL."""
    if settings.HTTPS:
        return []
    return [
        Error(
            f"BASE_URL is {settings.BASE_URL}, which is not an https address.",
            hint="Set BASE_URL to the public address, beginning with https://.",
            id="portal.E007",
        )
    ]


@register(Tags.security, deploy=True)
def proxied_addresses(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W001: with TLS ended in front of the portal and nothing said about it, every request is redirected for ever."""
    if not settings.SECURE_SSL_REDIRECT or settings.SECURE_PROXY_SSL_HEADER:
        return []
    return [
        Caution(
            "Requests are redirected to https without BEHIND_PROXY: behind a proxy that ends TLS they go in circles.",
            hint="Set BEHIND_PROXY=1 when the proxy sets X-Forwarded-Proto and drops what clients send in it.",
            id="portal.W001",
        )
    ]


@register(Tags.security)
def no_malware_scanner(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W002: what an institution uploads goes to officers' machines as it came."""
    if settings.CLAMD_ADDRESS or settings.DEMO:
        return []
    return [
        Caution(
            "CLAMD_ADDRESS is not set: uploads are not scanned for malware.",
            hint="Run ClamAV's daemon and name its socket or host:port (docs/operations.md, “Malware scan”).",
            id="portal.W002",
        )
    ]


@register(Tags.files)
def half_a_bucket(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E012: with half of what a store needs, the first upload would be the one that finds out."""
    said = settings.S3
    if not any(said.values()):
        return []
    wrong = []
    if not said["bucket_name"]:
        wrong.append("S3_BUCKET is not set")
    if bool(said["access_key"]) != bool(said["secret_key"]):
        wrong.append("S3_ACCESS_KEY and S3_SECRET_KEY belong together, and one is missing")
    if said["endpoint_url"] and not said["endpoint_url"].startswith(("https://", "http://")):
        wrong.append("S3_ENDPOINT is not an address that begins with https://")
    if said["addressing_style"] not in ("", "auto", "path", "virtual"):
        wrong.append("S3_ADDRESSING is none of auto, path and virtual")
    return [
        Error(
            f"Files are to be kept in an S3-compatible store that is half set up: {sentence}.",
            hint="Set what is missing, or unset every S3_ variable to keep files in MEDIA_ROOT (docs/operations.md).",
            id="portal.E012",
        )
        for sentence in wrong
    ]


@register(Tags.files, deploy=True)
def bucket_in_the_clear(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W003: documents would cross the network as anybody on it can read."""
    if not settings.S3["endpoint_url"].startswith("http://"):
        return []
    return [
        Caution(
            "S3_ENDPOINT is not an https address: documents travel in the clear.",
            hint="Use the store's https address, unless it is on this machine.",
            id="portal.W003",
        )
    ]
