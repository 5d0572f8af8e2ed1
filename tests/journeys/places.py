"""A partner with a grant in force, and an environment of theirs that nothing is attested about yet."""

from __future__ import annotations

import itertools
import json

from grants.actions.environment import register_environment
from portal.accounts.actions.gateway import register_gateway
from portal.accounts.actor import confirmed
from tests.factories import accounts, partners
from tests.factories import grants as make
from tests.factories.accounts import make_organisation
from tests.factories.grants import draft_request, qualified, take_up
from tests.factories.grants import submit as submit_request
from tests.journeys.staff import _person

NAME = "Vesterhav laboratory"


def prepare() -> None:
    """Print, as JSON, who plays which part, and what a gateway asks. The grant is in force; its environment is bare."""
    # Another run of the factories has used the first numbers for people and identifiers.
    accounts._number, partners._used = itertools.count(8000), iter(range(8000, 8900))
    make_organisation("authority", "Modelleftirlitið", "IS")
    partner = qualified(jurisdiction="IS")
    release, staff = make.make_release()
    bare = register_environment(
        institution=partner.institution, name=NAME, key="vesterhav-lab", country="IS", owner="Head of laboratory",
        by=partner.applicant,
    )  # fmt: skip
    other = make.make_environment(partner.institution, partner.applicant)
    made = draft_request(made=partner, places=[(release, other)], staff=staff)
    reviewed = make.review(take_up(submit_request(made)))
    make.accept(make.sign_grant(make.to_signatories(make.consent(make.to_provider(reviewed)))))
    applicant, own = _person(partner.institution.organisation, "sigridur", "Sigríður Jónsdóttir", ("applicant",))
    officer, desk = _person(partner.authority, "gunnar", "Gunnar Helgason", ("case_officer",))
    gateway, key = register_gateway(organisation=release.provider, name="Inference gateway", by=confirmed(staff))
    found = {
        "applicant": {"email": applicant.user.email, "totp_secret": own},
        "officer": {"email": officer.user.email, "totp_secret": desk},
        "gateway": {"client_id": gateway.client_id, "secret": key},
        "release": release.key,
        "environment": other.key,
        "name": other.name,
        "page": f"/environments/{other.pk}/",
        "bare": f"/environments/{bare.pk}/",
        "partner": str(partner.institution.pk),
    }
    print(json.dumps(found))
