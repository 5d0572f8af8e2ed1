"""Decisions against an institution, and whether, on what grounds and until when an appeal is open against each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from audits.models import Appeal, EnforcementCase
from audits.queries.appeal import OPEN, last_day_of, office_of
from audits.rules.appeal import in_time, not_judged_yet
from grants.models import Hold
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Refused, Verdict, first_refusal, refused
from portal.rulebook.queries import rules
from portal.rulebook.schema import find

SHOWN = 50
"""Decisions of each kind, the newest first."""


@dataclass(frozen=True, slots=True)
class Window:
    """One decision: the rulebook's rule on appeals against it, the last day, and whether it is open now."""

    against: Any
    rule: Any
    last_day: date
    verdict: Verdict
    appeal: Appeal | None

    @property
    def kind(self) -> str:
        return "hold" if isinstance(self.against, Hold) else "case"

    @property
    def grounds(self) -> list[str]:
        """The grounds that are open, in words."""
        book = rules(self.against.rulebook).appeal
        return [item.label for item in book.grounds if item.key in self.rule.grounds]


def window_of(against: EnforcementCase | Hold) -> Window:
    """Whether an appeal is open against it now. Raises Refused where nothing was decided. Few queries."""
    _authority, country = office_of(against)
    return _window(against, country, list(against.appeals.order_by("-lodged_at")))


def _window(against: EnforcementCase | Hold, country: str, appeals: list[Appeal]) -> Window:
    kind = Appeal.Against.HOLD if isinstance(against, Hold) else Appeal.Against.ENFORCEMENT
    rule = find(rules(against.rulebook).appeal.against, kind)
    last = last_day_of(against, rule, country)
    verdict = first_refusal(
        not_judged_yet(
            is_open=any(one.state in OPEN for one in appeals),
            judged=any(one.heard_at and one.decided_at for one in appeals),
        ),
        in_time(last, moment=clock.now(), country=country),
    )
    return Window(against, rule, last, verdict, appeals[0] if appeals else None)


def appealable(institution_id: UUID | None) -> list[Window]:
    """The institution's newest decisions of each kind. A fixed number of queries."""
    cases = (
        EnforcementCase.objects.filter(institution_id=institution_id, state="decided")
        .exclude(measure="no_action")
        .select_related("institution__organisation", "authority")
        .prefetch_related("appeals")
        .order_by("-decided_at")[:SHOWN]
    )
    holds = (
        Hold.objects.filter(institution_id=institution_id)
        .select_related("institution__organisation", "placed_body")
        .prefetch_related("appeals")
        .order_by("-placed_at")[:SHOWN]
    )
    rows: list[EnforcementCase | Hold] = [*cases, *holds]
    if not rows:
        return []
    countries = {None: office_of(rows[0])[1]}
    found = []
    for row in rows:
        office = getattr(row, "authority", None)
        country = office.jurisdiction if office is not None else countries[None]
        appeals = sorted(row.appeals.all(), key=lambda one: one.lodged_at, reverse=True)
        found.append(_window(row, country, appeals))
    return found


def get_own_hold(*, actor: Actor, pk: UUID) -> Hold:
    """A hold on the actor's institution, for its applicants; colleagues hear why not, anybody else sees nothing."""
    colleague = actor.body_id is not None and actor.has("applicant", "administrator", "representative")
    rows = Hold.objects.filter(pk=pk, institution_id=actor.body_id) if colleague else Hold.objects.none()
    found: Hold | None = rows.select_related("institution__organisation", "placed_body").first()
    if found is None:
        raise Http404("Nothing here that you may see.")
    if not actor.has("applicant"):
        text = _("This is for applicants of the institution. Ask your administrator for that role.")
        raise Refused(refused(text, code="wrong_role", rule="roles"))
    return found
