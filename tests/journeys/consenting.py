"""What a journey of a provider begins with, and what others do in between, made by the real actions."""

from __future__ import annotations

import itertools
import json
from typing import Any

from grants.models import ConsentWithdrawal, GrantRequest
from grants.queries.request import case_of
from portal.accounts.actions.gateway import register_gateway
from portal.accounts.actor import person_in
from portal.accounts.models import Membership
from portal.core import clock
from tests.factories import accounts, partners
from tests.factories import grants as make
from tests.factories.accounts import make_organisation
from tests.journeys.staff import _person


def prepare() -> None:
    """Two lines of one release in two places, before their provider. Prints who answers and what a gateway asks."""
    accounts._number, partners._used = itertools.count(9000), iter(range(9000, 9500))
    provider = make_organisation("provider", "Aster Systems", "US")
    staff, secret = _person(provider, "aster", "Noor Abidi", ("provider_staff",))
    gateway, key = register_gateway(organisation=provider, name="Inference gateway", by=staff)
    release, _staff = make.make_release(provider, staff)
    partner = make.qualified(jurisdiction="SE")
    places = [(release, make.make_environment(partner.institution, partner.applicant, key=f"lab-{n}")) for n in (1, 2)]
    made = make.request_at_provider(made=partner, staff=staff, places=places)
    print(
        json.dumps(
            {
                "provider": {"email": staff.user.email, "totp_secret": secret},
                "gateway": {"client_id": gateway.client_id, "secret": key},
                "release": release.key,
                "institution": partner.institution.name,
                "partner": str(partner.institution.pk),
                "request": str(made.request.pk),
                "officer": str(made.officer.user_id),
                "signatories": [str(made.signatory.user_id), str(made.other_signatory.user_id)],
                "applicant": str(made.applicant.user_id),
            }
        )
    )


def decide(ready: dict[str, Any]) -> None:
    """The officer sends it on, both signatories sign, and the institution signs the agreement."""
    request = GrantRequest.objects.select_related("institution__organisation", "authority", "amends").get(
        pk=ready["request"]
    )
    officer, first, second, applicant = (
        _actor(pk) for pk in (ready["officer"], *ready["signatories"], ready["applicant"])
    )
    line = case_of(request).lines[0].line
    made = make.GrantCast(
        institution=request.institution, applicant=applicant, authority=request.authority, officer=officer,
        reviewer=officer, signatory=first, other_signatory=second, staff=officer, release=line.release,
        environment=line.environment, request=request,
    )  # fmt: skip
    make.accept(make.sign_grant(make.to_signatories(made)))


def _actor(pk: str) -> Any:
    place = Membership.objects.select_related("user", "organisation").filter(user_id=pk, state="active").first()
    assert place
    return person_in(place.user, place.organisation)


def the_day_has_come(request: str) -> None:
    """As if today were the day from which the consent is withdrawn."""
    ConsentWithdrawal.objects.filter(line__grant__request_id=request).update(effective_on=clock.today())
