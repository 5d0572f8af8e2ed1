"""What a journey about a finding and a report begins with, made by the real actions."""

from __future__ import annotations

import itertools
import json

from tests.factories import accounts, partners
from tests.factories.accounts import make_organisation
from tests.factories.audits import audit_in_fieldwork, due_reports, finding_in, qualified
from tests.factories.partners import make_evidence, make_institution
from tests.journeys.staff import _person

TITLE = "Logs are kept too short"


def prepare() -> None:
    """A finding on a partner, with its auditor, and reports that are due. Prints who can sign in."""
    accounts._number, partners._used = itertools.count(12000), iter(range(12000, 12900))
    body = make_organisation("institution", "Daugava Institute", "LV")
    applicant, applicant_secret = _person(
        body, "daugava", "Laima Ozola", ("applicant", "administrator", "representative")
    )
    institution, _ = make_institution(body, by=applicant)
    authority = make_organisation("authority", "Modeļu uzraudzība", "LV")
    auditor, auditor_secret = _person(authority, "daugava.auditor", "Andris Kalns", ("auditor",))
    stage = qualified(institution=institution, applicant=applicant, authority=authority)
    stage.auditor = auditor
    document = make_evidence(institution, applicant, kind="report")
    _, audit = audit_in_fieldwork(stage)
    finding = finding_in(audit, auditor, title=TITLE)
    due_reports(stage)
    print(
        json.dumps(
            {
                "partner": {"email": applicant.user.email, "totp_secret": applicant_secret},
                "auditor": {"email": auditor.user.email, "totp_secret": auditor_secret},
                "finding": str(finding.pk),
                "document": document.name,
            }
        )
    )
