"""May this happen? The one decision on access, as a pure function over facts.

Access is a conjunction, evaluated at use: partner qualified and not held, the person named and cleared where the
question is about one, release out, environment accredited and not held, a line that covers all of it, its grant in
force with the agreement accepted, within dates and limits, and no hold on grant or line. A hold stops from the moment
it is placed, confirmed or not. Whatever is not known is a no.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from partners.rules.person import Texts, clearance


@dataclass(frozen=True, slots=True)
class Question:
    """What a gateway, a page or the test console asks.

    `subject_type` is partner, person or workload. `subject_id` is the partner's key, a person's account or e-mail
    address, or the key of an environment (workload). `release` and `environment` are identifiers at the gateway or
    ids. `requests`, `tokens` and `seats` are the volume asked for, where the gateway knows it. `today` is in UTC.
    """

    provider_id: UUID
    subject_type: str
    subject_id: str
    use_case: str
    release: str
    environment: str
    data_class: str
    today: date
    access_route: str = ""
    requests: int = 0
    tokens: int = 0
    seats: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A hold that stops access: since when, and until when at the latest where nobody has confirmed it."""

    id: UUID
    since: datetime
    confirm_by: datetime | None


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line whose release, use case, environment and data class are those of the question."""

    id: UUID
    grant_id: UUID
    grant_reference: str
    grant_state: str
    agreement_accepted: bool
    access_route: str
    starts_on: date
    ends_on: date
    requests_per_day: int
    tokens_per_day: int
    seats: int
    obligations: tuple[str, ...]
    grant_hold: Held | None
    line_hold: Held | None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """The naming of a person, as partners.rules.person looks at it, and the rules for people that are in force."""

    state: str
    identity_until: date | None
    background_until: date | None
    trained_until: date | None
    accepted_digest: str
    has_account: bool
    texts: Texts

    @property
    def is_removed(self) -> bool:
        """Whether an authority removed the person from the scheme: then that stands in place of the naming's state."""
        return self.state == "removed"


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the decision rests on, as one moment's view of the database. None: it does not exist.

    `nearest` says, where no line covers the question, how far the partner's live lines go with it:
    "", "release", "use_case" or "environment".
    """

    institution_id: UUID | None = None
    qualified: bool = False
    partner_hold: Held | None = None
    release_id: UUID | None = None
    release_state: str = ""
    environment_id: UUID | None = None
    environment_state: str = ""
    accredited_until: date | None = None
    environment_hold: Held | None = None
    person: PersonFacts | None = None
    lines: tuple[LineFacts, ...] = ()
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. `code` is stable; `reason` a sentence for a person; `changes_on` when the answer could be another.

    `obligations` are safeguards that whoever lets the use happen has to apply (rulebook: scope.safeguards).
    """

    permitted: bool
    code: str = "permitted"
    reason: str = ""
    changes_on: date | datetime | None = None
    line: LineFacts | None = None
    obligations: tuple[str, ...] = ()
    hold: Held | None = None
    institution_id: UUID | None = None
    release_id: UUID | None = None


SUBJECT_TYPES = ("partner", "person", "workload")


@dataclass(frozen=True, slots=True)
class Stop:
    """One conjunct that fails."""

    code: str
    reason: str
    changes_on: date | datetime | None = None
    hold: Held | None = None


def judge(question: Question, facts: Facts) -> Decision:
    """The answer to the question on these facts: permit by the first line that nothing stops, or the first stop."""
    stop = next(_before_lines(question, facts), None)
    if stop is None:
        stops = [next(_on_line(question, line), None) for line in facts.lines]
        for line, found in zip(facts.lines, stops, strict=True):
            if found is None:
                return _permit(question, facts, line)
        stop = _closest(stops) or _uncovered(question, facts)
    return Decision(
        False, stop.code, stop.reason, stop.changes_on, hold=stop.hold, institution_id=facts.institution_id,
        release_id=facts.release_id,
    )  # fmt: skip


def _permit(question: Question, facts: Facts, line: LineFacts) -> Decision:
    cleared = clearance(facts.person, facts.person.texts, question.today).until if facts.person else None
    return Decision(
        True, line=line, obligations=line.obligations, changes_on=min(line.ends_on, cleared or line.ends_on),
        institution_id=facts.institution_id, release_id=facts.release_id,
    )  # fmt: skip


def _before_lines(question: Question, facts: Facts) -> Iterator[Stop]:
    if question.subject_type not in SUBJECT_TYPES:
        yield Stop("subject_type_unknown", _("Ask about a partner, a person or a workload."))
    if facts.release_id is None:
        yield Stop("release_unknown", _("You have no release of this name. Ask only about your own releases."))
    if question.subject_type == "person" and facts.person is None:
        yield Stop("person_not_named", _("No partner has named this person for access."))
    if facts.institution_id is None:
        yield Stop("partner_unknown", _("No partner of this name takes part in the scheme."))
    if not facts.qualified:
        yield Stop("partner_not_qualified", _("The partner's qualification is not in force."))
    if facts.partner_hold:
        yield _held("partner_held", _("All access of this partner is on hold."), facts.partner_hold)
    yield from _on_person(question, facts.person)
    if facts.release_state == "announced":
        yield Stop("release_not_out", _("This release is announced but not released yet."))
    if facts.release_state == "retired":
        yield Stop("release_retired", _("This release is retired. A new release needs a grant of its own."))
    yield from _on_environment(question, facts)


def _on_person(question: Question, person: PersonFacts | None) -> Iterator[Stop]:
    """What stops the person: the first thing that they lack. When that is made good nobody knows beforehand."""
    if person is None:
        return
    yield from (Stop(lack.code, lack.reason) for lack in clearance(person, person.texts, question.today).lacks)


def _on_environment(question: Question, facts: Facts) -> Iterator[Stop]:
    if not question.environment:
        yield Stop("environment_missing", _("Name the environment in the context of the question."))
    if facts.environment_id is None:
        yield Stop("environment_unknown", _("The partner has no environment of this name."))
    if facts.environment_state != "accredited":
        yield Stop("environment_not_accredited", _("The environment is not accredited."))
    if facts.accredited_until is None or facts.accredited_until < question.today:
        yield Stop("environment_not_accredited", _("The accreditation of the environment has run out."))
    if facts.environment_hold:
        yield _held("environment_held", _("The environment is on hold."), facts.environment_hold)
    if not question.data_class:
        yield Stop("data_class_missing", _("Name the class of data in the context of the question."))


def _on_line(question: Question, line: LineFacts) -> Iterator[Stop]:
    """What stops this line, from what is furthest from a permit to what is nearest."""
    if line.grant_state == "awaiting_agreement":
        yield Stop("agreement_not_accepted", _("The partner has not accepted the agreement yet."))
    if line.grant_state != "in_force":
        yield Stop("grant_ended", _("The grant that covered this has ended."))
    if not line.agreement_accepted:
        yield Stop("agreement_not_accepted", _("The partner has not accepted the agreement yet."))
    if question.access_route and question.access_route != line.access_route:
        yield Stop("access_route_not_granted", _("The line was granted for another access route."))
    if question.today > line.ends_on:
        yield Stop("line_ended", _("The last day of this line was %(day)s.") % {"day": _day(line.ends_on)})
    if question.today < line.starts_on:
        yield Stop(
            "line_not_started", _("The first day of this line is %(day)s.") % {"day": _day(line.starts_on)},
            line.starts_on,
        )  # fmt: skip
    yield from _over_limits(question, line)
    if line.grant_hold:
        yield _held("grant_held", _("The grant is on hold."), line.grant_hold)
    if line.line_hold:
        yield _held("line_held", _("This line of the grant is on hold."), line.line_hold)


def _over_limits(question: Question, line: LineFacts) -> Iterator[Stop]:
    asked = (
        (question.requests, line.requests_per_day, gettext_noop("requests a day")),
        (question.tokens, line.tokens_per_day, gettext_noop("tokens a day")),
        (question.seats, line.seats, gettext_noop("people at once")),
    )
    for volume, limit, what in asked:
        if volume > limit:
            reason = _("The line allows %(limit)s %(what)s, and more was asked for.")
            yield Stop("above_limit", reason % {"limit": limit, "what": _(what)})


def _held(code: str, reason: str, hold: Held) -> Stop:
    return Stop(code, reason, hold.confirm_by, hold)


NEAREST_FIRST = (
    "line_held", "grant_held", "above_limit", "line_not_started", "agreement_not_accepted", "access_route_not_granted",
    "line_ended", "grant_ended",
)  # fmt: skip
"""Of several lines that all fail, the reason told is the one nearest to a permit."""


def _closest(stops: Sequence[Stop | None]) -> Stop | None:
    found = [stop for stop in stops if stop is not None]
    return min(found, key=lambda stop: NEAREST_FIRST.index(stop.code), default=None)


def _uncovered(question: Question, facts: Facts) -> Stop:
    if facts.nearest == "environment":
        return Stop("data_class_not_granted", _("No line covers this class of data in this environment."))
    if facts.nearest == "use_case":
        return Stop("environment_not_granted", _("No line covers this use in this environment."))
    if facts.nearest == "release":
        return Stop("use_case_not_granted", _("The partner was granted this release, but not for this use."))
    return Stop("not_granted", _("The partner was not granted this release."))


def _day(day: date) -> str:
    return date_format(day, "j F Y")
