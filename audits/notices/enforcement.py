"""Who hears what about enforcement.

The partner hears everything that concerns it. So do officers of the authority that runs the case and of the partner's
home authority, where that is another one. Providers whose models it may use hear what holds, and never why.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from audits.models import EFFECTIVE, EnforcementCase, LiftCondition, Measure, MeasureEvent
from audits.notices.telling import day, desk, officers, page, partner, signatories, tell
from audits.queries.appeal import last_day_of
from audits.queries.appealed import office_of
from audits.queries.cases import home_of
from grants.models import GrantLine, Hold
from portal.accounts.models import User
from portal.accounts.queries.people import people_with
from portal.core import clock
from portal.notifications.notify import NoticeKind
from portal.rulebook.places import LastDay

OPENED = NoticeKind(
    "enforcement_opened",
    _("An enforcement case on {institution} was opened"),
    _("Case {reference} is open. Propose a measure and give notice."),
    _("Open the case"),
)
OPENED_HOME = NoticeKind(
    "enforcement_opened_home",
    _("{authority} opened an enforcement case on {institution}"),
    _("Your authority is the home authority of the institution, and can read case {reference}."),
    _("Read the case"),
)
JOINED = NoticeKind(
    "enforcement_fact_joined",
    _("{reference} is a further fact of case {case} on {institution}"),
    _("The case is open already, and no notice was given: the portal linked it there instead of opening another one."),
    _("Open the case"),
)
NOTICE = NoticeKind(
    "enforcement_notice",
    _("Notice in case {reference}: {measure} is proposed"),
    _("{reasons}\n\nYou can answer until {due}. Nothing is decided before that."),
    _("Read and answer"),
    urgent=True,
)
NOTICE_HOME = NoticeKind(
    "enforcement_notice_home",
    _("{institution} was given notice in case {reference}: {measure} is proposed"),
    _("It can answer until {due}. {authority} runs the case; yours is the home authority of the institution."),
    _("Read the case"),
)
ANSWERED = NoticeKind(
    "enforcement_answered",
    _("{institution} answered the notice in {reference}"),
    _("Send the case to the signatories when its side is on file."),
    _("Open the case"),
)
TO_DECIDE = NoticeKind(
    "enforcement_to_decide",
    _("Case {reference} on {institution} waits for your decision"),
    _("{measure} is proposed. Read the case, then sign."),
    _("Read the case"),
)
DECIDED = NoticeKind(
    "enforcement_decided",
    _("Case {reference} is decided: {measure}"),
    _("The page of the case has the reasons, and what must be true for it to be lifted.{appeal}"),
    _("See the decision"),
    urgent=True,
)
APPEAL = _("You can appeal until {until}; the page says how.")
PROVIDER = NoticeKind(
    "enforcement_provider",
    _("{institution}: {measure}"),
    _("Your gateway is answered by what holds now. Authorities decided; the institution has been told why."),
    _("See grants to your models"),
    urgent=True,
)
CHANGED = NoticeKind(
    "enforcement_changed",
    _("Case {reference} on {institution}: {what}"),
    _("{reason}"),
    _("See the decision"),
    urgent=True,
)
CHANGED_PROVIDER = NoticeKind(
    "enforcement_changed_provider",
    _("{institution}: {measure} – {what}"),
    _("Your gateway is answered by what holds now. The institution has been told why."),
    _("See grants to your models"),
)
LAPSED = NoticeKind(
    "enforcement_hold_lapsed",
    _("The interim suspension of {institution} in case {reference} has lapsed"),
    _("No second body confirmed it by {until}. {institution} has access again, unless something else stops it."),
    _("Open the case"),
    urgent=True,
)
MET = NoticeKind(
    "enforcement_condition_met",
    _("{institution} says that a condition of case {reference} is met"),
    _("“{text}”. Somebody else looks at it, and confirms it or returns it."),
    _("Look at it"),
)
JUDGED = NoticeKind(
    "enforcement_condition_judged",
    _("A condition of case {reference} was {outcome}"),
    _("“{text}” {reason}"),
    _("See the case"),
)
READY = NoticeKind(
    "enforcement_can_be_lifted",
    _("Case {reference} on {institution}: everything is confirmed that must be true"),
    _("Propose that the measure be lifted; signatories decide."),
    _("Propose it"),
)
TO_LIFT = NoticeKind(
    "enforcement_to_lift",
    _("Lifting the measure in case {reference} on {institution} waits for your decision"),
    _("Everything that must be true was confirmed. Read the case, then sign."),
    _("Read the case"),
)


def case_opened(case: EnforcementCase) -> None:
    tell(OPENED, case, officers(case), desk(case))
    _tell_home(OPENED_HOME, case)


def fact_joined(case: EnforcementCase, fact: Any) -> None:
    """Officers hear of what the portal linked to a case that they have not given notice in yet."""
    tell(JOINED, fact, officers(case), desk(case), key=str(case.pk), case=case.reference)


def notice_given(case: EnforcementCase) -> None:
    assert case.answer_due is not None
    words = {"measure": case.get_proposed_display(), "reasons": case.reasons, "due": day(case.answer_due)}
    tell(NOTICE, case, partner(case), page(case), **words)
    _tell_home(NOTICE_HOME, case, measure=words["measure"], due=words["due"])


def notice_answered(case: EnforcementCase) -> None:
    tell(ANSWERED, case, officers(case), desk(case))


def awaiting_decision(case: EnforcementCase) -> None:
    tell(TO_DECIDE, case, signatories(), desk(case), measure=case.get_proposed_display())


def case_decided(case: EnforcementCase) -> None:
    """The partner and its home authority are always told; providers of its lines of what changes for them."""
    words = {"measure": case.get_measure_display()}
    appeal = "" if case.measure == Measure.NO_ACTION else format_lazy("\n\n{}", format_lazy(APPEAL, until=_until(case)))
    tell(DECIDED, case, partner(case), page(case), **words, appeal=appeal)
    tell(DECIDED, case, [*officers(case), *_home_officers(case)], desk(case), **words, appeal="")
    if case.measure in EFFECTIVE:
        tell(PROVIDER, case, _providers(case), reverse("grants:grants"), **words)


def _until(case: EnforcementCase) -> LastDay:
    return last_day_of(case, office_of(case)[1])


def measure_changed(case: EnforcementCase, kind: str, reason: str) -> None:
    """It was varied, stayed, lifted, set aside, or has run out: everybody hears who heard of the decision."""
    what, key = MeasureEvent.Kind(kind).label, f"{kind}:{clock.now():%Y%m%d%H%M%S%f}"
    words = {"what": what, "reason": reason}
    tell(CHANGED, case, partner(case), page(case), key=key, **words)
    tell(CHANGED, case, [*officers(case), *_home_officers(case)], desk(case), key=key, **words)
    if case.measure in EFFECTIVE:
        measure = case.get_measure_display()
        url = reverse("grants:grants")
        tell(CHANGED_PROVIDER, case, _providers(case), url, key=key, what=what, measure=measure)


def interim_lapsed(case: EnforcementCase, hold: Hold) -> None:
    """Louder than the lapse of any other hold: who runs the case, who opened it, the home authority, signatories."""
    told = [*officers(case), *_home_officers(case), *signatories(), *([case.opened_by] if case.opened_by else [])]
    until = day(hold.confirm_by.date()) if hold.confirm_by else ""
    tell(LAPSED, case, told, desk(case), key=str(hold.pk), until=until)


def condition_met(case: EnforcementCase, condition: LiftCondition) -> None:
    tell(MET, case, officers(case), desk(case), key=_moment(condition), text=condition.text)


def condition_judged(case: EnforcementCase, condition: LiftCondition) -> None:
    outcome = _("confirmed") if condition.confirmed_at else _("returned")
    words = {"text": condition.text, "outcome": outcome, "reason": condition.returned}
    tell(JUDGED, case, partner(case), page(case), key=_moment(condition), **words)


def can_be_lifted(case: EnforcementCase) -> None:
    """Officers hear once the last condition is confirmed."""
    tell(READY, case, officers(case), desk(case), key=f"{clock.now():%Y%m%d%H%M%S%f}")


def lifting_proposed(case: EnforcementCase) -> None:
    tell(TO_LIFT, case, signatories(), desk(case), key=str(case.lifting_proposed_at))


def day_of(value: date) -> str:
    """A day in words."""
    return day(value)


def until_words(case: EnforcementCase) -> str:
    """What lifts a measure that names no conditions: its last day."""
    if case.effect_until is None:
        return str(_("Authorities decide so."))
    return str(_("Its last day, %(day)s, has passed.") % {"day": day(case.effect_until)})


def _moment(condition: LiftCondition) -> str:
    return f"{condition.pk}:{clock.now():%Y%m%d%H%M%S%f}"


def _tell_home(kind: NoticeKind, case: EnforcementCase, **words: str) -> None:
    """Tell the home authority, where another one runs the case."""
    authority = case.authority.name if case.authority else ""
    tell(kind, case, _home_officers(case), desk(case), authority=authority, **words)


def _home_officers(case: EnforcementCase) -> list[User]:
    home = home_of(case.institution.organisation.jurisdiction)
    if home is None or home == case.authority_id:
        return []
    return people_with("case_officer", organisation_id=home)


def _providers(case: EnforcementCase) -> list[User]:
    """Staff of providers of whose models the partner has lines: of those reached, where a restriction names no person.

    A person may use any line that names nobody, so that all providers are concerned; who it is they are not told.
    """
    lines = GrantLine.objects.filter(institution_id=case.institution_id, grant__in_force_since__isnull=False)
    if case.measure == Measure.RESTRICTION and not case.scope.exclude(person=None).exists():
        grants, places = (case.scope.exclude(**{name: None}).values(name) for name in ("grant", "environment"))
        lines = lines.filter(Q(grant__in=grants) | Q(environment__in=places))
    providers = sorted(set(lines.values_list("provider_id", flat=True)))
    return [user for provider in providers for user in people_with("provider_staff", organisation_id=provider)]
