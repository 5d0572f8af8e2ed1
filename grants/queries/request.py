"""Everything about one grant request, each part read once: for its pages and for the deeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from grants.models import (
    Consent,
    EvaluationPlan,
    GrantQuestion,
    GrantRequest,
    GrantSignature,
    LineReview,
    RequestLine,
)
from grants.queries.plan import asked_people, plans_of, written
from partners.models import Person
from partners.rules.hands import Hands
from partners.rules.quorum import QuorumState, Signed, quorum_state
from portal.core.canonical import digest
from portal.core.compiled import compiled
from portal.core.prepared import rows_of
from portal.rulebook.queries import rules
from portal.rulebook.schema import QuorumRule, Rulebook

SENT_ON = ("awaiting_signatures", "granted", "refused")
"""States of a request in which no provider can answer any more."""
ASSESS = "assess_grantrequest"
"""The object permission of an assigned reviewer."""
M = TypeVar("M", LineReview, Consent)


def lines_of(request: GrantRequest) -> list[RequestLine]:
    """The lines as asked for, with what they name. One query."""
    lines = _lines(request.pk)
    for line in lines:
        line.request = request
    return lines


@compiled
def _lines(request: UUID) -> QuerySet[RequestLine]:
    rows = RequestLine.objects.filter(request=request)
    return rows.select_related("release__model", "release__provider", "environment").order_by("number")


@compiled
def _reviews(request: UUID) -> QuerySet[LineReview]:
    return latest(LineReview.objects.filter(line__request=request))


@compiled
def _consents(request: UUID) -> QuerySet[Consent]:
    return latest(Consent.objects.filter(line__request=request))


def latest(rows: QuerySet[M]) -> QuerySet[M]:
    """The newest row of each line; what came before is not read. Ids are ordered by time."""
    return rows.order_by("line_id", "-id").distinct("line_id")


@dataclass(frozen=True)
class CaseLine:
    """One line as asked for, as reviewed, and as answered by its provider. `people` alone are to use it, if any."""

    line: RequestLine
    review: LineReview | None
    consent: Consent | None
    people: tuple[Person, ...] = ()

    @property
    def is_refused(self) -> bool:
        return self.review is not None and self.review.outcome == "refused"

    @property
    def answer(self) -> Consent | None:
        """The provider's answer to the review that counts; one to an earlier review is void."""
        if self.consent is None or self.review is None or self.consent.review_id != self.review.pk:
            return None
        return self.consent

    @property
    def is_declined(self) -> bool:
        return self.answer is not None and self.answer.answer == "decline"

    @property
    def waits_for_provider(self) -> bool:
        return not self.is_refused and self.answer is None

    @property
    def is_without_consent(self) -> bool:
        """Whether the case went on without the provider's answer: refused for that reason, never granted."""
        return self.waits_for_provider and self.line.request.state in SENT_ON and self.review is not None

    @property
    def is_granted(self) -> bool:
        """Whether signatures would grant it: reviewed, not refused, and the provider said yes."""
        return self.review is not None and not self.is_refused and self.answer is not None and not self.is_declined

    @property
    def outcome(self) -> str:
        """Key of the line's outcome so far: refused, declined, consented, waiting, no_consent or not_reviewed."""
        if self.review is None:
            return "not_reviewed"
        if self.is_refused:
            return "refused"
        if self.answer is None:
            return "no_consent" if self.is_without_consent else "waiting"
        return "declined" if self.is_declined else "consented"

    def terms(self) -> dict[str, Any]:
        """What is granted by this line, as signatories read and sign it."""
        line, review, answer = self.line, self.review, self.answer
        return {
            "number": line.number,
            "release": line.release_id,
            "release_facts": [line.release.version, line.release.capability_tier, line.release.access_routes],
            "use_case": line.use_case,
            "environment": line.environment_id,
            "attested": line.environment.facts_digest,
            "data_class": line.data_class,
            "access_route": line.access_route,
            "people": sorted(str(person.pk) for person in self.people),
            "starts_on": line.starts_on,
            "outcome": "no_consent" if self.review and self.waits_for_provider else self.outcome,
            "requests_per_day": review.requests_per_day if review else None,
            "tokens_per_day": review.tokens_per_day if review else None,
            "seats": review.seats if review else None,
            "ends_on": review.ends_on if review else None,
            "conditions": review.conditions if review else [],
            "obligations": review.obligations if review else [],
            "reason": [review.reason_code, review.reason] if review else [],
            "provider": [answer.answer, answer.conditions, answer.reason_code, answer.reason] if answer else [],
            **({"stops_at_limit": True} if review and review.stops_at_limit else {}),
        }


class RequestCase:
    """A request with its lines, who had a part, questions and signatures.

    Each part is read when it is first asked for and then kept, so a deed asks before it writes. All of it takes nine
    queries, however much there is: four for the lines, one for each other part and for the rules.
    """

    def __init__(self, request: GrantRequest) -> None:
        self.request = request

    @cached_property
    def lines(self) -> list[CaseLine]:
        """As asked for, each with the review and the answer that count."""
        reviewed = {row.line_id: row for row in _reviews(self.request.pk)}
        answered = {row.line_id: row for row in _consents(self.request.pk)}
        people = asked_people(self.request.pk)
        return [
            CaseLine(line, reviewed.get(line.pk), answered.get(line.pk), tuple(people.get(line.pk, ())))
            for line in lines_of(self.request)
        ]

    @cached_property
    def plans(self) -> dict[str, EvaluationPlan]:
        """Use case → its evaluation plan."""
        return plans_of(self.request.pk)

    @cached_property
    def hands(self) -> Hands:
        return hands_of(self.request)

    @cached_property
    def questions(self) -> list[GrantQuestion]:
        """The oldest first."""
        return list(self.request.questions.select_related("asked_by").order_by("id"))

    @cached_property
    def signatures(self) -> list[GrantSignature]:
        """With and without effect, the oldest first."""
        return list(self.request.signatures.select_related("signatory", "body").order_by("id"))

    @cached_property
    def rules(self) -> Rulebook:
        """Those under which it is decided."""
        return rules(self.request.rulebook)

    @cached_property
    def quorum(self) -> QuorumRule:
        return self.rules.quorum.rule(f"grant_{self.request.kind}", self.request.risk_tier)

    @property
    def granted(self) -> list[CaseLine]:
        return [item for item in self.lines if item.is_granted]

    @property
    def open_questions(self) -> list[GrantQuestion]:
        return [question for question in self.questions if question.answered_at is None]

    @property
    def assessors(self) -> set[UUID]:
        return {item.review.reviewed_by_id for item in self.lines if item.review is not None}

    def digest(self, sent_at: Any) -> str:
        """SHA-256 over what is signed: the request, every line's terms, and when it was put before the signatories."""
        return digest(
            {
                "request": self.request.reference,
                "institution": self.request.institution_id,
                "kind": self.request.kind,
                "rulebook": self.request.rulebook,
                "risk_tier": self.request.risk_tier,
                "purpose": self.request.purpose,
                "amends": self.request.amends_id,
                "lines": [item.terms() for item in self.lines],
                "plans": written(self.plans),
                "sent_at": sent_at,
            }
        )

    @property
    def signed(self) -> list[Signed]:
        """Signatures with effect: on the digest that is before the signatories now."""
        return [
            Signed(row.signatory_id, row.body_id, row.body.jurisdiction, row.body.kind, row.stands_for_id)
            for row in self.signatures
            if row.digest == self.request.digest and row.decision == "sign"
        ]

    @property
    def quorum_state(self) -> QuorumState:
        return quorum_state(self.quorum, self.signed, home=self.request.authority_id)


def case_of(request: GrantRequest) -> RequestCase:
    """The case of a request. Nothing is read yet."""
    return RequestCase(request)


_PARTS = """
SELECT CASE WHEN conflict THEN 'conflicted' ELSE 'clear' END, person_id
    FROM grants_conflictdeclaration WHERE request_id = %(case)s
UNION SELECT 'assessor', review.reviewed_by_id FROM grants_linereview review
    JOIN grants_requestline line ON line.id = review.line_id WHERE line.request_id = %(case)s
UNION SELECT 'assigned', held.user_id FROM grants_grantrequestuserpermission held
    JOIN auth_permission named ON named.id = held.permission_id
    WHERE held.content_object_id = %(case)s AND named.codename = %(assess)s
"""
"""(part, person), each once. Nearly every deed asks this, and querysets take far longer to write than to run."""


def hands_of(request: GrantRequest) -> Hands:
    """Everyone who had a part in the case. One query."""
    found: dict[str, set[UUID | None]] = defaultdict(set)
    for part, person in rows_of(_PARTS, {"case": request.pk, "assess": ASSESS}):
        found[part].add(person)
    return Hands(
        authors=_ids([request.begun_by_id, request.submitted_by_id]),
        screeners=_ids([request.officer_id]),
        assessors=_ids(found["assessor"]),
        conflicted=_ids(found["conflicted"]),
        clear=_ids(found["clear"] - found["conflicted"]),
        assigned=_ids(found["assigned"]),
        deciders=_deciders(request),
    )


def _deciders(request: GrantRequest) -> frozenset[UUID]:
    """Who reviewed, signed or refused what was set aside on appeal, and whom they stood for.

    No query for most requests; else one for each request that it follows, and two.
    """
    earlier, pk = [], request.follows_id
    while pk is not None:
        earlier.append(pk)
        pk = GrantRequest.objects.values_list("follows_id", flat=True).get(pk=pk)
    if not earlier:
        return frozenset()
    reviewers = LineReview.objects.filter(line__request__in=earlier).values_list("reviewed_by_id", flat=True)
    signed = GrantSignature.objects.filter(request__in=earlier).values_list("signatory_id", "stands_for_id")
    return _ids([*reviewers, *(person for row in signed for person in row)])


def _ids(ids: Iterable[UUID | None]) -> frozenset[UUID]:
    return frozenset(item for item in ids if item is not None)
