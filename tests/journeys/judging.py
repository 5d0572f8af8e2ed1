"""What a journey about a panel begins with: a suspension that is appealed against, made by the real actions."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import Any

from audits.actions.panel import decline_seat, draw_panel
from audits.models import Appeal
from portal.accounts.actions.gateway import register_gateway
from portal.core import clock
from portal.core.actors import SYSTEM
from tests.factories import accounts, partners
from tests.factories.accounts import make_organisation
from tests.factories.appeals import decided_case, lodged, panel_of
from tests.factories.audits import qualified
from tests.factories.grants import grant_in_force
from tests.journeys.staff import _person

WANTED = "{}.panel@staff.example"
MEMBERS = (
    ("zlatka", "Zlatka Dimova", "authority", "Agentsiya za modeli", "BG", "signatory"),
    ("hrvoje", "Hrvoje Barić", "authority", "Ured za modele", "HR", "signatory"),
    ("ilinca", "Ilinca Pop", "oversight", "Consiliul de supraveghere", "RO", "oversight_member"),
)
"""Who is to sit: without a part, each of a body of its own."""


def prepare(first: int = 19000, country: str = "CY", authority: str = "Archi Montelon") -> None:
    """A partner with a grant in force that was suspended and appeals; who decided, and who can be drawn."""
    # Another run of the factories has used the first numbers for people and identifiers.
    accounts._number, partners._used = itertools.count(first), iter(range(first, first + 900))
    home = make_organisation("authority", authority, country)
    people: dict[str, Any] = {"decided": _person(home, "despo.panel", "Despo Charalambous", ("signatory",))}
    stage = qualified(jurisdiction=country, authority=home, signatory=people["decided"][0])
    made = grant_in_force(made=stage.cast)
    people["colleague"] = _person(home, "kostas.panel", "Kostas Ioannou", ("signatory",))
    people["applicant"] = _person(made.institution.organisation, "eleni.panel", "Eleni Georgiou", ("applicant",))
    for name, says, kind, body, land, role in MEMBERS:
        people[name] = _person(make_organisation(kind, body, land), f"{name}.panel", says, (role,))
    case = decided_case(stage)
    appeal = lodged(stage, case, stay_asked=True)
    gateway, key = register_gateway(organisation=made.release.provider, name="Inference gateway", by=made.staff)
    found = {
        "people": {name: {"email": who.user.email, "totp_secret": secret} for name, (who, secret) in people.items()},
        "gateway": {"client_id": gateway.client_id, "secret": key},
        "partner": made.institution.lei,
        "institution": made.institution.name,
        "release": made.release.key,
        "environment": made.environment.key,
        "appeal": str(appeal.pk),
        "reference": appeal.reference,
    }
    print(json.dumps(found))


def seat(appeal: str) -> None:
    """Draw the panel as if its hour had come; strangers who are drawn leave. Prints who sits, in order."""
    found = Appeal.objects.get(pk=appeal)
    wanted = {WANTED.format(name) for name, *_rest in MEMBERS}
    assert found.draw_at is not None
    with clock.at(found.draw_at + timedelta(minutes=1)):
        draw_panel(appeal=found, by=SYSTEM)
        while strangers := [one for one in panel_of(found) if one.user.email not in wanted]:
            decline_seat(appeal=found, reason="Is needed in another journey.", by=strangers[0])
    print(json.dumps([one.user.email.partition(".")[0] for one in panel_of(found)]))
