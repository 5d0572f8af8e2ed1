"""Random people do random deeds of enforcement by the real actions; a watch reads the record after each."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from audits.actions import enforcement as deeds
from audits.actions import lifting, measure
from audits.models import EnforcementCase, LiftCondition
from audits.queries.ladder import decision_content, suggested_rung
from audits.queries.lifting import lifting_content
from audits.restricting import Limited
from grants.actions.hold import confirm_hold, lift_hold
from grants.models import Grant, GrantLine, Hold
from grants.queries.effective import as_in_force
from partners.models import Institution, Qualification
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.canonical import digest
from portal.core.verdicts import Refused
from portal.ledger.models import Event
from tests.audits.enforcement.acts import ENDING, permitted
from tests.factories import grants as make
from tests.factories.accounts import make_member
from tests.factories.partners import make_authority

PREPARES = ("open", "link_fact", "give_notice", "hear", "answer")
LIFTS = ("meet_condition", "confirm_condition", "return_condition", "propose_lifting")
RANK = ("", "restriction", "suspension", "removal")
STATE = ("in_force", "restricted", "suspended", "removed")


DOES = {
    "answer": "applicant", "meet": "applicant", "sign": "signatory", "lift": "signatory", "drop": "signatory",
    "stop": "signatory", "confirm_stop": "signatory", "end_stop": "signatory",
}  # fmt: skip
"""Who may do it at all, where that is not an officer. Once in ten times just anybody tries."""
NEXT = {
    "opened": ["notice"], "notice_given": ["answer", "hear"], "heard": ["sign", "sign"],
    "decided": ["meet", "confirm", "propose", "lift", "lift", "aside"],
}  # fmt: skip


def cast_of(made: make.GrantCast) -> list[Actor]:
    """Officers and signatories of three bodies, some with both duties, and one who works for the partner, too."""
    two = make_member(made.authority, "case_officer", "signatory")
    away = make_member(make_authority("SE"), "case_officer", "signatory")
    partner = make_member(made.institution.organisation, "applicant")
    both = make_member(made.authority, "case_officer", "signatory", user=partner.user)
    return [made.officer, made.signatory, made.other_signatory, made.applicant, two, away, partner, both]


class Play:
    """One life of a partner. `seen` counts what was done, by name of the deed."""

    def __init__(self, made: make.GrantCast, people: list[Actor], seed: int) -> None:
        self.made, self.people, self.random = made, people, random.Random(seed)
        self.seen: Counter[str] = Counter()
        last = Event.objects.order_by("-entry").first()
        self.before = last.entry_id if last else 0

    def case(self, **wanted: Any) -> EnforcementCase:
        """One of the cases, as it is in the database; LookupError where there is none."""
        rows = list(EnforcementCase.objects.filter(institution=self.made.institution, **wanted).order_by("pk"))
        if not rows:
            raise LookupError
        return self.random.choice(rows)

    # --- deeds ----------------------------------------------------------------------------------------
    def open(self, by: Actor) -> None:
        institution = Institution.objects.select_related("organisation").get(pk=self.made.institution.pk)
        if EnforcementCase.objects.filter(institution=institution).exclude(state="decided").count() < 2:
            deeds.open_case(institution=institution, facts="Something happened.", by=by)

    def notice(self, by: Actor) -> None:
        case = self.case(state="opened")
        step = self.random.choice(["warning", "restriction", "suspension", "removal", "suspension"])
        grants = Grant.objects.filter(institution=self.made.institution, state__in=("in_force", "awaiting_agreement"))
        deeds.give_notice(
            case=case, measure=step, reasons="So.", milder="Weighed.", lifted_when="One thing.",
            why_step="" if step == suggested_rung(case) else "Grave.",
            until=clock.today() + timedelta(days=90) if step in ENDING else None,
            **(self.narrows(grants) if step == "restriction" else {}), by=by,
        )  # fmt: skip
        self.seen["limits"] += case.scope.exclude(requests_per_day=None).exists()

    def narrows(self, grants: QuerySet[Grant]) -> dict[str, Any]:
        """What a restriction closes, or the limits that it lowers; nothing where no grant is live."""
        if not grants.exists():
            return {}
        if self.random.random() < 0.6:
            return {"limits": [Limited(self.made.line, {"requests_per_day": self.random.randint(1, 99)})]}
        return {"closes": self.random.choice([list(grants), [self.made.environment]])}

    def answer(self, by: Actor) -> None:
        deeds.answer_notice(case=self.case(state="notice_given"), answer="Ours.", by=by)

    def hear(self, by: Actor) -> None:
        deeds.hear_case(case=self.case(state="notice_given"), notes="", by=by)

    def sign(self, by: Actor) -> None:
        case = self.case(state="heard")
        deeds.sign_decision(case=case, seen=digest(decision_content(case)), by=by)
        self.seen["decide"] += case.state == "decided"

    def drop(self, by: Actor) -> None:
        if self.random.random() < 0.05:
            deeds.drop_case(case=self.case(state__in=("opened", "notice_given", "heard")), reason="Nothing.", by=by)

    def stop(self, by: Actor) -> None:
        if self.random.random() < 0.3:
            case = self.case(state__in=("opened", "notice_given", "heard"), hold=None)
            deeds.suspend_at_once(case=case, reason="Danger.", lifted_when="It is over.", by=by)

    def confirm_stop(self, by: Actor) -> None:
        if hold := Hold.objects.filter(state="placed", emergency=True).first():
            confirm_hold(hold=hold, by=by)

    def end_stop(self, by: Actor) -> None:
        if hold := Hold.objects.filter(state="confirmed").first():
            lift_hold(hold=hold, reason="It is over.", by=by)

    def meet(self, by: Actor) -> None:
        row = self.condition(met_at=None)
        lifting.meet_condition(case=row.case, condition=row, remark="It is.", by=by)

    def confirm(self, by: Actor) -> None:
        row = self.condition(met_at__isnull=False, confirmed_at=None)
        lifting.confirm_condition(case=row.case, condition=row, by=by)

    def propose(self, by: Actor) -> None:
        lifting.propose_lifting(case=self.case(state="decided", ended_at=None), reason="All done.", by=by)

    def lift(self, by: Actor) -> None:
        case = self.case(state="decided", ended_at=None, lifting_proposed_at__isnull=False)
        lifting.sign_lifting(case=case, seen=digest(lifting_content(case)), by=by)
        self.seen["lifted"] += case.ended_at is not None

    def aside(self, by: Actor) -> None:
        """An appeal is upheld: only the portal does so."""
        case = self.case(state="decided", measure="removal", ended_at=None)
        measure.set_aside(case=case, reason="Upheld.", by=SYSTEM if self.random.random() < 0.5 else by)

    def condition(self, **wanted: Any) -> LiftCondition:
        rows = LiftCondition.objects.filter(case__institution=self.made.institution, case__ended_at=None, **wanted)
        row = rows.select_related("case").order_by("?" if len(rows) > 1 else "pk").first()
        if row is None:
            raise LookupError
        return row

    def step(self) -> None:
        """One deed by one person, as far as they may; then everything is looked at."""
        name = self.random.choice(self.possible())
        deed: Callable[[Actor], None] = getattr(self, name)
        fit = [one for one in self.people if one.has(DOES.get(name, "case_officer"))]
        try:
            deed(self.random.choice(fit if self.random.random() < 0.9 else self.people))
        except (Refused, LookupError):
            return
        self.seen[name] += 1
        self.holds()

    def possible(self) -> list[str]:
        """Deeds for which the cases are there; what leads on is drawn more often than what ends a case early."""
        cases = EnforcementCase.objects.filter(institution=self.made.institution)
        names = ["stop", "confirm_stop", "end_stop", "open", "drop"]
        for case in cases.filter(ended_at=None):
            names += NEXT[case.state] * 3
        return names

    # --- the watch ------------------------------------------------------------------------------------
    def holds(self) -> None:
        """Nobody judged what they had a part in, and access is what decisions and holds say, at once."""
        for case in EnforcementCase.objects.filter(institution=self.made.institution):
            self.nobody_judges_their_own(case)
        for hold in Hold.objects.filter(confirmed_at__isnull=False):
            assert hold.placed_by_id != hold.confirmed_by_id, "confirmed their own hold"
            assert hold.placed_body_id != hold.confirmed_body_id, "a body confirmed its own hold"
        for row in LiftCondition.objects.exclude(confirmed_at=None):
            assert row.met_by_id != row.confirmed_by_id, "confirmed what they said was met"
        self.access_follows()

    def did(self, case: EnforcementCase, *verbs: str) -> set[Any]:
        """Accounts that did such deeds on the case, by the record."""
        named = [f"enforcement.{verb}" for verb in verbs]
        rows = Event.objects.filter(entry__object_id=case.pk, entry__verb__in=named, entry__gt=self.before)
        return set(rows.values_list("actor_id", flat=True)) - {None}

    def nobody_judges_their_own(self, case: EnforcementCase) -> None:
        prepared, judged = self.did(case, *PREPARES), self.did(case, "sign", "decide", "drop")
        assert not prepared & judged, "who worked on a case decided it"
        lifted = self.did(case, "sign_lifting", "lift")
        assert not lifted & (prepared | self.did(case, *LIFTS)), "who prepared a lifting signed it"
        spoke, officers = self.did(case, "answer"), self.did(case, "give_notice", "hear")
        assert not spoke & officers, "who answered for the partner worked on the other side"

    def access_follows(self) -> None:
        """Worked out from the cases and holds by loops, against what the gateway is answered."""
        cases = EnforcementCase.objects.filter(institution=self.made.institution, state="decided", ended_at=None)
        rank = max((RANK.index(case.measure) for case in cases if case.measure in RANK), default=0)
        status = Qualification.objects.get(institution=self.made.institution).state
        assert status == STATE[rank], "the qualification is not what was decided"
        held = Hold.objects.filter(institution=self.made.institution, state__in=("placed", "confirmed")).exists()
        assert permitted(self.made) == (rank < 2 and not held), "the gateway does not say what was decided"
        self.limits_follow([case for case in cases if case.measure == "restriction"])

    def limits_follow(self, restrictions: list[EnforcementCase]) -> None:
        """The lowest limit of restrictions in effect is what the line permits; what they close is on hold."""
        rows = [row for case in restrictions for row in case.scope.filter(revoked_at=None)]
        named = [row.requests_per_day for row in rows if row.requests_per_day]
        (line,) = as_in_force(GrantLine.objects.filter(pk=self.made.line.pk))
        if self.made.grant.state == "in_force":
            assert line.requests_per_day == min([self.made.line.requests_per_day, *named]), "limits are not as decided"
            closed = {row.target.pk for row in rows if not row.requests_per_day}
            holds = Hold.objects.filter(institution=self.made.institution, emergency=False, state="placed")
            assert {hold.target_id for hold in holds} == closed, "holds are not as decided"
