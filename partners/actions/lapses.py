"""Warnings before a check of a person lapses: to the person, and in one notice for all of them to administrators."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from partners import notices
from partners.actions.person import belongs
from partners.models import Institution, Person
from partners.models.person import NOTICE, untils
from partners.queries.person import due_for_notice
from partners.rules.evidence import notice_due
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, refused
from portal.rulebook.queries import rules
from portal.workflow import as_deed, lock, record

MOST = 1000
"""People of one institution in one deed; the next run takes the others."""


class Lapse(NamedTuple):
    """What ends, on which last day, and which notice of it is due."""

    kind: str
    until: date
    notice: int


@as_deed
def warn_of_lapses(*, institution: Institution, by: Actor) -> int:
    """Warn of every lapse of the institution's people for which a notice is due. Returns how many people it is about.

    Each of the rulebook's notices goes out once for each last day; where days were missed only the nearest does.
    Raises Conflict where another worker was first.
    """
    sent, days = defaultdict(list), rules().people.notices_days
    people = due_for_notice(days, institution=institution.pk).select_related("user").order_by("pk")[:MOST]
    for person in people:
        lock(person)
        for lapse in _remind(person, days, by):
            sent[lapse].append(person)
    if not sent:
        raise Conflict(refused(_("This was announced already."), code="not_due", rule="people.notices_days"))
    for lapse, some in sent.items():
        left = (lapse.until - clock.today()).days
        notices.tell_of_lapse(institution, some, kind=lapse.kind, until=lapse.until, notice=lapse.notice, days=left)
    return len({person.pk for some in sent.values() for person in some})


def _remind(person: Person, days: tuple[int, ...], by: Actor) -> list[Lapse]:
    """The lapses of the person that are due to be announced, recorded as announced."""
    if person.state != "named":
        return []
    found, changes = [], dict[str, Any]()
    for kind, until in untils(person).items():
        if until is None:
            continue
        due = notice_due((until - clock.today()).days, getattr(person, NOTICE[kind]), days)
        if due is not None:
            changes[NOTICE[kind]] = due
            found.append(Lapse(kind, until, due))
    if found:
        detail = {"lapses": [{"kind": item.kind, "until": item.until, "notice": item.notice} for item in found]}
        record(person, "remind", by=by, changes=changes, detail=detail, about=belongs(person))
    return found
