"""Removing a person from the scheme, and taking that back."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from partners.models import Person, PersonRemoval
from partners.notices_screening import tell_of_removal
from portal.accounts.models import User
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.ledger.models import Tier
from portal.workflow import as_deed, create, move


@as_deed
def remove_person(*, name: str, email: str, reason: str, by: Actor, until: date | None = None) -> PersonRemoval:
    """Remove somebody from the scheme, to the end of `until` or for good. No gateway lets them in from this moment.

    They are known by address, and by their account where one has it. The institutions that named them are told.
    Refused without a reason, for a day that has passed, and where a removal of the address holds already.
    """
    address = email.strip().lower()
    if not name.strip() or not address:
        require(refused(_("Say who is removed: name and e-mail address."), code="no_name", rule="removal"))
    if not reason.strip():
        require(refused(_("Give the reason."), code="no_reason", rule="removal"))
    if until is not None and until < clock.today():
        require(refused(_("The last day of the removal has to be in the future."), code="in_past", rule="removal"))
    earlier = PersonRemoval.objects.filter(email__iexact=address, state="in_force").first()
    if earlier is not None:
        if earlier.holds_on(clock.today()):
            require(refused(_("This person is removed already."), code="removed", rule="removal"))
        over = _("Its last day passed; there is a new one.")
        move(earlier, "lift", by=by, changes={"lifted_at": clock.now(), "lift_reason": over}, tier=Tier.AUTHORITY)
    removal = PersonRemoval(
        name=" ".join(name.split())[:150],
        email=address,
        user=User.objects.filter(email__iexact=address).first(),
        authority_id=by.organisation_id,
        reason=reason.strip()[:2000],
        until=until,
        removed_by=by.user,
        removed_at=clock.now(),
    )
    named = list(_named(removal))
    about = [removal.authority_id, removal.user_id, *(person.institution_id for person in named)]
    detail = {"name": removal.name, "email": address, "reason": removal.reason, "until": until}
    create(removal, "remove", by=by, detail=detail, about=about, tier=Tier.AUTHORITY)
    for person in named:
        tell_of_removal(person, until)
    return removal


def _named(removal: PersonRemoval) -> list[Person]:
    rows = Person.objects.filter(state="named").select_related("institution__organisation")
    same = rows.filter(email__iexact=removal.email)
    return list((same | rows.filter(user=removal.user_id)) if removal.user_id else same)


@as_deed
def lift_removal(*, removal: PersonRemoval, reason: str, by: Actor) -> PersonRemoval:
    """Take a removal back. The checks of the person hold as they did."""
    if not reason.strip():
        require(refused(_("Give the reason."), code="no_reason", rule="removal"))
    changes = {"lifted_at": clock.now(), "lift_reason": reason.strip()[:2000]}
    about = [removal.authority_id, removal.user_id]
    return move(removal, "lift", by=by, changes=changes, detail={"reason": reason}, about=about, tier=Tier.AUTHORITY)
