"""What a question at the gate is, and everything that its answer rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from partners.rules.person import Texts


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
    """One line whose release, use case, environment and data class are those of the question.

    Limits, last day and obligations are those that hold now, where authorities narrowed the line since.
    `consent_ends` is the first day without the provider's consent, where it gave notice. `names_person` says whether
    the person of the question is among those whom the line names, or it names nobody. `spent_…` is what was reported
    of the day, read only where the line `stops_at_limit`.
    """

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
    grant_hold: Held | None = None
    line_hold: Held | None = None
    given_back: bool = False
    consent_ends: date | None = None
    names_person: bool = True
    stops_at_limit: bool = False
    spent_requests: int = 0
    spent_tokens: int = 0


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

    `related` says whether the partner ever had a line on a model of the asking provider: of others it is told
    nothing.
    `nearest` says, where no line covers the question, how far the partner's live lines go with it:
    "", "release", "use_case" or "environment".
    """

    institution_id: UUID | None = None
    qualified: bool = False
    related: bool = False
    partner_hold: Held | None = None
    release_id: UUID | None = None
    release_state: str = ""
    environment_id: UUID | None = None
    environment_state: str = ""
    accredited_until: date | None = None
    environment_hold: Held | None = None
    person: PersonFacts | None = None
    person_hold: Held | None = None
    lines: tuple[LineFacts, ...] = ()
    nearest: str = ""
