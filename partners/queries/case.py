"""Everything that decides what may be done with a case, loaded once: for its pages and for the deeds."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from partners.models import (
    Application,
    Hit,
    Query,
    Recommendation,
    Referee,
    Revision,
    SectionAssessment,
    Signature,
)
from partners.queries.answers import latest_revision
from partners.queries.people import hands_of
from partners.queries.rulebook import asked, quorum_of, rules_of, scored
from partners.queries.screening.cases import found_as_json, hits_of, waiting_lists
from partners.rules.hands import Hands
from partners.rules.quorum import QuorumState, Signed, quorum_state
from portal.accounts.models import User
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.canonical import digest
from portal.core.compiled import compiled
from portal.core.verdicts import Refused, refused
from portal.rulebook.durations import add_months
from portal.rulebook.questionnaire import AskedSection
from portal.rulebook.risk import Score
from portal.rulebook.schema import QuorumRule, Rulebook

OVER = ("approved", "declined", "withdrawn")


@dataclass
class Case:
    """An application with what was sent, asked, assessed, recommended and signed. Seven queries, whatever its size."""

    application: Application
    revision: Revision | None
    hands: Hands
    assessments: list[SectionAssessment]
    recommendations: list[Recommendation]
    queries: list[Query]
    signatures: list[Signature]

    @cached_property
    def referees(self) -> list[Referee]:
        """Who was asked outside, in the order of asking. One query more, for the pages and deeds that need it."""
        rows = Referee.objects.filter(application=self.application)
        return list(rows.select_related("asked_body").order_by("asked_at", "id"))

    @cached_property
    def hits(self) -> list[Hit]:
        """Names that resemble listed ones, what nobody has looked at first. One query more."""
        return hits_of(self.application)

    @property
    def open_hits(self) -> int:
        return sum(hit.state == "open" for hit in self.hits)

    @cached_property
    def unscreened(self) -> list[str]:
        """Lists in use with which the case, as it stands, was not compared yet. One query more."""
        return [str(row) for row in waiting_lists(self.application)]

    @cached_property
    def rules(self) -> Rulebook:
        return rules_of(self.application)

    @cached_property
    def quorum(self) -> QuorumRule:
        return quorum_of(self.application)

    @cached_property
    def sections(self) -> tuple[AskedSection, ...]:
        """The sections as they were sent last."""
        return asked(self.application, self.revision.answers) if self.revision else ()

    @cached_property
    def suggested(self) -> Score:
        """The tier that the rulebook's scoring gives to what was sent last."""
        return scored(self.application, self.revision)

    @property
    def sent(self) -> Revision:
        """What was sent last. Raises Refused for a draft, of which nothing was."""
        if self.revision is None:
            raise Refused(refused(_("Nothing was sent yet."), code="wrong_state", rule="application.submit"))
        return self.revision

    @property
    def carried(self) -> dict[str, dict[str, str]]:
        """Section → an earlier assessment that still holds for it, because nothing in it changed since."""
        return self.revision.carried if self.revision else {}

    @property
    def open_queries(self) -> list[Query]:
        return [query for query in self.queries if query.state == "open"]

    # --- assessments ------------------------------------------------------------------------------

    @cached_property
    def newest_by_person(self) -> dict[str, dict[UUID, SectionAssessment]]:
        """Section → person → their newest assessment of it."""
        found: dict[str, dict[UUID, SectionAssessment]] = defaultdict(dict)
        for row in self.assessments:
            found[row.section][row.by_id] = row
        return found

    def is_current(self, row: SectionAssessment) -> bool:
        """Whether the section is still as it was when it was assessed."""
        return self.revision is not None and row.section_digest == self.revision.sections.get(row.section)

    def unassessed_by(self, user_id: UUID | None) -> list[str]:
        """Titles of the sections that the person has not assessed as they stand now, but for those carried over."""
        missing = []
        for section in self.sections:
            if section.key in self.carried:
                continue
            row = self.newest_by_person.get(section.key, {}).get(user_id) if user_id else None
            if row is None or not self.is_current(row):
                missing.append(str(section.title))
        return missing

    @property
    def current_recommendations(self) -> list[Recommendation]:
        """The newest of each reviewer without a conflict of interest, where it is on what stands now."""
        newest = {row.by_id: row for row in self.recommendations if row.by_id not in self.hands.conflicted}
        now = self.revision.sections if self.revision else None
        return [row for row in newest.values() if row.revision.sections == now]

    @property
    def is_outdated(self) -> bool:
        """Whether something changed after the recommendations that the quorum asks for."""
        return len(self.current_recommendations) < self.quorum.assessors

    def is_blind_for(self, user_id: UUID | None) -> bool:
        """Whether this reviewer may not see the others' assessments yet.

        Where the quorum says so, until everyone whom it asks for has filed, the reviewer among them: whoever files
        first could otherwise read along while the second still writes. Over once the case is.
        """
        if not self.quorum.blind or user_id not in self.hands.assigned or self.application.state in OVER:
            return False
        filed = {row.by_id for row in self.current_recommendations}
        return user_id not in filed or len(filed) < self.quorum.assessors

    def counts(self, recommendation: Recommendation) -> bool:
        """Whether it is one that the quorum counts."""
        return any(row.pk == recommendation.pk for row in self.current_recommendations)

    def seen_recommendations(self, user_id: UUID | None) -> list[Recommendation]:
        """Those that the person may read: all, or while they are blind their own."""
        blind = self.is_blind_for(user_id)
        return [row for row in self.recommendations if not blind or row.by_id == user_id]

    @cached_property
    def reviewers(self) -> list[User]:
        """Everybody who reviews for the authority, by name. One query."""
        return list(members_with("reviewer", self.application.authority_id).order_by("name", "pk"))

    # --- signatures -------------------------------------------------------------------------------

    @property
    def live_signatures(self) -> list[Signature]:
        """Signatures that count: not voided, and on what stands now."""
        outdated = {row.pk for row in self.outdated_signatures}
        return [row for row in self._unvoided if row.pk not in outdated]

    @property
    def _unvoided(self) -> list[Signature]:
        return [row for row in self.signatures if row.decision == "sign" and not hasattr(row, "void")]

    @cached_property
    def outdated_signatures(self) -> list[Signature]:
        """Signatures on what is no longer so, which the next deed voids. Two queries where there is any signature."""
        if self.application.state != "awaiting_signatures":
            return []
        return [row for row in self._unvoided if row.digest != self.dossier_digest]

    @property
    def signed(self) -> list[Signed]:
        return [
            Signed(row.by_id, row.body_id, row.body.jurisdiction, row.body.kind, row.stands_for_id)
            for row in self.live_signatures
        ]

    @property
    def quorum_state(self) -> QuorumState:
        return quorum_state(self.quorum, self.signed, home=self.application.authority_id)

    def validity(self, begins: date | None = None) -> tuple[date, date]:
        """First and last day of the qualification that an approval on that day (today) gives."""
        start = begins or clock.today()
        months = self.rules.qualification.validity_months[self.application.tier or "high"]
        return start, add_months(start, months)

    @cached_property
    def dossier(self) -> dict[str, Any]:
        """Precisely what a signatory is shown, as JSON types: what a signature is bound to."""
        application, institution = self.application, self.application.institution
        return {
            "application": application.reference,
            "kind": application.kind,
            "circumstances": application.circumstances,
            "happened_on": application.happened_on.isoformat() if application.happened_on else "",
            "institution": {
                "id": str(institution.pk),
                "name": institution.name,
                "jurisdiction": institution.organisation.jurisdiction,
                "kind": institution.kind,
                "lei": institution.lei,
                "ror": institution.ror,
                "address": institution.address,
            },
            "authority": str(application.authority_id),
            "rulebook": application.rulebook,
            "sent": application.sent_at.isoformat() if application.sent_at else "",
            "tier": application.tier,
            "tier_reason": application.tier_reason,
            "validity_months": self.rules.qualification.validity_months[application.tier or "high"],
            "revision": self.revision.number if self.revision else 0,
            "content": self.revision.digest if self.revision else "",
            "answers": self.revision.answers if self.revision else {},
            "evidence": self.revision.evidence if self.revision else [],
            "declarations": self.revision.declarations if self.revision else [],
            "carried": self.carried,
            "assessments": [_assessed(row) for row in self._counted_assessments],
            "recommendations": [_recommended(row) for row in self.current_recommendations],
            "third_parties": [_answered(row) for row in self.referees if row.state == "answered"],
            "questions": [_asked(row) for row in self.queries if row.state != "withdrawn"],
            "screening": [found_as_json(hit) for hit in self.hits if hit.state != "open"],
        }

    @property
    def _counted_assessments(self) -> list[SectionAssessment]:
        rows = [row for people in self.newest_by_person.values() for row in people.values()]
        return sorted(rows, key=lambda row: row.pk)

    @cached_property
    def dossier_digest(self) -> str:
        return digest(self.dossier)


def _assessed(row: SectionAssessment) -> dict[str, Any]:
    return {
        "section": row.section,
        "outcome": row.outcome,
        "note": row.note,
        "by": str(row.by_id),
        "body": str(row.body_id),
        "at": row.at.isoformat(),
        "section_digest": row.section_digest,
    }


def _recommended(row: Recommendation) -> dict[str, Any]:
    return {
        "outcome": row.outcome,
        "text": row.text,
        "by": str(row.by_id),
        "body": str(row.body_id),
        "at": row.at.isoformat(),
    }


def _answered(row: Referee) -> dict[str, Any]:
    return {"name": row.name, "as": row.kind, "opinion": row.opinion, "text": row.text, "interest": row.interest}


def _asked(row: Query) -> dict[str, Any]:
    return {"reference": row.reference, "section": row.section, "question": row.text, "answer": row.answer}


@compiled
def _assessments(application: UUID) -> QuerySet[SectionAssessment]:
    rows = SectionAssessment.objects.filter(application=application)
    return rows.select_related("by", "body").order_by("at", "id")


@compiled
def _recommendations(application: UUID) -> QuerySet[Recommendation]:
    rows = Recommendation.objects.filter(application=application).select_related("by", "body", "revision")
    return rows.defer("revision__answers", "revision__evidence").order_by("at", "id")


@compiled
def _queries(application: UUID) -> QuerySet[Query]:
    rows = Query.objects.filter(application=application)
    return rows.select_related("asked_by", "asked_body", "answered_by", "application").order_by("asked_at", "id")


@compiled
def _signatures(application: UUID) -> QuerySet[Signature]:
    rows = Signature.objects.filter(application=application)
    return rows.select_related("by", "body", "void", "stands_for").order_by("at", "id")


def case_of(application: Application, hands: Hands | None = None) -> Case:
    """The case, as it stands in the database now. `hands` where they were just read."""
    key = application.pk
    return Case(
        application=application,
        revision=latest_revision(application),
        hands=hands or hands_of(application),
        assessments=_assessments(key),
        recommendations=_recommendations(key),
        queries=_queries(key),
        signatures=_signatures(key) if application.sent_at else [],
    )
