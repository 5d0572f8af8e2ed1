"""The bodies of the scheme and their people, made by the real actions: a journey begins where they exist.

Run against a running portal's database: `manage.py shell -c "from tests.journeys.staff import prepare; prepare()"`.
Prints, as JSON, the address and the TOTP secret of each person.
"""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from audits.actions.catalogue import import_catalogue
from audits.actions.incident import Concerns, report_incident
from grants.actions.catalogue import announce_release, list_model, publish_release
from partners.models import Person
from portal.accounts.actions.gateway import register_gateway
from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.oscal import read_oscal
from tests.factories import accounts, partners
from tests.factories.accounts import make_member, make_organisation, make_user
from tests.factories.grants import grant_in_force, qualified
from tests.factories.partners import reviewed_application, submitted_application
from tests.journeys.person import PASSWORD

BASELINE = Path(__file__).resolve().parents[2] / "audits" / "baseline" / "catalog.json"
PEOPLE = (
    ("officer", "home", "Ingrid Solberg", ("case_officer",)),
    ("reviewer", "home", "Kwame Tanabe", ("reviewer",)),
    ("unassigned", "home", "Callum Rowntree", ("reviewer",)),
    ("auditor", "home", "Chiara Brandt", ("auditor",)),
    ("signatory", "home", "Henrik Nygård", ("signatory",)),
    ("other_signatory", "abroad", "Freya Penrose", ("signatory",)),
    ("provider", "provider", "Priya Marchetti", ("provider_staff", "administrator")),
    ("overseer", "oversight", "Leïla Mercier", ("oversight_member",)),
)
"""Part in the journey, body, name, roles."""


def prepare() -> None:
    """Make everything and print who can sign in."""
    import_catalogue(key="baseline", read=read_oscal(BASELINE.read_bytes()), by=SYSTEM)
    bodies = {
        "home": make_organisation("authority", "Modelltilsynet", "NO"),
        "abroad": make_organisation("authority", "Frontier Access Office", "GB"),
        "provider": make_organisation("provider", "Meridian Model Works", "US"),
        "oversight": make_organisation("oversight", "Joint Oversight Board", "NO"),
    }
    found = {}
    for part, body, name, roles in PEOPLE:
        actor, secret = _person(bodies[body], part, name, roles)
        found[part] = {"email": actor.user.email, "totp_secret": secret, "name": name}
        if part == "provider":
            _catalogue(bodies[body], actor)
    _plan_audits_often()
    print(json.dumps(found))


def prepare_review() -> None:
    """One more application, of another country, assigned to a reviewer there. Prints who that is."""
    authority = make_organisation("authority", "Rijksdienst Modeltoegang", "NL")
    reviewer, secret = _person(authority, "reviewer.abroad", "Mirjam Visser", ("reviewer",))
    reviewed_application(jurisdiction="NL", reviewer=reviewer)
    print(json.dumps({"email": reviewer.user.email, "totp_secret": secret}))


def prepare_authority() -> None:
    """An application that has arrived in a country of its own, everybody who decides it, and its applicant."""
    accounts._number, partners._used = itertools.count(7000), iter(range(7000, 8000))
    home = make_organisation("authority", "Modelstyrelsen", "DK")
    abroad = make_organisation("authority", "Tietovirasto", "FI")
    found: dict[str, Any] = {}
    for part, name, role, body in (
        ("sagsbehandler", "Mette Lindqvist", "case_officer", home),
        ("first", "Anders Holm", "reviewer", home),
        ("second", "Sofie Krag", "reviewer", home),
        ("third", "Bo Winther", "reviewer", home),
        ("dansk", "Karen Friis", "signatory", home),
        ("suomi", "Aino Laakso", "signatory", abroad),
    ):
        actor, secret = _person(body, part, name, (role,))
        found[part] = {"email": actor.user.email, "totp_secret": secret, "name": name}
    made = submitted_application(jurisdiction="DK", authority=home, other_authority=abroad)
    applicant, secret = _person(made.institution.organisation, "ansoger", "Peter Juhl", ("applicant",))
    found["applicant"] = {"email": applicant.user.email, "totp_secret": secret}
    found["application"] = f"/applications/{made.application.pk}/"
    print(json.dumps(found))


def prepare_people(first: int = 5000, country: str = "EE", authority: str = "Riiklik Mudeliamet") -> None:
    """A trusted partner of another country with a grant in force. Prints its administrator, and what a gateway asks."""
    # Another run of the factories has used the first numbers for people and identifiers.
    accounts._number, partners._used = itertools.count(first), iter(range(first, first + 1000))
    make_organisation("authority", authority, country)
    made = grant_in_force(made=qualified(jurisdiction=country))
    keeper, secret = _person(made.institution.organisation, f"triin.{country}", "Triin Kask", ("administrator",))
    officer, other = _person(made.authority, f"kadri.{country}", "Kadri Saar", ("case_officer",))
    gateway, key = register_gateway(organisation=made.release.provider, name="Inference gateway", by=made.staff)
    found = {
        "administrator": {"email": keeper.user.email, "totp_secret": secret},
        "officer": {"email": officer.user.email, "totp_secret": other},
        "gateway": {"client_id": gateway.client_id, "secret": key},
        "release": made.release.key,
        "release_id": str(made.release.pk),
        "environment": made.environment.key,
    }
    print(json.dumps(found))


def prepare_incident(first: int = 12000, country: str = "PT", authority: str = "Gabinete de Modelos") -> None:
    """A trusted partner of another country with a grant in force, its applicant, and the case officer there."""
    # Another run of the factories has used the first numbers for people and identifiers.
    accounts._number, partners._used = itertools.count(first), iter(range(first, first + 1000))
    make_organisation("authority", authority, country)
    made = grant_in_force(made=qualified(jurisdiction=country))
    night, secret = _person(made.institution.organisation, f"beatriz.{country}", "Beatriz Nogueira", ("applicant",))
    officer, other = _person(made.authority, f"duarte.{country}", "Duarte Falcão", ("case_officer",))
    found = {
        "applicant": {"email": night.user.email, "totp_secret": secret},
        "officer": {"email": officer.user.email, "totp_secret": other},
        "authority": str(made.authority),
    }
    print(json.dumps(found))


def prepare_boards(first: int = 18000, country: str = "MT", authority: str = "Awtorità tal-Mudelli") -> None:
    """A trusted partner of another country with one line in force, and an incident that it reported."""
    accounts._number, partners._used = itertools.count(first), iter(range(first, first + 1000))
    make_organisation("authority", authority, country)
    made = grant_in_force(made=qualified(jurisdiction=country))
    report_incident(
        institution=made.institution, severity="high", kind="credential", title="A key in a public repository",
        description="One of our keys was in a commit for six hours.", aware_at=clock.now() - timedelta(hours=1),
        concerns=Concerns(), by=made.applicant,
    )  # fmt: skip


def end_training_yesterday(email: str) -> None:
    """As if the last day of the person's training had been yesterday."""
    Person.objects.filter(email=email).update(trained_until=clock.today() - timedelta(days=1))


def _plan_audits_often() -> None:
    """What an administrator may change in the schedule: audits are planned every few seconds, not every hour."""
    often, _ = IntervalSchedule.objects.get_or_create(every=3, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.filter(task="audits.tasks.plan_audits").update(interval=often)
    PeriodicTasks.update_changed()


def _person(body: Organisation, part: str, name: str, roles: tuple[str, ...]) -> tuple[Actor, str]:
    user = make_user(f"{part.replace('_', '.')}@staff.example", name, PASSWORD)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return make_member(body, *roles, user=user), secret


def _catalogue(provider: Organisation, by: Actor) -> None:
    for name, key in (("Meridian", "meridian-4-1"), ("Meridian Mini", "meridian-mini-2")):
        model = list_model(provider=provider, name=name, by=by)
        release = announce_release(
            model=model, version="4.1" if name == "Meridian" else "2", key=key, capability_tier="general",
            access_routes=["api"], by=by,
        )  # fmt: skip
        publish_release(release=release, by=by)
