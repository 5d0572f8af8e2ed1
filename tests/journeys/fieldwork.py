"""A partner with a grant in force, use that its gateway reported, and an audit of it that two auditors can begin."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings

from audits.actions.audit import assign_auditor, notify_audit, plan_audit
from audits.models import Audit
from partners.models import Institution
from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Actor
from tests.factories import accounts, partners
from tests.factories.accounts import make_organisation
from tests.factories.audits import baseline, begun_now
from tests.factories.grants import grant_in_force, qualified
from tests.factories.usage import Sender
from tests.journeys.staff import _person

WINDOWS = 30


def prepare(first: int = 14000, country: str = "FI", authority: str = "Mallivirasto") -> None:
    """Print, as JSON, who plays which part, and the audit's address on the desk."""
    # Another run of the factories has used the first numbers for people and identifiers.
    accounts._number, partners._used = itertools.count(first), iter(range(first, first + 1000))
    make_organisation("authority", authority, country)
    with clock.at(clock.now() - timedelta(hours=3)):
        made = grant_in_force(made=qualified(jurisdiction=country))
    sender, began = Sender(made), clock.now() - timedelta(minutes=WINDOWS + 1)
    sender.client.defaults["SERVER_NAME"] = urlsplit(settings.BASE_URL).hostname  # the portal that runs knows its own
    sent = sender.send(*(sender.event(f"window-{n}", began + timedelta(minutes=n)) for n in range(WINDOWS)))
    assert sent.status_code in (200, 202), sent.content
    people = {
        "applicant": _person(made.institution.organisation, f"aino.{country}", "Aino Virtanen", ("applicant",)),
        "officer": _person(made.authority, f"eero.{country}", "Eero Korhonen", ("case_officer",)),
        "auditor": _person(made.authority, f"helmi.{country}", "Helmi Laine", ("auditor",)),
        "colleague": _person(made.authority, f"onni.{country}", "Onni Niemi", ("auditor",)),
    }
    audit = audit_of_today(
        made.institution,
        made.authority,
        officer=made.officer,
        auditors=[people["auditor"][0], people["colleague"][0]],
    )
    found = {name: {"email": who.user.email, "totp_secret": secret} for name, (who, secret) in people.items()}
    print(json.dumps({"people": found, "audit": str(audit.pk)}))


def audit_of_today(
    institution: Institution, authority: Organisation, *, officer: Actor, auditors: Sequence[Actor]
) -> Audit:
    """An audit for cause, begun today by the first of its auditors.

    Not the one that the rules ask for: the scheduler of the portal that runs may plan that at any moment, and by lot.
    """
    baseline()
    audit = plan_audit(
        institution_id=institution.pk,
        authority_id=authority.pk,
        kind=Audit.Kind.CAUSE,
        tier="standard",
        planned_for=clock.today(),
        reason="To see that logs are kept.",
        by=officer,
    )
    for auditor in auditors:
        assign_auditor(audit=audit, auditor=auditor.user, by=officer)
    notify_audit(audit=audit, by=officer)
    return begun_now(audit, officer=officer, auditor=auditors[0])
