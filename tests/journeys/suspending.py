"""What a journey about an emergency suspension begins with, made by the real actions."""

from __future__ import annotations

import itertools
import json

from audits.actions.enforcement import open_case
from portal.accounts.actions.gateway import register_gateway
from tests.factories import accounts, partners
from tests.factories.accounts import make_organisation
from tests.factories.grants import grant_in_force, qualified
from tests.journeys.staff import _person

FACTS = "Outputs were found with a person outside, and nobody knows yet whether they were passed on."


def prepare(first: int = 17000, country: str = "AT", authority: str = "Modellaufsicht") -> None:
    """An enforcement case against a partner with a grant in force, who decides on it, and what a gateway asks."""
    # Another run of the factories has used the first numbers for people and identifiers.
    accounts._number, partners._used = itertools.count(first), iter(range(first, first + 900))
    make_organisation("authority", authority, country)
    made = grant_in_force(made=qualified(jurisdiction=country))
    abroad = make_organisation("authority", "Service des modèles", "LU")
    case = open_case(institution=made.institution, facts=FACTS, by=made.officer)
    people = {
        "applicant": _person(made.institution.organisation, f"resi.{country}", "Resi Gruber", ("applicant",)),
        "first": _person(made.authority, f"vroni.{country}", "Vroni Egger", ("signatory",)),
        "colleague": _person(made.authority, f"sepp.{country}", "Sepp Hofer", ("signatory",)),
        "second": _person(abroad, f"claude.{country}", "Claude Weis", ("signatory",)),
    }
    gateway, key = register_gateway(organisation=made.release.provider, name="Inference gateway", by=made.staff)
    found = {
        "people": {name: {"email": who.user.email, "totp_secret": secret} for name, (who, secret) in people.items()},
        "gateway": {"client_id": gateway.client_id, "secret": key},
        "case": str(case.pk),
        "partner": made.institution.lei,
        "release": made.release.key,
        "environment": made.environment.key,
    }
    print(json.dumps(found))
