"""The story of people with access, with as many checks, documents and colleagues as asked for."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from partners.actions.person import accept_rules, amend_person, revoke_check
from partners.queries.people_import import keep_file
from partners.queries.person import texts_now
from tests.factories import partners as make
from tests.factories import people
from tests.factories.accounts import make_member
from tests.query_budget import Opened
from tests.world import client_for

STAGE = "people"


def of_people(parts: int) -> Iterator[Opened]:
    """Everybody who may opens the pages of one person, and the report on a file."""
    made = make.submitted_application()
    institution, keeper = made.institution, made.applicant
    readers = {"applicant": keeper, "administrator@institution": make_member(institution.organisation, "administrator")}
    desk = {"case_officer": made.officer, "auditor": make_member(made.authority, "auditor")}
    actor = make_member(institution.organisation, "named_person")
    person = people.named(institution, keeper, email=actor.user.email)
    for number in range(parts):
        for kind in ("identity", "background", "training"):
            people.check(person, kind, keeper, days_ago=number + 1)
        people.check(person, "training", keeper, days_ago=40 + number)
        revoke_check(check=person.checks.earliest("checked_on"), reason="A namesake.", by=keeper)
        amend_person(person=person, name=f"Ada {number}", by=keeper)
        make.make_evidence(institution, keeper, kind="other")
        people.named(institution, keeper)
    accept_rules(person=person, seen=texts_now().digest, by=actor)
    check = person.checks.filter(revocation__isnull=True).latest("pk")
    addresses = {
        "person": [person.pk], "person_amend": [person.pk], "person_check": [person.pk], "person_end": [person.pk],
        "person_revoke": [person.pk, check.pk],
    }  # fmt: skip
    for who, reader in readers.items():
        client = client_for(reader)
        for page, arguments in addresses.items():
            name = f"partners:{page}"
            yield Opened((name, STAGE, who), client, reverse(name, args=arguments))
        name = "partners:people_report"
        yield Opened((name, STAGE, who), client, reverse(name, args=[keep_file(_file(parts), reader)]))
    for who, reader in desk.items():
        for page in ("change", "history"):
            name = f"admin:partners_person_{page}"
            yield Opened((name, STAGE, who), client_for(reader), reverse(name, args=[person.pk]))


def _file(parts: int) -> bytes:
    rows = "".join(f"Ada {number},ada{number}@new.example\n" for number in range(parts))
    return f"Name,E-mail address\n{rows}".encode()
