"""Whatever is done to partners, grants, lines and keys: the published lists say what a naive reading says."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from grants.actions.credential import issue_credential, publish_due, withdraw_key
from grants.actions.hold import confirm_hold, lift_hold, place_hold
from grants.actions.surrender import surrender_line
from grants.actions.withdrawal import withdraw_consent
from grants.models import (
    ConsentWithdrawal,
    Credential,
    Environment,
    Grant,
    GrantLine,
    Hold,
    HolderKey,
    LineSurrender,
    StatusList,
)
from grants.rules.status_list import status_at
from grants.tasks import correct_statuses
from partners.actions.qualification import reinstate_qualification, suspend_qualification
from partners.models import Qualification
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.keys.encoding import json_object, unb64url
from tests.factories import grants as make
from tests.factories.accounts import make_member
from tests.factories.partners import Cast
from tests.grants.holder import Holder, claims_of, disclosed

SAYS = {0: "valid", 1: "invalid", 2: "suspended"}
STEPS = 45


def told(place: dict[str, Any], lists: dict[str, bytes]) -> str:
    """What the published list says at a place."""
    ref = place["status_list"]
    return SAYS[status_at(lists[ref["uri"].rsplit("/", 1)[1]], ref["idx"])]


def published() -> dict[str, bytes]:
    found = {}
    for listed in StatusList.objects.all():
        claims = json_object(unb64url(listed.token.split(".")[1]))
        found[str(listed.pk)] = unb64url(claims["status_list"]["lst"])
    return found


class Naive:
    """Statuses by loops over all rows, as one would say them aloud."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.holds = [hold for hold in Hold.objects.all() if hold.state in ("placed", "confirmed")]
        self.surrendered = {row.line_id for row in LineSurrender.objects.all()}
        self.withdrawn = {
            row.line_id for row in ConsentWithdrawal.objects.exclude(state="taken_back") if row.effective_on <= today
        }

    def qualified(self, institution: Any) -> bool:
        rows = Qualification.objects.filter(institution=institution)
        return any(
            row.state in ("in_force", "restricted") and row.valid_from <= self.today <= row.valid_until for row in rows
        )

    def whole(self, credential: Credential, grant: Grant) -> str:
        if credential.state != "issued" or grant.state != "in_force" or grant.ends_on < self.today:
            return "invalid"
        held = [hold for hold in self.holds if hold.partner_id == grant.institution_id or hold.grant_id == grant.pk]
        return "suspended" if held or not self.qualified(grant.institution_id) else "valid"

    def line(self, credential: Credential, line: GrantLine) -> str:
        whole = self.whole(credential, line.grant)
        if whole == "invalid" or line.pk in self.surrendered | self.withdrawn or line.environment.state == "closed":
            return "invalid"
        held = [h for h in self.holds if h.line_id == line.pk or h.environment_id == line.environment_id]
        place = line.environment
        ready = place.state == "accredited" and place.accredited_until and place.accredited_until >= self.today
        return "suspended" if whole == "suspended" or held or not ready else "valid"


class Play:
    """People who do things at random, as far as they may."""

    def __init__(self, first: make.GrantCast, second: make.GrantCast, seed: int) -> None:
        self.grants, self.made, self.random = [first, second], first, random.Random(seed)
        self.keeper = make_member(first.institution.organisation, "administrator")
        self.holder = Holder()
        self.days = 0
        self.seen: Counter[str] = Counter()

    def one(self, rows: Any) -> Any:
        found = list(rows)
        return self.random.choice(found) if found else None

    def register(self) -> None:
        made = self.random.choice(self.grants)
        self.random.choice([Holder(), self.holder]).register(made.grant, made.applicant)

    def reissue(self) -> None:
        if row := self.one(Credential.objects.filter(state="issued")):
            grant = Grant.objects.select_related("institution__organisation").get(pk=row.grant_id)
            issue_credential(grant=grant, key=row.key, by=self.made.applicant)

    def withdraw_key(self) -> None:
        if HolderKey.objects.filter(state="registered").count() > 2:
            key = self.one(HolderKey.objects.filter(state="registered"))
            withdraw_key(key=key, reason="Lost", by=self.made.applicant)

    def hold(self) -> None:
        made = self.random.choice(self.grants)
        lines = list(GrantLine.objects.filter(grant=made.grant).select_related("grant", "environment"))
        line = self.random.choice(lines)
        target: Any = self.random.choice([made.institution, made.grant, line, line.environment])
        place_hold(target=target, reason="-", lifted_when="-", by=made.signatory, emergency=self.random.random() < 0.5)

    def confirm(self) -> None:
        if hold := self.one(Hold.objects.filter(state="placed")):
            confirm_hold(hold=hold, by=self.made.other_signatory)

    def lift(self) -> None:
        if hold := self.one(Hold.objects.filter(state__in=("placed", "confirmed"))):
            lift_hold(hold=hold, reason="-", by=self.made.signatory)

    def suspend(self) -> None:
        suspend_qualification(qualification=self.qualification, reason="-", by=SYSTEM)

    def reinstate(self) -> None:
        reinstate_qualification(qualification=self.qualification, reason="-", by=SYSTEM)

    @property
    def qualification(self) -> Qualification:
        return Qualification.objects.filter(institution=self.made.institution).latest("valid_from")

    def line_back(self) -> None:
        rows = GrantLine.objects.filter(surrender=None, grant__state="in_force")
        line = self.one(rows.select_related("grant__institution__organisation", "grant__authority"))
        if line and self.random.random() < 0.3:
            surrender_line(line=line, reason="-", by=self.keeper)

    def notice(self) -> None:
        line = self.one(
            GrantLine.objects.filter(grant=self.made.grant).select_related(
                "grant__institution__organisation", "grant__authority", "institution__organisation"
            )
        )
        withdraw_consent(line=line, reason_code="other", reason="-", by=self.made.staff)

    def days_pass(self) -> None:
        self.days += self.random.choice([1, 5, 20])

    DEEDS: tuple[tuple[Callable[[Any], None], int], ...] = (
        (register, 4), (reissue, 2), (withdraw_key, 1), (hold, 6), (confirm, 2), (lift, 6), (suspend, 1),
        (reinstate, 2), (line_back, 1), (notice, 1), (days_pass, 2),
    )  # fmt: skip

    def step(self) -> None:
        deeds, weights = zip(*self.DEEDS, strict=True)
        (deed,) = self.random.choices(deeds, weights)
        try:
            deed(self)
        except Refused:
            self.seen["refused"] += 1
        else:
            self.seen[deed.__name__] += 1

    def compare(self) -> None:
        """Every credential ever issued, and every line in it."""
        lists, naive = published(), Naive(clock.today())
        lines = {line.pk: line for line in GrantLine.objects.select_related("grant", "environment")}
        numbers = {(line.grant_id, line.number): line for line in lines.values()}
        for row in Credential.objects.select_related("grant"):
            assert told(claims_of(row.token)["status"], lists) == naive.whole(row, row.grant)
            self.seen[naive.whole(row, row.grant)] += 1
            for shown in disclosed(row.token)[1]:
                line = numbers[(row.grant_id, shown["line"])]
                assert told(shown["status"], lists) == naive.line(row, line), (line, self.seen)


@pytest.mark.parametrize("seed", range(3))
def test_published_lists_equal_a_naive_reading(partner: Cast, made: make.GrantCast, seed: int) -> None:
    second = make.grant_in_force(
        {}, {"data_class": "published"}, {"use_case": "benchmarking"}, made=partner, provider=made.release.provider,
        staff=made.staff,
    )  # fmt: skip
    play = Play(made, second, seed)
    play.register()
    start = clock.now()
    for _ in range(STEPS):
        with clock.at(start + timedelta(days=play.days)):
            play.step()
        with clock.at(start + timedelta(days=play.days)):
            correct_statuses()
            publish_due()
            play.compare()
    assert Environment.objects.filter(state="accredited").exists() or play.days > 100
    assert min(play.seen[word] for word in ("valid", "invalid", "suspended", "hold", "lift", "register")) > 0, play.seen


def test_without_the_sweep_only_the_calendar_makes_a_difference(partner: Cast, made: make.GrantCast) -> None:
    """Deeds alone keep statuses right in their own transaction: nothing is left for the sweep on the same day."""
    play = Play(made, made, 7)
    play.register()
    for _ in range(STEPS):
        play.step()
        play.days = 0
        publish_due()
        play.compare()
    assert correct_statuses()["done"] == 0
