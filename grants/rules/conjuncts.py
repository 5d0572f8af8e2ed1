"""The parts of the conjunction, each a pure function over facts that says what stops, or nothing.

Two tables, in the order in which they are looked at. Every code is described in rules.codes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from grants.rules.facts import Facts, Held, LineFacts, Question
from partners.rules.person import clearance
from portal.core.verdicts import Text


@dataclass(frozen=True, slots=True)
class Stop:
    """One conjunct that fails. The code is one of rules.codes."""

    code: str
    reason: str
    changes_on: date | datetime | None = None
    hold: Held | None = None


@dataclass(frozen=True, slots=True)
class Conjunct:
    """One part of the conjunction: what has to be so. `check` gives what stops, or None where it is so."""

    key: str
    label: Text
    check: Callable[[Question, Facts], Stop | None]
    needs: Callable[[Facts], object] = bool
    """Of the facts, what it looks at: where that is missing, it cannot be looked at."""


@dataclass(frozen=True, slots=True)
class LineConjunct:
    """One part of the conjunction that is about a line."""

    key: str
    label: Text
    check: Callable[[Question, LineFacts], Stop | None]


# --- before any line ------------------------------------------------------------------------------
SUBJECT_TYPES = ("partner", "person", "workload")


def _subject_type(question: Question, facts: Facts) -> Stop | None:
    if question.subject_type not in SUBJECT_TYPES:
        return Stop("subject_type_unknown", _("Ask about a partner, a person or a workload."))
    if question.subject_type == "workload" and not _is_id(question.subject_id):
        return Stop("partner_unknown", _("A workload is named by the id of an environment, as a partner sees it."))
    return None


def _is_id(text: str) -> bool:
    try:
        return len(text) == 36 and bool(UUID(text))
    except ValueError:
        return False


def _release_known(question: Question, facts: Facts) -> Stop | None:
    if facts.release_id is not None:
        return None
    return Stop("release_unknown", _("You have no release of this name. Ask only about your own releases."))


def _partner_known(question: Question, facts: Facts) -> Stop | None:
    """A provider is told nothing of partners and people with whom it never had to do."""
    if question.subject_type == "person" and not (facts.person and facts.related):
        return Stop("person_not_named", _("No partner with a grant on these models has named this person."))
    if facts.institution_id is None:
        return Stop("partner_unknown", _("No partner of this name takes part in the scheme."))
    if not facts.related:
        return Stop("not_granted", _("The partner was not granted any release of this provider."))
    return None


def _qualified(question: Question, facts: Facts) -> Stop | None:
    return None if facts.qualified else Stop("partner_not_qualified", _("The partner's qualification is not in force."))


def _partner_free(question: Question, facts: Facts) -> Stop | None:
    return _held("partner_held", gettext_noop("All access of this partner is on hold."), facts.partner_hold)


def _person_cleared(question: Question, facts: Facts) -> Stop | None:
    """What stops the person: the first thing that they lack. When that is made good nobody knows beforehand."""
    person = facts.person
    if person is None:
        return None
    lacks = clearance(person, person.texts, question.today).lacks
    return Stop(lacks[0].code, lacks[0].reason) if lacks else None


def _person_free(question: Question, facts: Facts) -> Stop | None:
    return _held("person_held", gettext_noop("This person's access is on hold."), facts.person_hold)


def _release_out(question: Question, facts: Facts) -> Stop | None:
    if facts.release_state == "retired":
        return Stop("release_retired", _("This release is retired. A new release needs a grant of its own."))
    if facts.release_state != "released":
        return Stop("release_not_out", _("This release is announced but not released yet."))
    return None


def _environment_known(question: Question, facts: Facts) -> Stop | None:
    workload = question.subject_type == "workload"
    if not question.environment and not workload:
        return Stop("environment_missing", _("Name the environment in the context of the question."))
    if facts.environment_id is None:
        return Stop("environment_unknown", _("The partner has no environment of this name."))
    if workload and question.subject_id.lower() != str(facts.environment_id):
        return Stop("environment_contradicts", _("The workload runs in another environment than the context names."))
    return None


def _accredited(question: Question, facts: Facts) -> Stop | None:
    if facts.environment_state != "accredited":
        return Stop("environment_not_accredited", _("The environment is not accredited."))
    if facts.accredited_until is None or facts.accredited_until < question.today:
        return Stop("environment_not_accredited", _("The accreditation of the environment has run out."))
    return None


def _environment_free(question: Question, facts: Facts) -> Stop | None:
    return _held("environment_held", gettext_noop("The environment is on hold."), facts.environment_hold)


def _data_class(question: Question, facts: Facts) -> Stop | None:
    if question.data_class:
        return None
    return Stop("data_class_missing", _("Name the class of data in the context of the question."))


def _covered(question: Question, facts: Facts) -> Stop | None:
    if facts.lines:
        return None
    if facts.nearest == "environment":
        return Stop("data_class_not_granted", _("No line covers this class of data in this environment."))
    if facts.nearest == "use_case":
        return Stop("environment_not_granted", _("No line covers this use in this environment."))
    if facts.nearest == "release":
        return Stop("use_case_not_granted", _("The partner was granted this release, but not for this use."))
    return Stop("not_granted", _("The partner was not granted this release."))


def _institution(facts: Facts) -> object:
    return facts.institution_id


def _release(facts: Facts) -> object:
    return facts.release_id


def _environment(facts: Facts) -> object:
    return facts.environment_id


def _all_three(facts: Facts) -> object:
    return facts.institution_id and facts.release_id and facts.environment_id


def _person(facts: Facts) -> object:
    return facts.person or facts.person_hold


CONJUNCTS: tuple[Conjunct, ...] = (
    Conjunct("subject", gettext_lazy("The question is about a partner, a person or a workload"), _subject_type),
    Conjunct("release", gettext_lazy("The provider has this release"), _release_known),
    Conjunct("partner", gettext_lazy("The partner takes part in the scheme"), _partner_known),
    Conjunct("qualification", gettext_lazy("The partner's qualification is in force"), _qualified, _institution),
    Conjunct("partner_hold", gettext_lazy("The partner is not on hold"), _partner_free, _institution),
    Conjunct("person", gettext_lazy("The person is named and cleared"), _person_cleared, _person),
    Conjunct("person_hold", gettext_lazy("The person is not on hold"), _person_free, _person),
    Conjunct("release_out", gettext_lazy("The release is out"), _release_out, _release),
    Conjunct("environment", gettext_lazy("The environment is one of the partner's"), _environment_known, _institution),
    Conjunct("accreditation", gettext_lazy("The environment is accredited"), _accredited, _environment),
    Conjunct("environment_hold", gettext_lazy("The environment is not on hold"), _environment_free, _environment),
    Conjunct("data_class", gettext_lazy("The class of data is named"), _data_class),
    Conjunct(
        "line", gettext_lazy("A line of a grant covers release, use, environment and class of data"), _covered,
        _all_three,
    ),
)  # fmt: skip
"""What is looked at before any line, in this order."""


# --- on a line ------------------------------------------------------------------------------------
def _agreed(question: Question, line: LineFacts) -> Stop | None:
    if line.grant_state == "awaiting_agreement" or (line.grant_state == "in_force" and not line.agreement_accepted):
        return Stop("agreement_not_accepted", _("The partner has not accepted the agreement yet."))
    return None


def _in_force(question: Question, line: LineFacts) -> Stop | None:
    if line.grant_state in ("in_force", "awaiting_agreement"):
        return None
    return Stop("grant_ended", _("The grant that covered this has ended."))


def _kept(question: Question, line: LineFacts) -> Stop | None:
    return Stop("line_given_back", _("The partner has given this line back.")) if line.given_back else None


def _consented(question: Question, line: LineFacts) -> Stop | None:
    if line.consent_ends is None or question.today < line.consent_ends:
        return None
    reason = _("The provider withdrew its consent with effect from %(day)s.") % {"day": _day(line.consent_ends)}
    return Stop("consent_withdrawn", reason)


def _route(question: Question, line: LineFacts) -> Stop | None:
    if not question.access_route or question.access_route == line.access_route:
        return None
    return Stop("access_route_not_granted", _("The line was granted for another access route."))


def _dates(question: Question, line: LineFacts) -> Stop | None:
    if question.today > line.ends_on:
        return Stop("line_ended", _("The last day of this line was %(day)s.") % {"day": _day(line.ends_on)})
    if question.today < line.starts_on:
        reason = _("The first day of this line is %(day)s.") % {"day": _day(line.starts_on)}
        return Stop("line_not_started", reason, line.starts_on)
    return None


def _for_person(question: Question, line: LineFacts) -> Stop | None:
    if line.names_person:
        return None
    return Stop("person_not_on_line", _("This line names the people who may use it, and this person is not one."))


def _within(question: Question, line: LineFacts) -> Stop | None:
    asked = (
        (question.requests, line.requests_per_day, gettext_noop("requests a day")),
        (question.tokens, line.tokens_per_day, gettext_noop("tokens a day")),
        (question.seats, line.seats, gettext_noop("people at once")),
    )
    for volume, limit, what in asked:
        if volume > limit:
            reason = _("The line allows %(limit)s %(what)s, and more was asked for.")
            return Stop("above_limit", reason % {"limit": limit, "what": _(what)})
    return None


def _unspent(question: Question, line: LineFacts) -> Stop | None:
    """By what gateways have reported of the day; what is asked for now is in none of their reports yet."""
    if not line.stops_at_limit:
        return None
    if line.spent_requests < line.requests_per_day and line.spent_tokens < line.tokens_per_day:
        return None
    reason = _("All that the line allows on one day is used. It goes on at midnight (UTC).")
    return Stop("limit_reached", reason, question.today + timedelta(days=1))


def _grant_free(question: Question, line: LineFacts) -> Stop | None:
    return _held("grant_held", gettext_noop("The grant is on hold."), line.grant_hold)


def _line_free(question: Question, line: LineFacts) -> Stop | None:
    return _held("line_held", gettext_noop("This line of the grant is on hold."), line.line_hold)


LINE_CONJUNCTS: tuple[LineConjunct, ...] = (
    LineConjunct("grant", gettext_lazy("Its grant has not ended"), _in_force),
    LineConjunct("agreement", gettext_lazy("The agreement is accepted"), _agreed),
    LineConjunct("kept", gettext_lazy("The line was not given back"), _kept),
    LineConjunct("consent", gettext_lazy("The provider's consent stands"), _consented),
    LineConjunct("route", gettext_lazy("The line is for this access route"), _route),
    LineConjunct("dates", gettext_lazy("Today is within its dates"), _dates),
    LineConjunct("people", gettext_lazy("The line is for this person"), _for_person),
    LineConjunct("limits", gettext_lazy("The volume is within its limits"), _within),
    LineConjunct("spent", gettext_lazy("The day’s limits are not used up"), _unspent),
    LineConjunct("grant_hold", gettext_lazy("The grant is not on hold"), _grant_free),
    LineConjunct("line_hold", gettext_lazy("The line is not on hold"), _line_free),
)
"""What is looked at on a line, from what is furthest from a permit to what is nearest."""
NEAREST_FIRST = (
    "line_held", "grant_held", "limit_reached", "above_limit", "person_not_on_line", "line_not_started",
    "agreement_not_accepted", "access_route_not_granted", "consent_withdrawn", "line_ended", "line_given_back",
    "grant_ended",
)  # fmt: skip
"""Of several lines that all fail, the reason told is the one nearest to a permit."""


def _held(code: str, reason: str, hold: Held | None) -> Stop | None:
    """What the hold stops, if there is one. The sentence is translated only then: most questions meet no hold."""
    return Stop(code, _(reason), hold.confirm_by, hold) if hold is not None else None


def _day(day: date) -> str:
    return date_format(day, "j F Y")
