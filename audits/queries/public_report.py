"""Reads on reports from the public: by their code, and what the public is told of their state."""

from __future__ import annotations

import hmac

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from audits.models import PublicReport
from audits.queries.incident_family import root_of
from partners.rules.letter import clean_code
from portal.accounts.models import Organisation
from portal.core.verdicts import Text

SALT = "audits.public_report.code"
READ = _("We have your report. A case officer will read it; look here again in a few days.")
OF_INCIDENT: dict[str, Text] = {
    "reported": _("We took your report up and are looking into it."),
    "triaged": _("We looked into it and are acting on it."),
    "contained": _("What you told of does no further harm now. We are removing its cause."),
    "resolved": _("The cause was removed. Somebody who did not work on it is checking that."),
    "closed": _("It is over: the cause was removed, and that was checked. Thank you."),
    "duplicate": _("We knew of it already and are acting on it. Your report was added to the case."),
    "unfounded": _("We looked into it and found nothing that went wrong."),
}
"""What stands under the code: words for the public, with nothing of the case itself."""


def hash_of(code: str) -> str:
    """What is kept of a code: HMAC-SHA-256 with a key of the portal. Codes have 95 random bits, so that is enough."""
    return salted_hmac(SALT, code, algorithm="sha256").hexdigest()


def by_code(typed: str) -> PublicReport | None:
    """The report of that code. What can't be a code takes the same way, so that time tells nothing."""
    wanted = hash_of(clean_code(typed))
    found = PublicReport.objects.select_related("authority", "incident").filter(code_hash=wanted).first()
    kept = found.code_hash if found is not None else "0" * len(wanted)
    return found if hmac.compare_digest(kept, wanted) else None


def in_words(report: PublicReport) -> Text:
    """Where it stands, for whoever sent it."""
    if report.state == "set_aside":
        return report.outcome
    if report.incident is None:
        return READ
    # Of a duplicate stands how it goes on, where it goes on.
    state = root_of(report.incident).state
    known = (
        OF_INCIDENT["duplicate"] if report.incident.state == "duplicate" and state in ("reported", "triaged") else ""
    )
    return known or OF_INCIDENT[state]


def authorities() -> QuerySet[Organisation]:
    """To whom one can report."""
    rows: QuerySet[Organisation] = Organisation.objects.filter(kind="authority", state="active").order_by("name")
    return rows
