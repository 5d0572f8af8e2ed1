"""What has to hold whatever anybody did, counted from rows alone: who did what, and who had a part in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from audits.models import (
    AcceptanceSignature,
    Audit,
    AuditUserObjectPermission,
    CheckResult,
    Finding,
    FindingNote,
    Retest,
    RiskAcceptance,
)
from partners.models import Application, ConflictDeclaration, Person, Recommendation, SectionAssessment, Signature
from portal.accounts.models import Membership
from portal.ledger.models import Event
from portal.ledger.verify import verify

AUDITING = ("audit.begin", "audit.test_controls", "audit.draft", "audit.send_report", "finding.record")
"""Deeds by which somebody audits."""


ALWAYS = datetime.min.replace(tzinfo=UTC)


def people(*values: UUID | None) -> set[UUID]:
    return {value for value in values if value is not None}


class Oracle:
    """Watches one institution. `before` is the place in the record where the random deeds began."""

    def __init__(self, institution_id: UUID) -> None:
        self.institution_id = institution_id
        last = Event.objects.order_by("-entry").first()
        self.before = last.entry_id if last else 0

    def check(self) -> None:
        """After each deed."""
        self.nobody_audits_their_own_case()
        self.nobody_tests_their_own_remedy()
        self.nobody_closes_their_own_work()
        self.nobody_accepts_their_own_risk()

    # --- who had a part -------------------------------------------------------------------------------

    def ties(self) -> dict[UUID, datetime]:
        """Everybody who assessed, advised, signed, belonged to it, or declared a conflict: since when."""
        mine = Q(application__institution=self.institution_id)
        belonged = Membership.objects.filter(organisation=self.institution_id)
        rows: list[tuple[UUID | None, datetime | None]] = list(belonged.values_list("user_id", "since"))
        named = Person.objects.filter(institution=self.institution_id)
        rows += [(user, ALWAYS) for user in named.values_list("user_id", flat=True)]
        rows += Application.objects.filter(institution=self.institution_id).values_list("screened_by_id", "screened_at")
        for model in (SectionAssessment, Recommendation, Signature):
            rows += model._default_manager.filter(mine).values_list("by_id", "at")
        rows += ConflictDeclaration.objects.filter(mine, conflict=True).values_list("by_id", "at")
        found: dict[UUID, datetime] = {}
        for user, since in rows:
            if user is not None and since is not None:
                found[user] = min(since, found.get(user, since))
        return found

    def hands_in(self, audit: Audit) -> set[UUID]:
        """Who worked on the audit: tested, found, wrote, or was assigned to it, now or before."""
        found = people(audit.drafted_by_id)
        found |= set(CheckResult.objects.filter(subject__audit=audit).values_list("recorded_by_id", flat=True))
        found |= set(Finding.objects.filter(audit=audit).values_list("recorded_by_id", flat=True))
        found |= set(AuditUserObjectPermission.objects.filter(content_object=audit).values_list("user_id", flat=True))
        deeds = Event.objects.filter(entry__object_id=audit.pk, entry__verb__in=AUDITING)
        return found | people(*deeds.values_list("actor_id", flat=True))

    def hands_in_remedy(self, finding: Finding) -> set[UUID]:
        """Who planned it or reported it as put right."""
        kinds = (FindingNote.Kind.PLAN, FindingNote.Kind.REMEDIATION)
        notes = FindingNote.objects.filter(finding=finding, kind__in=kinds)
        return people(finding.remediated_by_id, *notes.values_list("written_by_id", flat=True))

    # --- what must not be -----------------------------------------------------------------------------

    def audits(self) -> Iterable[Audit]:
        return Audit.objects.filter(institution=self.institution_id)

    def nobody_audits_their_own_case(self) -> None:
        ties = self.ties()
        news = Event.objects.filter(
            entry__verb__in=AUDITING, entry__gt=self.before, about__contains=[self.institution_id]
        )
        for event in news.select_related("entry"):
            tied = ties.get(event.actor_id) if event.actor_id else None
            assert tied is None or tied >= event.entry.time, f"{event.entry.verb} by who had a part in the case"
        assigned = AuditUserObjectPermission.objects.filter(content_object__institution=self.institution_id)
        for user, planned_at in assigned.values_list("user_id", "content_object__planned_at"):
            assert user not in ties or ties[user] >= planned_at, "somebody with a part in the case is assigned"

    def nobody_tests_their_own_remedy(self) -> None:
        for test in Retest.objects.filter(finding__institution=self.institution_id).select_related("finding"):
            fixed = self.hands_in_remedy(test.finding) | {test.fixed_by_id}
            assert test.tested_by_id not in fixed, "who put it right tested it"
            tied = self.ties().get(test.tested_by_id, test.tested_at)
            assert tied >= test.tested_at, "who had a part in the case tested the remedy"
        for finding in Finding.objects.filter(institution=self.institution_id, state="verified"):
            assert finding.verified_by_id not in self.hands_in_remedy(finding), "who put it right verified it"
            passed = Retest.objects.filter(finding=finding, result=Retest.Result.PASSED)
            assert passed.filter(tested_by=finding.verified_by_id).exists(), "verified without a test"

    def nobody_closes_their_own_work(self) -> None:
        for audit in self.audits():
            if audit.state == "closed":
                assert audit.closed_by_id not in self.hands_in(audit), "who audited closed the audit"

    def nobody_accepts_their_own_risk(self) -> None:
        for one in RiskAcceptance.objects.filter(institution=self.institution_id).select_related("finding__audit"):
            signed = AcceptanceSignature.objects.filter(acceptance=one).values_list("signer_id", flat=True)
            parts = {one.proposed_by_id} | self.hands_in_remedy(one.finding) | self.hands_in(one.finding.audit)
            assert not set(signed) & parts, "who proposed, audited or fixed it signed that its risk is accepted"

    def at_the_end(self) -> None:
        """The database's own checks hold, and everything is in the record."""
        connection.check_constraints()
        assert [str(problem) for problem in verify()] == []
