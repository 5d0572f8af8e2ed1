"""The deeds, drawn at random from everybody and done by the real actions; refusals are taken as they come."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from partners.actions.application import withdraw_application
from partners.actions.assignment import assign_to_all
from partners.actions.case import (
    assign_reviewer,
    declare_conflict,
    return_to_review,
    screen_application,
    send_to_signatories,
    set_tier,
    unassign_reviewer,
)
from partners.actions.institution import amend_institution
from partners.actions.query import answer_question, ask_question, withdraw_question
from partners.actions.review import assess_section, recommend_decision
from partners.actions.screening import decide_hit
from partners.actions.signature import refuse_application, sign_application
from partners.models import Application, Hit, Query
from partners.queries.case import case_of
from partners.queries.people import hands_of
from portal.accounts.actions.delegation import give_delegation, withdraw_delegation
from portal.accounts.actor import confirmed, person_in
from portal.accounts.models import Delegation, Membership, Organisation
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Refused
from tests.factories import partners as make
from tests.partners.separation.oracle import Oracle, assessors_of
from tests.partners.separation.world import World
from tests.rollback import rolled_back

STAGES = ("awaiting_signatures", "awaiting_signatures", "under_review", "high", "submitted")
SECTIONS = ("security", "data", "governance", "personnel")
WHO = st.integers(0, 10_000)
"""Which of those who hold the role, by remainder. Now and then anybody at all is taken: `stray`."""
SOMETIMES = st.sampled_from((False, False, False, False, False, True))


class Machine(RuleBasedStateMachine):
    """One example: one application of the world, from the stage that is drawn."""

    world: ClassVar[World]
    seen: ClassVar[dict[str, int]] = {}
    """How many examples got how far, over all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = ExitStack()
        self.undone.enter_context(rolled_back())
        self.oracle: Oracle | None = None
        self.state, self.asked, self.done = "", False, True

    @initialize(stage=st.sampled_from(STAGES))
    def begin(self, stage: str) -> None:
        self.oracle = Oracle(self.world, self.world.played[stage])
        self.own = {self.oracle.cast.institution.pk}
        self.people = self.watch.people
        self.mine = [actor for actor in self.people if actor.body_id in self.own]

    def look(self) -> None:
        """How the application stands, for the choice of the next deed."""
        self.state = self.application.state
        self.asked = Query.objects.filter(application=self.watch.cast.application, state="open").exists()

    @property
    def watch(self) -> Oracle:
        assert self.oracle is not None
        return self.oracle

    @property
    def desk(self) -> list[Actor]:
        """Everybody of an authority, deputies as such while their cover lasts."""
        return [actor for actor in self.people if actor.body_kind == "authority"]

    @property
    def application(self) -> Application:
        return self.watch.cast.fresh()

    def someone(self, who: int, stray: bool, *roles: str) -> Actor:
        """One of those with the role, rather of the home authority; anybody of any body where it is a stray."""
        fit = [actor for actor in self.desk if actor.has(*roles)]
        chosen = self.people if stray or not fit else fit
        return chosen[who % len(chosen)]

    def attempt(self, deed: Callable[..., Any], **given: Any) -> bool:
        """Whether it was done. Refused ones leave nothing."""
        try:
            deed(**given)
        except Refused:
            return False
        self.done = True
        return True

    # --- the authority ------------------------------------------------------------------------------

    @rule(who=WHO, conflict=SOMETIMES)
    def declare(self, who: int, conflict: bool) -> None:
        actor = self.desk[who % len(self.desk)]
        detail = "A friend works there." if conflict else ""
        self.attempt(declare_conflict, application=self.application, conflict=conflict, detail=detail, by=actor)

    def officer_deed(self, deed: Callable[..., Any], who: int, stray: bool, **given: Any) -> bool:
        actor = self.someone(who, stray, "case_officer")
        self.attempt(declare_conflict, application=self.application, conflict=False, by=actor)
        done = self.attempt(deed, application=self.application, by=actor, **given)
        if done:
            self.watch.officers.add(actor.person_id)
        return done

    @precondition(lambda self: self.state == "submitted")
    @rule(who=WHO, stray=SOMETIMES, tier=st.sampled_from(("standard", "standard", "elevated", "high")))
    def screen(self, who: int, stray: bool, tier: str) -> None:
        self.officer_deed(screen_application, who, stray, tier=tier, reason="Drawn at random.")

    @precondition(lambda self: self.state == "under_review")
    @rule(who=WHO, stray=SOMETIMES, tier=st.sampled_from(("standard", "standard", "elevated", "high")))
    def tier(self, who: int, stray: bool, tier: str) -> None:
        self.officer_deed(set_tier, who, stray, tier=tier, reason="Drawn at random.")

    @precondition(lambda self: self.state == "under_review")
    @rule(who=WHO, stray=SOMETIMES)
    def send(self, who: int, stray: bool) -> None:
        self.officer_deed(send_to_signatories, who, stray)

    @precondition(lambda self: self.state == "awaiting_signatures")
    @rule(who=WHO, stray=SOMETIMES)
    def take_back(self, who: int, stray: bool) -> None:
        self.officer_deed(return_to_review, who, stray, reason="Drawn at random.")

    @rule(who=WHO, whom=WHO, stray=SOMETIMES, bulk=st.booleans())
    def assign(self, who: int, whom: int, stray: bool, bulk: bool) -> None:
        officer, reviewer = self.someone(who, stray, "case_officer"), self.someone(whom, stray, "reviewer")
        if bulk:
            assign_to_all(applications=[self.application], reviewer=reviewer.user, by=officer)
            self.done = True
        else:
            self.attempt(assign_reviewer, application=self.application, reviewer=reviewer.user, by=officer)
        self.attempt(declare_conflict, application=self.application, conflict=False, by=reviewer)

    @rule(who=WHO, whom=WHO, really=SOMETIMES)
    def unassign(self, who: int, whom: int, really: bool) -> None:
        officer, reviewer = self.someone(who, False, "case_officer"), self.someone(whom, False, "reviewer")
        if really:
            self.attempt(unassign_reviewer, application=self.application, reviewer=reviewer.user, by=officer)

    @rule(who=WHO, verb=st.sampled_from(("clear", "clear", "confirm")), stray=SOMETIMES)
    def look_at_hits(self, who: int, verb: str, stray: bool) -> None:
        actor = self.someone(who, stray, "case_officer")
        self.attempt(declare_conflict, application=self.application, conflict=False, by=actor)
        for hit in Hit.objects.filter(application=self.application).select_related("application", "institution"):
            if self.attempt(decide_hit, hit=hit, verb=verb, reason="Looked at.", by=actor):
                self.watch.officers.add(actor.person_id)

    @precondition(lambda self: self.state in ("under_review", "awaiting_applicant"))
    @rule(who=WHO, stray=SOMETIMES, one=SOMETIMES, outcome=st.sampled_from(("met", "met", "not_met")))
    def assess(self, who: int, stray: bool, one: bool, outcome: str) -> None:
        """One section, or whatever the person has not assessed yet, and then the recommendation."""
        assigned = [actor for actor in self.desk if actor.user_id in hands_of(self.application).assigned]
        able = [actor for actor in assigned if actor.has("reviewer")]
        actor = self.someone(who, stray, "reviewer") if stray or not able else able[who % len(able)]
        case = case_of(self.application)
        missing = set(case.unassessed_by(actor.user_id))
        due = [section.key for section in case.sections if str(section.title) in missing]
        for section in due[:1] if one else due:
            given = {"section": section, "outcome": outcome, "note": "Read."}
            if not self.attempt(assess_section, application=self.application, by=actor, **given):
                return
        if not one:
            self.attempt(recommend_decision, application=self.application, outcome="approve", text="Sound.", by=actor)

    @precondition(lambda self: not self.asked)
    @rule(who=WHO, section=st.sampled_from(SECTIONS), stray=SOMETIMES)
    def ask(self, who: int, section: str, stray: bool) -> None:
        actor = self.someone(who, stray, "reviewer", "case_officer", "signatory")
        self.attempt(declare_conflict, application=self.application, conflict=False, by=actor)
        self.attempt(ask_question, application=self.application, section=section, text="Say more.", by=actor)

    # --- signing ------------------------------------------------------------------------------------

    @precondition(lambda self: self.state == "awaiting_signatures")
    @rule(who=WHO, stray=SOMETIMES, other=SOMETIMES, involved=SOMETIMES)
    def sign(self, who: int, stray: bool, other: bool, involved: bool) -> None:
        """Now and then it is tried by somebody who had another part, where there is such a signatory."""
        parts = self.watch.authors | self.watch.officers | assessors_of(self.application)
        likely = [actor for actor in self.desk if actor.has("signatory") and parts & {actor.user_id, actor.stands_for}]
        actor = likely[who % len(likely)] if involved and likely else self.someone(who, stray, "signatory")
        self.attempt(declare_conflict, application=self.application, conflict=False, by=actor)
        self.try_to_sign(actor, other)

    def try_to_sign(self, actor: Actor, other: bool = False) -> None:
        """In the person's own right, or as a deputy. `other`: something else than what stands."""
        seen = "0" * 64 if other else case_of(self.application).dossier_digest
        if self.attempt(sign_application, application=self.application, seen=seen, by=actor) and actor.stands_for:
            self.seen["signed as deputy"] = self.seen.get("signed as deputy", 0) + 1

    @precondition(lambda self: self.state == "awaiting_signatures")
    @rule(whom=st.lists(WHO, min_size=2, max_size=4), covered=st.booleans())
    def several_sign(self, whom: list[int], covered: bool) -> None:
        """One after the other, as on a day of signing; now and then one of them sends a deputy."""
        if covered:
            self.deputy_signs(who=whom[0], whom=whom[1], then=False)
        for who in whom:
            self.sign(who=who, stray=False, other=False, involved=False)
            self.holds()

    @precondition(lambda self: self.state == "awaiting_signatures")
    @rule(who=WHO, really=SOMETIMES, stray=SOMETIMES)
    def refuse(self, who: int, really: bool, stray: bool) -> None:
        if really:
            given = {"seen": case_of(self.application).dossier_digest, "reasons": ["security"], "note": "No."}
            actor = self.someone(who, stray, "signatory")
            self.attempt(refuse_application, application=self.application, by=actor, **given)

    # --- covers for absence -------------------------------------------------------------------------

    @rule(who=WHO, whom=WHO, stray=SOMETIMES, days=st.integers(0, 3))
    def delegate(self, who: int, whom: int, stray: bool, days: int) -> None:
        """A signatory names somebody of their authority who signs in their place, from today."""
        signatory = self.someone(who, False, "signatory")
        colleagues = [actor for actor in self.desk if actor.body_id == signatory.body_id and not actor.has("signatory")]
        deputy = self.someone(whom, True) if stray or not colleagues else colleagues[whom % len(colleagues)]
        place = Membership.objects.get(user=signatory.user_id, organisation=signatory.body_id, state="active")
        today = clock.today()
        given = {"starts_on": today, "ends_on": today + timedelta(days), "reason": "Away."}
        if self.attempt(give_delegation, membership=place, deputy=deputy.user, by=signatory, **given):
            self.seen["covers"] = self.seen.get("covers", 0) + 1
            self.come_again(deputy)

    @rule(who=WHO, stray=SOMETIMES)
    def end_cover(self, who: int, stray: bool) -> None:
        """The signatory ends it, the deputy does, or somebody tries who has nothing to do with it."""
        covers = Delegation.objects.filter(state="given").select_related("membership__user", "deputy", "organisation")
        for cover in covers.order_by("given_at", "pk"):
            sides = [one for one in self.desk if one.user_id in (cover.membership.user_id, cover.deputy_id)]
            actor = self.someone(who, True) if stray else sides[who % len(sides)]
            if self.attempt(withdraw_delegation, delegation=cover, by=actor):
                for one in [one for one in self.desk if one.user_id == cover.deputy_id]:
                    self.come_again(one)
            return

    def come_again(self, actor: Actor) -> None:
        """Who somebody is in that body now, as each request finds out."""
        for place, one in enumerate(self.people):
            if (one.user_id, one.body_id) == (actor.user_id, actor.body_id):
                body = Organisation.objects.get(pk=actor.organisation_id)
                self.people[place] = confirmed(person_in(actor.user, body))

    @precondition(lambda self: self.state == "awaiting_signatures")
    @rule(who=WHO, whom=WHO, then=st.booleans())
    def deputy_signs(self, who: int, whom: int, then: bool) -> None:
        """A deputy signs; then, now and then, whoever they stand for tries to, in whatever body they have the role."""
        if not any(actor.stands_for for actor in self.desk):
            self.delegate(who=who, whom=whom, stray=False, days=1)
        deputies = [actor for actor in self.desk if actor.stands_for]
        if not deputies:
            return
        deputy = deputies[who % len(deputies)]
        covered = [actor for actor in self.desk if actor.user_id == deputy.stands_for and actor.has("signatory")]
        for actor in [deputy, *(covered if then else [])]:
            self.attempt(declare_conflict, application=self.application, conflict=False, by=actor)
            self.try_to_sign(actor)
            self.holds()

    # --- the institution ----------------------------------------------------------------------------

    def writer(self, who: int, stray: bool) -> Actor:
        chosen = [actor for actor in self.people if actor.body_kind == "institution"] if stray else self.mine
        return chosen[who % len(chosen)]

    @precondition(lambda self: self.asked)
    @rule(who=WHO, writer=WHO, stray=SOMETIMES, hours=st.integers(1, 48), changed=st.booleans())
    def answer(self, who: int, writer: int, stray: bool, hours: int, changed: bool) -> None:
        """One person changes an answer, another may send it."""
        query = Query.objects.filter(application=self.application, state="open").order_by("asked_at")[0]
        query.application = self.application
        if changed:
            self.save(self.writer(writer, stray), hours)
        actor = self.writer(who, stray)
        if self.attempt(answer_question, query=query, text="Said.", by=actor):
            self.watch.sent(actor.person_id)

    @precondition(lambda self: self.asked)
    @rule(writer=WHO, hours=st.integers(1, 48))
    def write(self, writer: int, hours: int) -> None:
        self.save(self.writer(writer, False), hours)

    def save(self, actor: Actor, hours: int) -> None:
        posted = {"personnel": {"leavers_hours": hours}, "data": {"retention_months": hours}}
        for section, answers in posted.items():
            given = {"section": section, "posted": answers, "seen": 10**6, "page": f"page-{actor.user_id}"[:40]}
            if self.attempt(make.save_answers, application=self.application, by=actor, **given):
                self.watch.wrote(actor.person_id)

    @precondition(lambda self: self.asked)
    @rule(who=WHO)
    def take_question_back(self, who: int) -> None:
        query = Query.objects.filter(application=self.application, state="open").order_by("asked_at")[0]
        query.application = self.application
        self.attempt(withdraw_question, query=query, by=self.desk[who % len(self.desk)])

    @rule(who=WHO, really=SOMETIMES, number=st.integers(1, 3))
    def move_house(self, who: int, really: bool, number: int) -> None:
        """The institution's address changes while others decide."""
        institution = self.application.institution
        if really:
            given = {"kind": institution.kind, "lei": institution.lei, "ror": institution.ror}
            self.attempt(
                amend_institution,
                institution=institution,
                by=self.writer(who, False),
                address=f"{number} Quay",
                **given,
            )

    @rule(who=WHO, really=SOMETIMES, surely=SOMETIMES, stray=SOMETIMES)
    def withdraw(self, who: int, really: bool, surely: bool, stray: bool) -> None:
        if really and surely:
            self.attempt(withdraw_application, application=self.application, by=self.writer(who, stray))

    # --- what holds ---------------------------------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        if self.oracle is not None and self.done:
            self.done = False
            self.oracle.check()
            self.look()

    def teardown(self) -> None:
        try:
            if self.oracle is not None:
                state = self.application.state
                reached = "approved" if state == "approved" else "signed" if self.oracle.most_signatures else "other"
                self.seen[reached] = self.seen.get(reached, 0) + 1
                self.oracle.at_the_end()
        finally:
            self.undone.close()
