"""What a journey about a finding and a report begins with, made by the real actions."""

from __future__ import annotations

import itertools
import json

from tests.factories import accounts, partners
from tests.factories.accounts import make_organisation
from tests.factories.audits import due_reports, finding_in, qualified
from tests.factories.partners import make_evidence, make_institution
from tests.journeys.fieldwork import audit_of_today
from tests.journeys.staff import _person

TITLE = "Logs are kept too short"


def prepare(first: int = 16000, country: str = "IE", authority: str = "Model Oversight Office") -> None:
    """A finding on a partner, with its auditor, and reports that are due. Prints who can sign in.

    The country is this journey's own: an application goes to the first authority of its country.
    """
    # Another run of the factories has used the first numbers for people and identifiers.
    accounts._number, partners._used = itertools.count(first), iter(range(first, first + 900))
    body = make_organisation("institution", "Corrib Institute", country)
    applicant, applicant_secret = _person(
        body, "corrib", "Aoife Kavanagh", ("applicant", "administrator", "representative")
    )
    institution, _ = make_institution(body, by=applicant)
    make_organisation("authority", authority, country)
    stage = qualified(institution=institution, applicant=applicant)
    auditor, auditor_secret = _person(stage.cast.authority, "corrib.auditor", "Conor Burke", ("auditor",))
    document = make_evidence(institution, applicant, kind="report")
    audit = audit_of_today(institution, stage.cast.authority, officer=stage.officer, auditors=[auditor])
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
