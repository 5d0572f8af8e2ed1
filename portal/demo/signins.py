"""The sign-ins of the demonstration: one for each role, each with something that waits for them."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings

from portal.accounts.models import User
from portal.demo.stage import Stage

PASSWORD = "lantern-harbour-seven"  # noqa: S105 -- printed for everybody: it opens only the demonstration


@dataclass(frozen=True)
class SignIn:
    """One of the people whom a visitor can be. `role` is a word for people; `note` says what waits."""

    role: str
    email: str
    note: str
    second_factor: bool = True


SIGN_INS = (
    SignIn("applicant", "applicant@bcme.example", "A question about the application waits for an answer", False),
    SignIn(
        "applicant",
        "applicant@nordfjord.example",
        "A trusted partner: grants, an overdue report, a draft request",
        False,
    ),
    SignIn(
        "institution administrator",
        "administrator@nordfjord.example",
        "The agreement of a new grant waits to be accepted",
    ),
    SignIn(
        "named person",
        "person@nordfjord.example",
        "Named for access: the rules wait to be read and accepted",
        False,
    ),
    SignIn(
        "case officer",
        "officer@fao.example",
        "A new application waits to be screened; incidents and reports to be read",
    ),
    SignIn("reviewer", "reviewer@fao.example", "An application is assigned and half assessed"),
    SignIn(
        "signatory", "signatory@fao.example", "Cases wait for a signature; another authority's hold for confirmation"
    ),
    SignIn("signatory", "signatory@base.example", "A second authority: cases wait for a signature"),
    SignIn("auditor", "auditor@fao.example", "An audit is in fieldwork"),
    SignIn("authority administrator", "administrator@fao.example", "Looks after the people of the authority"),
    SignIn("provider staff", "staff@meridian.example", "Lines of grant requests wait for consent"),
    SignIn("oversight member", "member@oversight.example", "Sees scope, audits, incidents and holds; changes nothing"),
    SignIn("system administrator", "administrator@portal.example", "Organisations, people, schedules; decides no case"),
)
GATEWAY_NOTE = "Asks POST /access/v1/evaluation with a bearer token of client credentials"


def file() -> Path:
    """Where the sign-ins are written."""
    return Path(os.environ.get("DEMO_FILE") or settings.BASE_DIR / "var" / "demo.json")


def is_finished() -> bool:
    """Whether the sign-ins were made: they are the last thing that the demonstration makes."""
    wanted = [item.email for item in SIGN_INS if item.second_factor]
    return Authenticator.objects.filter(user__email__in=wanted[-1:]).exists()


def make(stage: Stage) -> list[dict[str, str]]:
    """Set up the second factors by the sign-in library's own models, and write the file."""
    rows = []
    for item in SIGN_INS:
        user = User.objects.filter(email=item.email).first()
        if user is None:
            continue
        secret = secret_for(stage, item.email) if item.second_factor else ""
        if secret:
            TOTP.activate(user, secret)
        rows.append(_row(item.role, user.name, item.email, PASSWORD, secret, item.note))
    rows += [
        {
            **_row("gateway", gateway.name, "", "", "", GATEWAY_NOTE),
            "client_id": gateway.client_id,
            "client_secret": secret,
        }
        for gateway, secret in stage.gateways
    ]
    write(rows)
    return rows


def secret_for(stage: Stage, email: str) -> str:
    """A TOTP secret of 160 bits: the same for the same seed, so that an authenticator app set up once stays right."""
    return base64.b32encode(stage.chance(f"totp {email}").randbytes(20)).decode()


def _row(role: str, name: str, email: str, password: str, secret: str, note: str) -> dict[str, str]:
    return {
        "role": role,
        "name": name,
        "email": email,
        "password": password,
        "totp_secret": secret,
        "client_id": "",
        "client_secret": "",
        "note": note,
    }


def write(rows: list[dict[str, str]]) -> None:
    path = file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read() -> list[dict[str, Any]]:
    """The rows of the file; none where there is no such file."""
    try:
        rows: list[dict[str, Any]] = json.loads(file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return rows


def table(rows: list[dict[str, str]]) -> list[str]:
    """The rows as lines of a table."""
    cells = [("Role", "Sign in as", "Password", "TOTP secret")]
    cells += [
        (
            row["role"],
            row["email"] or f"{row['name']}: {row['client_id']}",
            row["password"] or row["client_secret"],
            row["totp_secret"] or "–",
        )
        for row in rows
    ]
    widths = [max(len(cell[column]) for cell in cells) for column in range(4)]
    return ["  ".join(f"{text:<{width}}" for text, width in zip(cell, widths, strict=True)).rstrip() for cell in cells]
