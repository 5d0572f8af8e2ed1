"""The certificate of qualification: one page, for showing to others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import qrcode
from django.utils.translation import gettext as _
from qrcode.constants import ERROR_CORRECT_M

from partners.letters.words import country, day, facts, frame
from partners.models import Application, Qualification


def certificate(application: Application, qualification: Qualification, *, made: datetime, code: str) -> dict[str, Any]:
    """What is certified of whom, by whom, from when to when, and how it can be checked."""
    institution = application.institution
    said = frame(application, made=made, code=code)
    return {
        **said,
        "number": qualification.reference,
        "title": _("Certificate of qualification"),
        "lead": _("%(authority)s certifies that") % {"authority": application.authority.name},
        "verdict": _("is a trusted partner of the scheme for testing frontier AI models."),
        "facts": facts(
            [
                (_("Qualification"), qualification.reference),
                (_("Jurisdiction"), country(institution.organisation.jurisdiction)),
                (_("LEI"), institution.lei),
                (_("ROR identifier"), institution.ror),
                (_("Valid from"), day(qualification.valid_from)),
                (_("Valid until"), day(qualification.valid_until)),
                (_("Rulebook"), _("Version %(v)s") % {"v": qualification.rulebook}),
            ]
        ),
        "paragraphs": [
            _(
                "It gives no access to any model by itself, and can be restricted, suspended or removed before its last"
                " day. Check how things stand now before you rely on it."
            )
        ],
        "check": {**said["check"], "title": _("Check this certificate")},
        "qr": squares(said["check"]["url"]),
        "qr_alt": _("QR code: leads to the page that checks this certificate."),
    }


def squares(text: str) -> dict[str, Any]:
    """A QR code (ISO/IEC 18004, level M) as the data of a path in SVG, and how many squares wide it is."""
    made = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=2)
    made.add_data(text, optimize=0)
    made.make(fit=True)
    rows: list[list[bool]] = made.modules
    path = "".join(
        f"M{column} {line}h1v1h-1z" for line, row in enumerate(rows) for column, dark in enumerate(row) if dark
    )
    return {"size": len(rows), "path": path}
