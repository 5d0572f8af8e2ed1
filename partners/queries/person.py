"""Reads about people with access."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Least

from partners.models import Application, Person, PersonCheck, PersonRemoval, Qualification
from partners.models.person import UNTIL
from partners.models.qualification import LIVE
from partners.rules.person import Texts, digest_of, texts_of
from portal.accounts.models import Membership
from portal.core import clock
from portal.core.actors import Actor
from portal.rulebook.models import RulebookVersion
from portal.rulebook.queries import NoRulebook, rules


@dataclass(frozen=True, slots=True)
class OnHold:
    """That access is on hold, as the person may know it: never why.

    `whole`: the institution's access, not this person's alone. `authority` is who stopped it, "" for the portal
    itself; `until` is when it lapses unless a second authority confirms it, None where it stays until it is lifted.
    """

    since: datetime
    whole: bool
    authority: str
    until: datetime | None


HOLDS: list[Callable[[Person], list[OnHold]]] = []
"""A room above that knows of holds on people adds its question in its AppConfig."""


def holds_on(person: Person) -> list[OnHold]:
    """What stops the person's access now besides their own clearance. One query for each room that knows."""
    return [hold for ask in HOLDS for hold in ask(person)]


@lru_cache(maxsize=32)
def texts_since(version: str, in_force_at: datetime) -> Texts:
    """The texts for people of that version, and since when they are in force with the same words.

    A version's words and the past of the version in force never change, so neither does the answer.
    """
    mine = rules(version)
    words, since, other = digest_of(mine.declarations_on("person")), in_force_at, ""
    earlier = RulebookVersion.objects.filter(state="superseded", in_force_at__lt=in_force_at)
    for before, began in earlier.order_by("-in_force_at").values_list("version", "in_force_at"):
        found = digest_of(rules(before).declarations_on("person"))
        if found != words:
            other = found
            break
        since = began
    return texts_of(mine, since, other)


def texts_now() -> Texts:
    """The texts that are in force. One query once a process has read them."""
    found = RulebookVersion.objects.filter(state="in_force").values_list("version", "in_force_at").first()
    if found is None:
        raise NoRulebook("No rulebook is in force.")
    return texts_since(*found)


def tier_of(institution_id: UUID) -> str:
    """The risk tier by which the institution's people are checked: of its qualification, else of its last application.

    "" where nobody has set one: then the strictest counts. Two queries at most.
    """
    live = Qualification.objects.filter(institution=institution_id, state__in=LIVE).values_list("tier", flat=True)
    asked = Application.objects.filter(institution=institution_id).exclude(tier="").order_by("-started_at")
    return live.first() or asked.values_list("tier", flat=True).first() or ""


def people_of(institution_id: UUID | None) -> QuerySet[Person]:
    """Everybody whom the institution has named, with `ends_on`: the first day on which a check ends."""
    rows = with_account(Person.objects.filter(institution=institution_id))
    return rows.annotate(ends_on=Least(*(F(field) for field in UNTIL.values())))


def with_account(rows: QuerySet[Person]) -> QuerySet[Person]:
    """The rows with `has_account` and `is_removed`, for rules.clearance: an active account in the institution, or none
    yet, and whether an authority removed them from the scheme.
    """
    return rows.annotate(
        account_held=Case(When(~_account_ended(), then=Value(True)), default=Value(False)), removal_held=removed()
    )


def removed() -> Exists:
    """Whether a removal holds today of the person's account or address."""
    still = Q(until__isnull=True) | Q(until__gte=clock.today())
    same = Q(user=OuterRef("user")) | Q(email__iexact=OuterRef("email"))
    return Exists(PersonRemoval.objects.filter(still, same, state="in_force"))


def _account_ended() -> Q:
    """People whose account is no longer active, or no longer in the institution that named them."""
    held = Membership.objects.filter(
        user=OuterRef("user"), organisation=OuterRef("institution"), state="active", user__is_active=True
    )
    return Q(user__isnull=False) & ~Q(Exists(held))


def own_row(actor: Actor) -> Person | None:
    """The naming that is about the actor, in the institution that they act for. One query."""
    if actor.user is None or actor.body_kind != "institution":
        return None
    mine = Q(user=actor.user_id) | Q(user__isnull=True, email__iexact=actor.user.email)
    rows = with_account(Person.objects.filter(mine, institution=actor.body_id))
    rows = rows.select_related("institution__organisation")
    return rows.order_by("-state", "-named_at").first()  # “named” before “left”


def checks_of(person: Person) -> list[PersonCheck]:
    """Every check of the person, the newest first, with what revoked it. One query."""
    rows = person.checks.select_related("recorded_by", "document", "revocation__by")
    return list(rows.order_by("-checked_on", "-recorded_at", "-pk"))


def until_now(person: Person, kind: str) -> date | None:
    """The last day of a kind by the checks that count. One query."""
    rows = PersonCheck.objects.filter(person=person, kind=kind, revocation__isnull=True)
    found: date | None = rows.aggregate(last=Max("valid_until"))["last"]
    return found


# --- who lacks what -------------------------------------------------------------------------------


def lacking(texts: Texts) -> Q:
    """People who are named and have no access now. The same rule as rules.clearance, for lists."""
    today, missing = clock.today(), _account_ended()
    for field in UNTIL.values():
        missing |= Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lt": today})
    return Q(state="named") & (missing | Q(removed()) | unaccepted(texts))


def unaccepted(texts: Texts) -> Q:
    """People who have no access because of the rules' text."""
    if not texts.items:
        return Q(pk__in=[])
    return ~Q(accepted_digest__in=texts.sufficient(clock.today()))


def lapsing(days: int) -> Q:
    """People who are named and have a check that holds now and ends within so many days."""
    span, soon = (clock.today(), clock.today() + timedelta(days=days)), Q()
    for field in UNTIL.values():
        soon |= Q(**{f"{field}__range": span})
    return Q(state="named") & soon


def due_for_notice(notices: tuple[int, ...], **more: Any) -> QuerySet[Person]:
    """People with a check in a range of the notices of its lapse that has not been announced."""
    today, due = clock.today(), Q(pk__in=[])
    for field in UNTIL.values():
        sent = field.replace("_until", "_notice")
        for days in notices:
            not_yet = Q(**{f"{sent}__isnull": True}) | Q(**{f"{sent}__gt": days})
            due |= Q(**{f"{field}__range": (today, today + timedelta(days=days))}) & not_yet
    return Person.objects.filter(due, state="named", **more)
