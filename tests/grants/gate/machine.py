"""Random deeds on grants, holds, consents, environments, people and the calendar; after each, all is asked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from grants.actions.accreditation import accredit_environment, suspend_environment
from grants.actions.catalogue import retire_release
from grants.actions.grant import expire_grant, surrender_grant
from grants.actions.hold import confirm_hold, lapse_hold, lift_hold, place_hold
from grants.actions.measure import propose_narrowing
from grants.actions.surrender import surrender_line
from grants.actions.withdrawal import take_back_withdrawal, withdraw_consent
from grants.models import Environment, GrantLine, Hold, Release
from grants.queries.decision import decide, decide_all
from grants.rules.decision import Question
from partners.actions.person import end_person, revoke_check
from partners.actions.qualification import reinstate_qualification, suspend_qualification
from partners.models import Person, PersonCheck
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from tests.factories import grants as make
from tests.grants.gate.model import Model
from tests.grants.gate.world import CHECKS, World
from tests.rollback import rolled_back

LINES = ("first/1", "first/2", "second/1", "third/1")
PEOPLE = ("ada", "bo")
TARGETS = st.sampled_from(
    [("partner", ""), ("environment", ""), ("grant", "first"), ("grant", "second"), ("grant", "third")]
    + [("line", name) for name in LINES]
    + [("person", name) for name in PEOPLE]
)
WHICH = st.integers(0, 1000)
ASKED = [
    (who, use_case, requests)
    for who in ("partner", "workload", *PEOPLE)
    for use_case in ("evaluation", "benchmarking")
    for requests in (1, 400, 900, 5000)
]


class Machine(RuleBasedStateMachine):
    """One example: from the same world, for as many deeds as are drawn. Everything is undone."""

    world: ClassVar[World]
    seen: ClassVar[dict[str, int]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.undone = ExitStack()
        self.undone.enter_context(rolled_back())
        self.now = clock.now()
        self.holds: dict[Any, Hold] = {}
        self.notices: dict[str, Any] = {}

    def teardown(self) -> None:
        self.undone.close()

    @initialize()
    def begin(self) -> None:
        self.model: Model = self.world.model()

    def done(self, deed: Callable[[], Any]) -> Any:
        """Do it at the machine's time. What the portal refuses has no effect, here and there; None."""
        with clock.at(self.now):
            try:
                made = deed()
            except Refused:
                return None
        return made if made is not None else True

    # --- the calendar -----------------------------------------------------------------------------
    @rule(days=st.sampled_from([1, 1, 4, 6, 30, 45, 120, 300]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.model.today = self.now.date()

    @rule()
    def sweeps_expire_what_is_due(self) -> None:
        for name in self.model.grants:
            if self.done(lambda name=name: expire_grant(grant=self.world.grant(name), by=SYSTEM)):
                self.model.grants[name] = "ended"

    # --- holds ------------------------------------------------------------------------------------
    def target(self, kind: str, name: str) -> Any:
        if kind == "partner":
            return self.world.first.institution
        if kind == "environment":
            return Environment.objects.get(pk=self.world.first.environment.pk)
        if kind == "grant":
            return self.world.grant(name)
        if kind == "line":
            return self.line(name)
        return Person.objects.get(pk=self.world.people[name][0].pk)

    @rule(on=TARGETS)
    def somebody_places_a_hold(self, on: tuple[str, str]) -> None:
        def deed() -> Hold:
            return place_hold(target=self.target(*on), reason="R.", lifted_when="L.", by=self.world.first.signatory)

        hold = self.done(deed)
        if hold is not None:
            self.holds[hold.pk], self.model.holds[hold.pk] = hold, on

    def some_hold(self, which: int) -> Hold:
        keys = list(self.holds)
        return Hold.objects.get(pk=keys[which % len(keys)])

    @precondition(lambda self: self.holds)
    @rule(which=WHICH)
    def somebody_confirms_it(self, which: int) -> None:
        self.done(lambda: confirm_hold(hold=self.some_hold(which), by=self.world.first.other_signatory))

    @precondition(lambda self: self.holds)
    @rule(which=WHICH, lapses=st.booleans())
    def a_hold_ends(self, which: int, lapses: bool) -> None:
        hold = self.some_hold(which)

        def deed() -> Hold:
            if lapses:
                return lapse_hold(hold=hold, by=SYSTEM)
            return lift_hold(hold=hold, reason="R.", by=self.world.first.signatory)

        if self.done(deed) is not None:
            del self.holds[hold.pk], self.model.holds[hold.pk]

    # --- lines and grants -------------------------------------------------------------------------
    def line(self, name: str) -> GrantLine:
        rows = GrantLine.objects.select_related("grant__authority", "release", "environment")
        return rows.get(pk=self.world.lines[name].pk)

    @rule(name=st.sampled_from(LINES), code=st.sampled_from(["other", "other", "security"]))
    def the_provider_withdraws_its_consent(self, name: str, code: str) -> None:
        def deed() -> Any:
            return withdraw_consent(line=self.line(name), reason_code=code, reason="R.", by=self.world.first.staff)

        notice = self.done(deed)
        if notice is not None:
            self.notices[name] = notice
            self.model.lines[name].no_consent_from = notice.effective_on

    @precondition(lambda self: self.notices)
    @rule(which=WHICH)
    def it_takes_the_notice_back(self, which: int) -> None:
        name = list(self.notices)[which % len(self.notices)]
        notice = self.notices[name]
        if self.done(lambda: take_back_withdrawal(withdrawal=notice, reason="R.", by=self.world.first.staff)):
            del self.notices[name]
            self.model.lines[name].no_consent_from = None

    @rule(name=st.sampled_from(LINES), requests=st.sampled_from([300, 600]), days=st.sampled_from([0, 3, 20]))
    def authorities_narrow_a_line(self, name: str, requests: int, days: int) -> None:
        now = self.model.lines[name]
        wanted = min(requests, now.requests)
        last = min(self.model.today + timedelta(days=days), now.ends)

        def deed() -> Any:
            cast = self.world.casts[name.split("/", maxsplit=1)[0]]
            words: dict[str, Any] = {
                "requests_per_day": wanted,
                "ends_on": last,
                "reason": "R.",
                "by": self.world.first.officer,
            }
            return make.decide_measure(cast, propose_narrowing(line=self.line(name), **words))

        if self.done(deed):
            now.requests, now.ends = wanted, last

    @rule(name=st.sampled_from(LINES))
    def the_partner_gives_a_line_back(self, name: str) -> None:
        if self.done(lambda: surrender_line(line=self.line(name), reason="R.", by=self.world.keeper)):
            self.model.lines[name].given_back = True
            self._no_line_left(self.model.lines[name].grant)

    def _no_line_left(self, grant: str) -> None:
        if all(line.given_back for line in self.model.lines.values() if line.grant == grant):
            self.model.grants[grant] = "ended"

    @rule(which=st.sampled_from(["second", "third"]))
    def the_partner_gives_a_grant_back(self, which: str) -> None:
        if self.done(lambda: surrender_grant(grant=self.world.grant(which), reason="R.", by=self.world.keeper)):
            self.model.grants[which] = "ended"

    @precondition(lambda self: self.model.grants["third"] == "signed")
    @rule()
    def the_partner_accepts_the_agreement(self) -> None:
        if self.done(lambda: make.accept(self.world.casts["third"])):
            self.model.grants["third"] = "in force"

    # --- what access stands on --------------------------------------------------------------------
    @rule(stops=st.booleans())
    def an_authority_looks_at_the_environment(self, stops: bool) -> None:
        environment = Environment.objects.get(pk=self.world.first.environment.pk)
        officer = self.world.first.officer

        def deed() -> Environment:
            if stops:
                return suspend_environment(environment=environment, reason="R.", by=officer)
            return accredit_environment(environment=environment, by=officer)

        if self.done(deed) is not None:
            environment.refresh_from_db()
            self.model.accredited = not stops
            if not stops and environment.accredited_until is not None:
                self.model.accredited_until = environment.accredited_until

    @rule(stops=st.booleans())
    def authorities_decide_on_the_qualification(self, stops: bool) -> None:
        deed = suspend_qualification if stops else reinstate_qualification
        signatory = self.world.first.signatory
        if self.done(lambda: deed(qualification=self.world.qualification, reason="R.", by=signatory)) is not None:
            self.model.qualified = not stops

    @rule(name=st.sampled_from(PEOPLE), kind=st.sampled_from(CHECKS))
    def a_check_is_revoked(self, name: str, kind: str) -> None:
        check = PersonCheck.objects.get(person=self.world.people[name][0].pk, kind=kind)
        if self.done(lambda: revoke_check(check=check, reason="R.", by=self.world.keeper)):
            self.model.people[name].checks[kind] = None

    @precondition(lambda self: self.model.today.day % 3 == 0)
    @rule(name=st.sampled_from(PEOPLE))
    def the_partner_ends_a_persons_access(self, name: str) -> None:
        person = Person.objects.get(pk=self.world.people[name][0].pk)
        if self.done(lambda: end_person(person=person, reason="R.", by=self.world.keeper)):
            self.model.people[name].named = False

    @precondition(lambda self: len(self.holds) > 2)
    @rule()
    def the_provider_retires_the_release(self) -> None:
        release = Release.objects.get(pk=self.world.first.release.pk)
        if self.done(lambda: retire_release(release=release, reason="R.", by=self.world.first.staff)):
            self.model.released = False

    # --- the questions ----------------------------------------------------------------------------
    def question(self, who: str, use_case: str, requests: int) -> Question:
        first = self.world.first
        subject = {
            "partner": ("partner", str(first.institution.pk)),
            "workload": ("workload", str(first.environment.pk)),
        }
        kind, name = subject.get(who) or ("person", self.world.people[who][0].email)
        return first.question(
            subject_type=kind, subject_id=name, use_case=use_case, requests=requests, today=self.now.date()
        )

    @invariant()
    def the_gate_says_what_the_model_says(self) -> None:
        questions = [self.question(*asked) for asked in ASKED]
        with clock.at(self.now):
            decisions = decide_all(questions)
            one = len(self.holds) * 7 % len(questions)
            assert decide(questions[one]) == decisions[one]
        for asked, decision in zip(ASKED, decisions, strict=True):
            permitted = self.model.permits(*asked)
            self.seen["permitted" if permitted else decision.code] = self.seen.get(decision.code, 0) + 1
            assert decision.permitted == permitted, (asked, decision, self.model)
