"""What stops access under a grant now, conjunct by conjunct, and what lifts it: everything that stands in the way.

Access is a conjunction: partner, grant, agreement, environment, line, consent, person. The gate names the first one
that fails; this names all of them, so that nobody lifts one hold and wonders why the answer is still no.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from grants.disclosure import INSTITUTION, discloses
from grants.models import Environment, Grant, GrantLine, Hold
from grants.notices import day, describe, moment
from grants.queries.hold import active_holds
from partners.queries.standing import standing
from portal.core import clock

ORDER = ("partner", "grant", "agreement", "environment", "line", "consent", "person")


@dataclass(frozen=True)
class Stop:
    """One conjunct that fails. `lines` are the numbers that it stops; empty: all of them (or, for a person, theirs).

    `why` is empty where the reader may not know it.
    """

    conjunct: str
    title: str
    lifts: str
    why: str = ""
    since: date | datetime | None = None
    interim: str = ""
    lines: tuple[int, ...] = ()
    hold: Hold | None = None
    url: str = ""


def stops_of(
    grant: Grant, lines: Sequence[GrantLine], who: str, *, desk: bool = False, holds: Sequence[Hold] | None = None
) -> list[Stop]:
    """Everything that stops access under a live grant, as that reader may know it (disclosure.reader).

    `lines` come from queries.grant, and are those that the reader may see; `desk` leads to holds at the desk. Three
    queries; one less where the `holds` on the institution (queries.hold.active_holds) are read already.
    """
    found = [*_partner(grant, who), *_agreement(grant), *_environments(lines, who), *_consents(lines)]
    holds = active_holds(institution_id=grant.institution_id) if holds is None else holds
    found += [_held(hold, numbers, who, desk) for hold in holds if (numbers := _reach(hold, grant, lines)) is not None]
    return sorted(found, key=lambda stop: ORDER.index(stop.conjunct))


def _reach(hold: Hold, grant: Grant, lines: Iterable[GrantLine]) -> tuple[int, ...] | None:
    """Which lines a hold stops: none named means all; None: it does not concern this grant."""
    if hold.partner_id or hold.grant_id == grant.pk or hold.person_id:
        return ()
    numbers = tuple(
        line.number for line in lines if line.pk == hold.line_id or line.environment_id == hold.environment_id
    )
    return numbers or None


def _held(hold: Hold, numbers: tuple[int, ...], who: str, desk: bool) -> Stop:
    knows = discloses("hold", "reason", who)
    named = hold.person if hold.person_id and discloses("hold", "person", who) else None
    on = str(named) if named else describe(hold)
    interim = ""
    if hold.state == "placed" and hold.confirm_by:
        until = moment(hold.confirm_by)
        interim = _("Interim: a second authority must confirm it by %(until)s, or it lapses.") % {"until": until}
    return Stop(
        hold.target_kind,
        _("On hold: %(on)s") % {"on": on},
        hold.lifted_when if knows else _("The authorities lift it."),
        why=hold.reason if knows else "",
        since=hold.placed_at,
        interim=interim,
        lines=numbers,
        hold=hold,
        url=reverse("admin:grants_hold_change" if desk else "grants:hold", args=[hold.pk]),
    )


def _partner(grant: Grant, who: str) -> list[Stop]:
    now = standing(institution_id=grant.institution_id)
    if now.in_force:
        return []
    title = _("The partner’s qualification is not in force")
    lifts = _("The qualification is restored or renewed.")
    return [Stop("partner", title, lifts, why=now.reason if who != "provider" else "")]


def _agreement(grant: Grant) -> list[Stop]:
    if grant.state != "awaiting_agreement":
        return []
    lifts = _("An authorised representative of the institution signs the agreement.")
    return [Stop("agreement", _("The agreement is not signed"), lifts)]


def _environments(lines: Iterable[GrantLine], who: str) -> list[Stop]:
    """Environments that are not accredited now."""
    today = clock.today()
    found: dict[Environment, list[int]] = {}
    for line in lines:
        place = line.environment
        ready = place.state == "accredited" and place.accredited_until and place.accredited_until >= today
        if not ready:
            found.setdefault(place, []).append(line.number)
    return [
        Stop(
            "environment",
            _("The environment “%(name)s” is not accredited") % {"name": place.name},
            _("An authority accredits it."),
            lines=tuple(numbers),
            url=reverse("grants:environment", args=[place.pk]) if who == INSTITUTION else "",
        )
        for place, numbers in found.items()
    ]


def _consents(lines: Iterable[GrantLine]) -> list[Stop]:
    """Withdrawn consents whose day has come."""
    today = clock.today()
    ended = [line for line in lines if line.held_withdrawal and line.held_withdrawal.effective_on <= today]
    return [
        Stop(
            "consent",
            _("%(provider)s withdrew its consent") % {"provider": line.provider.name},
            _("Nothing: ask for the line anew."),
            why=line.held_withdrawal.reason,
            since=line.held_withdrawal.effective_on,
            lines=(line.number,),
        )
        for line in ended
    ]


def notices_of_withdrawal(lines: Iterable[GrantLine]) -> list[dict[str, Any]]:
    """Withdrawals whose day is still to come: what ends, and when."""
    today = clock.today()
    return [
        {"line": line, "withdrawal": line.held_withdrawal, "day": day(line.held_withdrawal.effective_on)}
        for line in lines
        if line.held_withdrawal and line.held_withdrawal.effective_on > today
    ]
