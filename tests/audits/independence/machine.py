"""The deeds, drawn at random from everybody and done by the real actions; refusals are taken as they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from audits.actions.acceptance import propose_acceptance, refuse_acceptance, sign_acceptance
from audits.actions.audit import assign_auditor, begin_audit, notify_audit, unassign_auditor
from audits.actions.audit_report import close_audit, draft_report, respond_to_report, resume_fieldwork, send_report
from audits.actions.fieldwork import Answer, record_results
from audits.actions.finding import (
    agree_plan,
    propose_plan,
    record_finding,
    remediate_finding,
    send_back_finding,
    verify_finding,
)
from audits.models import Audit, Finding, RiskAcceptance
from portal.accounts.actions.membership import join_organisation
from portal.accounts.actor import confirmed, person_in
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import Refused
from tests.audits.independence.oracle import Oracle
from tests.audits.independence.world import World
from tests.rollback import rolled_back

WHO = st.integers(0, 10_000)
"""Which of those who hold the role, by remainder. Now and then anybody at all is taken: `stray`."""
SOMETIMES = st.sampled_from((False, False, False, False, True))
SELDOM = st.sampled_from((False,) * 9 + (True,))


class Machine(RuleBasedStateMachine):
    """One example: one audit of the world, from the stage that is drawn."""

    world: ClassVar[World]
    _hypothesis_internal_use_seed: ClassVar[int | None] = None
    seen: ClassVar[Counter[str]] = Counter()
    """How often each deed was done, over all examples."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = ExitStack()
        self.undone.enter_context(rolled_back())
        self.watch: Oracle | None = None
        self.people: list[Actor] = []
        self.audit = Audit()
        self.finding: Finding | None = None
        self.acceptance: RiskAcceptance | None = None
        self.moment = clock.now()

    @initialize(stage=st.sampled_from(("planned", "fieldwork", "open", "remediated", "responded", "responded")))
    def begin(self, stage: str) -> None:
        self.stage, played = stage, self.world.played[stage]
        self.people = list(self.world.people)
        self.watch = Oracle(self.world.stage.institution.pk)
        self.audit_id, self.finding_id = played.audit, played.finding
        self.look()

    def look(self) -> None:
        """How things stand, for the choice of the next deed."""
        self.audit = Audit.objects.select_related("institution__organisation", "authority").get(pk=self.audit_id)
        rows = Finding.objects.select_related("institution__organisation", "audit__authority")
        self.finding = rows.filter(pk=self.finding_id).first() if self.finding_id else None
        waiting = RiskAcceptance.objects.filter(finding=self.finding_id, state="proposed")
        self.acceptance = waiting.select_related("finding__audit", "institution__organisation").first()

    def someone(self, who: int, stray: bool, *roles: str) -> Actor:
        """One of those with the role; anybody of any body where it is a stray."""
        chosen = self.people if stray else [actor for actor in self.people if actor.has(*roles)]
        return chosen[who % len(chosen)]

    def attempt(self, deed: Callable[..., Any], **given: Any) -> bool:
        """Whether it was done, a second after the last. Refused ones leave nothing."""
        self.moment += timedelta(seconds=1)
        try:
            with clock.at(self.moment):
                done = deed(**given)
        except Refused:
            return False
        self.seen[deed.__name__] += 1
        if isinstance(done, Finding) and self.finding_id is None:
            self.finding_id = done.pk
        return True

    def state(self, *states: str) -> bool:
        return self.audit.state in states

    def found(self, *states: str) -> bool:
        return self.finding is not None and self.finding.state in states

    # --- who works on it ----------------------------------------------------------------------------

    @rule(who=WHO, whom=WHO, stray=SOMETIMES)
    def assign(self, who: int, whom: int, stray: bool) -> None:
        officer, auditor = self.someone(who, stray, "case_officer"), self.someone(whom, stray, "auditor")
        self.attempt(assign_auditor, audit=self.audit, auditor=auditor.user, by=officer)

    @rule(who=WHO, whom=WHO, really=SOMETIMES)
    def unassign(self, who: int, whom: int, really: bool) -> None:
        officer, auditor = self.someone(who, False, "case_officer"), self.someone(whom, False, "auditor")
        if really and auditor.user_id in self.audit.assigned_ids:
            self.attempt(unassign_auditor, audit=self.audit, auditor=auditor.user, reason="Ill.", by=officer)

    @rule(whom=WHO, really=SELDOM)
    def change_sides(self, whom: int, really: bool) -> None:
        """An auditor becomes one of the partner's people, and stays what they are."""
        actor = self.someone(whom, False, "auditor")
        body = self.world.stage.institution.organisation
        given = {"user": actor.user, "organisation": body, "roles": ["applicant"], "by": SYSTEM}
        if really and self.attempt(join_organisation, **given):
            with clock.at(self.moment):
                self.people.append(confirmed(person_in(actor.user, body)))

    # --- the audit ----------------------------------------------------------------------------------

    @precondition(lambda self: self.state("planned", "notified"))
    @rule(who=WHO, stray=SOMETIMES)
    def notify_and_begin(self, who: int, stray: bool) -> None:
        actor = self.someone(who, stray, "auditor")
        if self.state("planned"):
            self.attempt(notify_audit, audit=self.audit, by=actor)
        self.attempt(begin_audit, audit=self.audit, by=actor)

    @precondition(lambda self: self.state("fieldwork"))
    @rule(who=WHO, stray=SOMETIMES, one=SOMETIMES)
    def test_controls(self, who: int, stray: bool, one: bool) -> None:
        checks = list(self.audit.checks.filter(result=""))[: 1 if one else None]
        answers = [Answer(check.pk, "met", "", check.version) for check in checks]
        self.attempt(record_results, audit=self.audit, answers=answers, by=self.someone(who, stray, "auditor"))

    @precondition(lambda self: self.state("fieldwork", "draft_report") and self.finding is None)
    @rule(who=WHO, stray=SOMETIMES)
    def find(self, who: int, stray: bool) -> None:
        given = {"severity": "low", "title": "Logs", "description": "Too short."}
        self.attempt(record_finding, audit=self.audit, by=self.someone(who, stray, "auditor"), **given)

    @precondition(lambda self: self.state("fieldwork", "draft_report"))
    @rule(who=WHO, stray=SOMETIMES, back=SELDOM)
    def report(self, who: int, stray: bool, back: bool) -> None:
        actor = self.someone(who, stray, "auditor")
        if self.state("fieldwork"):
            self.attempt(draft_report, audit=self.audit, summary="Good.", by=actor)
        elif back:
            self.attempt(resume_fieldwork, audit=self.audit, reason="More.", by=actor)
        else:
            self.attempt(send_report, audit=self.audit, by=actor)

    @precondition(lambda self: self.state("partner_response"))
    @rule(who=WHO, stray=SOMETIMES)
    def respond(self, who: int, stray: bool) -> None:
        actor = self.someone(who, stray, "applicant")
        self.attempt(respond_to_report, audit=self.audit, response="We agree.", by=actor)

    @precondition(lambda self: self.state("partner_response"))
    @rule(who=WHO, stray=SOMETIMES, involved=SOMETIMES)
    def close(self, who: int, stray: bool, involved: bool) -> None:
        """Now and then it is tried by somebody who worked on it, where there is such a case officer."""
        assert self.watch is not None
        hands = self.watch.hands_in(self.audit)
        likely = [actor for actor in self.people if actor.has("case_officer") and actor.user_id in hands]
        actor = likely[who % len(likely)] if involved and likely else self.someone(who, stray, "case_officer")
        self.attempt(close_audit, audit=self.audit, by=actor)

    # --- the finding --------------------------------------------------------------------------------

    @precondition(lambda self: self.found("open"))
    @rule(who=WHO, whom=WHO, stray=SOMETIMES)
    def plan(self, who: int, whom: int, stray: bool) -> None:
        self.attempt(propose_plan, finding=self.finding, plan="Soon.", by=self.someone(who, stray, "applicant"))
        self.attempt(agree_plan, finding=self.finding, by=self.someone(whom, stray, "auditor"))

    @precondition(lambda self: self.found("plan_agreed"))
    @rule(who=WHO, stray=SOMETIMES)
    def put_right(self, who: int, stray: bool) -> None:
        actor = self.someone(who, stray, "applicant")
        self.attempt(remediate_finding, finding=self.finding, remediation="Done.", by=actor)

    @precondition(lambda self: self.found("remediated"))
    @rule(who=WHO, stray=SOMETIMES, fails=SOMETIMES)
    def test_again(self, who: int, stray: bool, fails: bool) -> None:
        actor = self.someone(who, stray, "auditor")
        if fails:
            self.attempt(send_back_finding, finding=self.finding, reason="Not yet.", by=actor)
        else:
            self.attempt(verify_finding, finding=self.finding, method="Looked.", by=actor)

    @precondition(lambda self: self.found("open", "plan_agreed") and self.acceptance is None)
    @rule(who=WHO, stray=SOMETIMES)
    def propose_to_accept(self, who: int, stray: bool) -> None:
        until = clock.today() + timedelta(days=30)
        actor = self.someone(who, stray, "case_officer")
        self.attempt(propose_acceptance, finding=self.finding, reason="Small.", until=until, by=actor)

    @precondition(lambda self: self.acceptance is not None)
    @rule(who=WHO, stray=SOMETIMES, refuses=SELDOM)
    def accept(self, who: int, stray: bool, refuses: bool) -> None:
        assert self.acceptance is not None
        actor, seen = self.someone(who, stray, "signatory"), self.acceptance.digest
        if refuses:
            self.attempt(refuse_acceptance, acceptance=self.acceptance, seen=seen, reason="No.", by=actor)
        else:
            self.attempt(sign_acceptance, acceptance=self.acceptance, seen=seen, by=actor)

    # --- what has to hold ---------------------------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        if self.watch is not None:
            self.look()
            self.watch.check()

    def teardown(self) -> None:
        try:
            if self.watch is not None:
                self.watch.at_the_end()
        finally:
            self.undone.close()
