"""A draft and two colleagues who write it, made by the real actions for the journeys about drafts."""

from __future__ import annotations

import json

from partners.actions.institution import describe_institution
from partners.models import Application
from partners.queries.answers import answers_of
from tests.factories.accounts import make_member, make_organisation, make_user
from tests.factories.partners import an_authority, begin_application
from tests.journeys.person import PASSWORD
from tests.journeys.stack import Stack

PEOPLE = (("astrid", "Astrid Lindqvist"), ("nils", "Nils Berggren"))


def prepare(name: str) -> None:
    """An institution of that name with a draft. Prints its address, its id, and who its two applicants are."""
    an_authority("SE")
    body = make_organisation("institution", name, "SE")
    mark = name.partition(" ")[0].lower()
    first, second = (make_user(f"{who}@{mark}.example", full, PASSWORD) for who, full in PEOPLE)
    applicant = make_member(body, "applicant", user=first)
    institution = describe_institution(organisation=body, kind="university", lei="", ror="", address="", by=applicant)
    make_member(body, "applicant", user=second)
    application = begin_application(institution=institution, by=applicant)
    found = {"address": f"/applications/{application.pk}/", "id": str(application.pk)}
    print(json.dumps({**found, "people": [first.email, second.email]}))


def tell(pk: str) -> None:
    """Print the answers of a draft as the database holds them."""
    print(json.dumps(answers_of(Application.objects.get(pk=pk))))


def draft_of(portal: Stack, name: str) -> dict[str, object]:
    """Have `prepare` run in the portal; what it printed."""
    return _run(portal, f"prepare({name!r})")


def kept_in(portal: Stack, pk: object) -> dict[str, object]:
    """The answers of that draft now."""
    return _run(portal, f"tell({str(pk)!r})")


def _run(portal: Stack, call: str) -> dict[str, object]:
    words = f"from tests.journeys import drafting; drafting.{call}"
    found: dict[str, object] = json.loads(portal.manage("shell", "--no-imports", "-c", words).splitlines()[-1])
    return found
