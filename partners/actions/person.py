"""People named for access: named, checked by somebody else, the rules accepted by themselves, ended."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from partners.models import CheckRevocation, Evidence, Institution, Person, PersonAgreement, PersonCheck
from partners.models.person import NOTICE, UNTIL
from partners.queries.person import texts_now, tier_of, until_now
from partners.rules.person import is_free, latest_end, may_record, not_revoked, text_content
from portal.accounts.actions.invitation import send_invitation
from portal.accounts.models import Invitation, User
from portal.core import clock
from portal.core.actors import Actor
from portal.core.canonical import digest
from portal.core.verdicts import Conflict, refused, require
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, move, record

ROLE = "named_person"
"""The role that an invitation from here offers."""


@as_deed
def name_person(
    *, institution: Institution, name: str, email: str, by: Actor, position: str = "", employer: str = ""
) -> Person:
    """Name somebody for access. A member of the institution with that address is linked at once.

    The address stays: with another one somebody else would have the checks. Refused where it is taken.
    """
    lock(institution)
    address = email.strip().lower()
    taken = Person.objects.filter(institution=institution, email__iexact=address, state="named").exists()
    require(is_free(taken=taken))
    person = Person(
        institution=institution,
        user=member_with(institution.pk, address),
        name=" ".join(name.split()),
        email=address,
        position=" ".join(position.split()),
        employer=" ".join(employer.split()),
        named_by=by.user,
        named_at=clock.now(),
    )
    return create(person, "name", by=by, detail=described(person), about=belongs(person))


def member_with(institution_id: UUID, address: str) -> User | None:
    """The account of the institution's member with that address, which the account has proven to read. One query."""
    members = User.objects.filter(memberships__organisation=institution_id, memberships__state="active")
    found: User | None = members.filter(email__iexact=address, is_active=True).first()
    return found


def described(person: Person) -> dict[str, str]:
    """What the record keeps of a naming."""
    return {"name": person.name, "email": person.email, "position": person.position, "employer": person.employer}


def belongs(person: Person) -> list[UUID | None]:
    """On whose timelines a deed on the person belongs."""
    return [person.institution_id, person.user_id]


@as_deed
def amend_person(*, person: Person, name: str, by: Actor, position: str = "", employer: str = "") -> Person:
    """Change how the person is called, what they do and who employs them. The record keeps both."""
    lock(person)
    was = described(person)
    changes: dict[str, Any] = {
        "name": " ".join(name.split()), "position": " ".join(position.split()), "employer": " ".join(employer.split()),
    }  # fmt: skip
    detail = {"was": was, "is": {**was, **changes}}
    if changes["name"] != was["name"]:
        changes = {**changes, "renamed_at": clock.now()}
    return record(person, "amend", by=by, changes=changes, detail=detail, about=belongs(person))


@as_deed
def record_check(
    *,
    person: Person,
    kind: str,
    vouched_by: str,
    checked_on: date,
    by: Actor,
    valid_until: date | None = None,
    reference: str = "",
    document: Evidence | None = None,
) -> PersonCheck:
    """Record who checked what, when, and until when it holds: without a day, for as long as the rulebook allows.

    Raises Refused for a longer time, for the recorder's own check, and for a document of another institution.
    """
    lock(person)
    now, tier = rules(), tier_of(person.institution_id)
    latest = latest_end(now, kind, tier, checked_on)
    last = valid_until or latest
    require(may_record(checked_on=checked_on, valid_until=last, latest=latest, today=clock.today()))
    if document is not None and document.institution_id != person.institution_id:
        require(refused(_("This document belongs to another institution."), code="other_body", rule="people.checks"))
    check = PersonCheck(
        person=person,
        kind=kind,
        vouched_by=" ".join(vouched_by.split()),
        checked_on=checked_on,
        valid_until=last,
        reference=" ".join(reference.split()),
        document=document,
        rulebook=now.version,
        recorded_by=by.user,
        recorded_at=clock.now(),
    )
    count_check(check, by=by)
    check.save(force_insert=True)
    return check


def count_check(check: PersonCheck, *, by: Actor) -> None:
    """Record the deed of a check that is sound, with the last day that the person has by it. The caller inserts it."""
    until = max(check.valid_until, getattr(check.person, UNTIL[check.kind]) or check.valid_until)
    _move_end(check.person, "record_check", check.kind, until, by, version=check.rulebook, detail=checked(check))


def checked(check: PersonCheck) -> dict[str, object]:
    """What the record keeps of a check."""
    return {
        "check": check.pk, "kind": check.kind, "vouched_by": check.vouched_by, "checked_on": check.checked_on,
        "valid_until": check.valid_until, "reference": check.reference, "document": check.document_id,
    }  # fmt: skip


def _move_end(
    person: Person, verb: str, kind: str, until: date | None, by: Actor, *, version: str, detail: dict[str, object]
) -> None:
    """Record the deed with the last day that the kind of check has by it. Another day is announced anew."""
    changes: dict[str, object] = {}
    if until != getattr(person, UNTIL[kind]):
        changes = {UNTIL[kind]: until, NOTICE[kind]: None}
    record(person, verb, by=by, rulebook=version, changes=changes, detail=detail, about=belongs(person))


@as_deed
def revoke_check(*, check: PersonCheck, reason: str, by: Actor) -> PersonCheck:
    """Take back a check that was wrong or no longer holds. What rests on it ends at the next question."""
    person = check.person
    lock(person)
    require(not_revoked(revoked=CheckRevocation.objects.filter(revoked=check).exists()))
    CheckRevocation(revoked=check, reason=reason.strip(), by=by.user, at=clock.now()).save(force_insert=True)
    detail: dict[str, object] = {"check": check.pk, "kind": check.kind, "reason": reason.strip()}
    until = until_now(person, check.kind)
    _move_end(person, "revoke_check", check.kind, until, by, version=rules().version, detail=detail)
    return check


@as_deed
def accept_rules(*, person: Person, seen: str, by: Actor) -> Person:
    """The person accepts the rules for people that are in force. `seen` is the digest of what they read.

    Links the person's account. Raises Conflict where another text came into force meanwhile.
    """
    lock(person)
    require(person.TABLE.verdict("accept", person, by))
    texts, moment = texts_now(), clock.now()
    if seen != texts.digest:
        reason = _("The rules for people with access changed while you read them. Read the new text, then accept it.")
        raise Conflict(refused(reason, code="other_text", rule="people.agreement"))
    known = set(PersonAgreement.objects.filter(person=person).values_list("declaration", "digest"))
    for item in texts.items:
        words = digest(text_content(item))
        if (item.key, words) not in known:
            PersonAgreement(
                person=person, declaration=item.key, rulebook=texts.version, digest=words, accepted_by=by.user,
                accepted_at=moment,
            ).save(force_insert=True)  # fmt: skip
    changes = {
        "user": by.user, "accepted_digest": texts.digest, "accepted_version": texts.version, "accepted_at": moment,
    }  # fmt: skip
    detail = {"digest": texts.digest, "texts": [item.key for item in texts.items]}
    about = [person.institution_id, by.user_id]
    return move(person, "accept", by=by, rulebook=texts.version, changes=changes, detail=detail, about=about)


@as_deed
def end_person(*, person: Person, reason: str, by: Actor) -> Person:
    """End the person's access for good. It ends at the next question; the row and its checks stay."""
    changes = {"ended_at": clock.now(), "ended_reason": reason.strip()}
    return move(person, "end", by=by, changes=changes, detail={"reason": reason.strip()}, about=belongs(person))


@as_deed
def invite_person(*, person: Person, by: Actor) -> Invitation:
    """Invite the person to an account that shows them their own page. Refused where they have one."""
    return send_invitation(organisation=person.institution.organisation, email=person.email, roles=[ROLE], by=by)
