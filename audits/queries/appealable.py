"""Decisions against an institution, and whether, on what grounds and until when an appeal is open against each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, Model, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from audits.models import Appeal, EnforcementCase
from audits.queries.appeal import OPEN, last_day_of
from audits.queries.appealed import FIELD, Subject, is_refused, judged, kind_of, office_of
from audits.rules.appeal import in_time, not_judged_yet
from grants.models import GrantRequest, Hold
from grants.queries.refused import gave_less, with_less
from partners.models import Application
from partners.remedies import Remedy
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Refused, Verdict, first_refusal, refused
from portal.rulebook.places import LastDay
from portal.rulebook.queries import rules
from portal.rulebook.schema import find

M = TypeVar("M", bound=Model)
SHOWN = 50
"""Decisions of each kind, the newest first."""


@dataclass(frozen=True, slots=True)
class Window:
    """One decision: the rulebook's rule on appeals against it, the last day, and whether it is open now."""

    against: Any
    rule: Any
    last_day: LastDay
    verdict: Verdict
    appeal: Appeal | None

    @property
    def url(self) -> str:
        """Where an appeal against it is lodged."""
        return reverse(f"audits:appeal_{FIELD[type(self.against)]}", args=[self.against.pk])

    @property
    def title(self) -> str:
        """What was decided."""
        if isinstance(self.against, Application):
            return _("Refusal of application %(reference)s") % {"reference": self.against.reference}
        if isinstance(self.against, GrantRequest):
            return _("Decision on grant request %(reference)s") % {"reference": self.against.reference}
        return str(self.against)

    @property
    def grounds(self) -> list[str]:
        """The grounds that are open, in words."""
        book = rules(self.against.rulebook).appeal
        return [item.label for item in book.grounds if item.key in self.rule.grounds]


def window_of(against: Subject, appeals: list[Appeal] | None = None) -> Window:
    """Whether an appeal is open against it now. Raises Refused where nothing was decided.

    Few queries, one less where the `appeals` against it, the newest first, are read already.
    """
    _authority, country = office_of(against)
    return _window(against, country, list(against.appeals.order_by("-lodged_at")) if appeals is None else appeals)


def _window(against: Subject, country: str, appeals: list[Appeal]) -> Window:
    rule = find(rules(against.rulebook).appeal.against, kind_of(against))
    last = last_day_of(against, country)
    verdict = first_refusal(
        not_judged_yet(
            is_open=any(one.state in OPEN for one in appeals),
            judged=judged(against, appeals),
        ),
        in_time(last, moment=clock.now()),
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
    refusals = (
        Application.objects.filter(institution_id=institution_id, state="declined")
        .exclude(set_aside_at__gte=F("decided_at"))
        .select_related("institution__organisation", "authority")
        .prefetch_related("appeals")
        .order_by("-decided_at")[:SHOWN]
    )
    requests = (
        with_less()
        .filter(institution_id=institution_id)
        .select_related("institution__organisation", "authority")
        .prefetch_related("appeals")
        .order_by("-decided_at")[:SHOWN]
    )
    rows: list[Subject] = [*cases, *holds, *refusals, *requests]
    calendar = office_of(holds[0])[1] if holds else ""  # holds have no authority: it is asked for once
    found = []
    for row in rows:
        country = calendar if isinstance(row, Hold) else office_of(row)[1]
        appeals = sorted(row.appeals.all(), key=lambda one: one.lodged_at, reverse=True)
        found.append(_window(row, country, appeals))
    return found


def refusal_remedy(subject: Any, actor: Actor) -> Remedy | None:
    """For the page of what was refused: whether, and until when, that can be appealed against. Few queries.

    Of an application it is the refusal, of a grant request what was refused or narrowed.
    """
    if not actor.has("applicant") or actor.body_id != getattr(subject, "institution_id", None):
        return None
    if isinstance(subject, Application):
        stands = is_refused(subject)
    else:
        stands = isinstance(subject, GrantRequest) and gave_less(subject)
    if not stands:
        return None
    window = window_of(subject)
    if window.appeal is not None and window.appeal.state in OPEN:
        return Remedy(_("See the appeal"), window.appeal.get_absolute_url(), window.last_day)
    return Remedy(
        _("Lodge an appeal"), window.url, window.last_day, "" if window.verdict else str(window.verdict.reason)
    )


def get_own_refusal(*, actor: Actor, pk: UUID) -> Application:
    """An application of the actor's institution that was decided, for its applicants."""
    rows: QuerySet[Application] = Application.objects.filter(decided_at__isnull=False)
    rows = rows.select_related("institution__organisation", "authority")
    return _get_own(rows, actor, pk)


def get_own_decided_request(*, actor: Actor, pk: UUID) -> GrantRequest:
    """A grant request of the actor's institution that was decided, for its applicants."""
    rows: QuerySet[GrantRequest] = GrantRequest.objects.filter(decided_at__isnull=False)
    rows = rows.select_related("institution__organisation", "authority", "amends")
    return _get_own(rows, actor, pk)


def get_own_hold(*, actor: Actor, pk: UUID) -> Hold:
    """A hold on the actor's institution, for its applicants; colleagues hear why not, anybody else sees nothing."""
    rows: QuerySet[Hold] = Hold.objects.select_related("institution__organisation", "placed_body")
    return _get_own(rows, actor, pk)


def _get_own(rows: QuerySet[M], actor: Actor, pk: UUID) -> M:
    colleague = actor.body_id is not None and actor.has("applicant", "administrator", "representative")
    found = rows.filter(pk=pk, institution_id=actor.body_id).first() if colleague else None
    if found is None:
        raise Http404("Nothing here that you may see.")
    if not actor.has("applicant"):
        text = _("This is for applicants of the institution. Ask your administrator for that role.")
        raise Refused(refused(text, code="wrong_role", rule="roles"))
    return found
