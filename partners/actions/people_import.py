"""The import of a file of people: all that was shown, in one deed, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from partners.actions.person import amend_person, belongs, checked, count_check, described, invite_person
from partners.models import Institution, Person, PersonCheck
from partners.models.person import UNTIL
from partners.queries.people_import import Report, report_on
from partners.rules.people_import import OnRecord, Outcome, not_too_many
from portal.accounts.models import Invitation, User
from portal.core import clock
from portal.core.actors import Actor
from portal.core.bulk import insert
from portal.core.verdicts import Conflict, refused, require
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create_all, lock

BATCH = 1000


@as_deed
def import_people(*, institution: Institution, content: bytes, seen: str, by: Actor, invite: bool = False) -> Report:
    """Do what the report on the file says: name, change, and record checks. Rows with problems are left out.

    `seen` is the digest of the report that was confirmed; Conflict where the file would do something else by now.
    `invite`: those who are new and have no account get an invitation.
    """
    lock(institution)
    report = report_on(institution, content, by)
    if report.digest != seen:
        reason = _("Something changed since the report was made. Look at the report again, then confirm it.")
        raise Conflict(refused(reason, code="other_report", rule="people.import"))
    require(not_too_many(report.counts["changed"]))
    made = _name_all(institution, report.of("new"), by)
    _change_all(report.of("changed"), by)
    if invite:
        _invite_all(institution, made, by)
    return report


def _name_all(institution: Institution, outcomes: Sequence[Outcome], by: Actor) -> list[Person]:
    """Name everybody who is new, with their checks: a statement for the people, one for the checks."""
    version, moment = rules().version, clock.now()
    members = _members(institution)
    people, checks = [], {}
    for item in outcomes:
        person = Person(
            institution=institution, user=members.get(item.email), email=item.email, named_by=by.user,
            named_at=moment, **item.details, **_ends(item.checks),
        )  # fmt: skip
        people.append(person)
        checks[person.pk] = [_check(person, one, version, by) for one in item.checks]

    def recorded(person: Person) -> dict[str, Any]:
        detail = {**described(person), "imported": True, "checks": [checked(one) for one in checks[person.pk]]}
        return {"rulebook": version, "detail": detail, "about": belongs(person)}

    create_all(people, "name", by=by, recorded=recorded)
    insert(PersonCheck, [one for some in checks.values() for one in some])
    return people


def _members(institution: Institution) -> dict[str, User]:
    rows = User.objects.filter(memberships__organisation=institution.pk, memberships__state="active", is_active=True)
    return {user.email.lower(): user for user in rows}


def _ends(checks: Sequence[OnRecord]) -> dict[str, date]:
    return {UNTIL[check.kind]: check.valid_until for check in checks}


def _check(person: Person, one: OnRecord, version: str, by: Actor) -> PersonCheck:
    return PersonCheck(
        person=person, rulebook=version, recorded_by=by.user, recorded_at=clock.now(), **one._asdict()
    )  # fmt: skip


def _change_all(outcomes: Sequence[Outcome], by: Actor) -> None:
    """Amend and check those who are named already. The plan held each check against the rulebook."""
    version, checks = rules().version, []
    for start in range(0, len(outcomes), BATCH):
        some = outcomes[start : start + BATCH]
        people = Person.objects.select_related("institution").in_bulk([item.person_id for item in some])
        for item in some:
            person = people[item.person_id]
            if item.details:
                now = {"name": person.name, "position": person.position, "employer": person.employer}
                amend_person(person=person, by=by, **{**now, **item.details})
            for one in item.checks:
                check = _check(person, one, version, by)
                count_check(check, by=by)
                checks.append(check)
    insert(PersonCheck, checks)


def _invite_all(institution: Institution, people: Sequence[Person], by: Actor) -> None:
    """Invite those without an account who have no open invitation."""
    open_for = Invitation.objects.filter(organisation=institution.pk, state="sent").values_list("email", flat=True)
    invited = {address.lower() for address in open_for}
    for person in people:
        if person.user_id is None and person.email not in invited:
            invite_person(person=person, by=by)
