"""Partner, grants, lines, credentials, gateways: all of it stops with the commit of the decision, and none before.

A second connection of its own looks on. Nothing is rolled back around these tests, so that commits are real.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from audits import notices
from audits.actions.measure import set_aside
from audits.models import EnforcementCase
from audits.restricting import Limited
from grants.actions.credential import publish_due
from grants.models import Credential, Grant, Hold, Signal, StatusEntry
from grants.queries.decision import decide
from grants.rules.signal import CHANGED
from grants.rules.status_list import INVALID, SUSPENDED, VALID
from partners.models import Qualification
from portal.core.actors import SYSTEM
from tests.api.signals import Receiver
from tests.audits.enforcement.acts import heard, permitted, sign, signatories
from tests.factories import grants as make
from tests.factories.accounts import make_member
from tests.factories.rulebook import founded_rulebook
from tests.grants.holder import Holder

pytestmark = pytest.mark.django_db(transaction=True)
Seen = tuple[str, str, bool, tuple[int, ...], int, int]
WANTED = {
    "restriction": ("restricted", "in_force", SUSPENDED),
    "suspension": ("suspended", "in_force", SUSPENDED),
    "removal": ("removed", "revoked", INVALID),
}


def seen(made: make.GrantCast) -> Seen:
    """Qualification, grant, the gateway's answer, statuses of credentials, signals and holds: as committed."""
    return (
        Qualification.objects.get(institution=made.institution).state,
        Grant.objects.get(request=made.request).state,
        permitted(made),
        tuple(sorted(StatusEntry.objects.values_list("value", flat=True).distinct())),
        Signal.objects.exclude(on="stream").count(),
        Hold.objects.count(),
    )


def elsewhere(look: Callable[[], Any]) -> Any:
    """Look over a connection of its own."""

    def over_there() -> Any:
        try:
            return look()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(over_there).result(timeout=60)


@pytest.fixture
def made(transactional_db: None) -> make.GrantCast:
    founded_rulebook()
    cast = make.grant_in_force()
    Holder().register(cast.grant, make_member(cast.institution.organisation, "administrator"))
    Receiver(cast.release.provider).begin()
    return cast


@pytest.mark.parametrize("measure", sorted(WANTED))
def test_all_of_it_stops_with_the_commit_and_none_before_and_nothing_where_it_fails(
    made: make.GrantCast, measure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, people = heard(made, measure), signatories(made)
    needed = {"restriction": 2, "suspension": 2, "removal": 3}[measure]
    sign(case, people[: needed - 1])
    before = elsewhere(lambda: seen(made))
    assert before[:4] == ("in_force", "in_force", True, (VALID,))
    inside: list[Any] = []
    told = notices.case_decided

    def fails_at_the_end(case: EnforcementCase) -> None:
        told(case)
        inside.extend([seen(made)[:3], elsewhere(lambda: seen(made))])
        raise RuntimeError("At the very end of the transaction.")

    with monkeypatch.context() as patch:
        patch.setattr(notices, "case_decided", fails_at_the_end)
        with pytest.raises(RuntimeError):
            sign(case, [people[needed - 1]])
    state, grant, status = WANTED[measure]
    assert inside == [(state, grant, False), before], "in force inside, and for nobody else"
    assert elsewhere(lambda: seen(made)) == before, "nothing of it remains"
    assert elsewhere(lambda: EnforcementCase.objects.get(pk=case.pk).state) == "heard"

    case = EnforcementCase.objects.get(pk=case.pk)
    sign(case, [people[needed - 1]])
    after = elsewhere(lambda: seen(made))
    assert after[:4] == (state, grant, False, (status,))
    assert after[4] > before[4], "gateways are told in the same transaction"
    assert after[5] == (1 if measure == "restriction" else 0)
    assert publish_due() == 1


def test_lower_limits_reach_gateways_and_credentials_with_the_commit_and_none_before(
    made: make.GrantCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = heard(made, "restriction", limits=[Limited(made.line, {"requests_per_day": 100})])
    people = signatories(made)
    sign(case, people[:1])
    before = elsewhere(lambda: limits_seen(made))
    told, inside = notices.case_decided, []

    def looks_elsewhere(case: EnforcementCase) -> None:
        told(case)
        inside.extend([limits_seen(made)[0], elsewhere(lambda: limits_seen(made))])

    monkeypatch.setattr(notices, "case_decided", looks_elsewhere)
    sign(case, people[1:])
    assert inside == [100, before], "in force inside, and for nobody else"
    requests, claims, credentials = elsewhere(lambda: limits_seen(made))
    assert (requests, claims) == (100, [100]), "the gateway is answered and told by the same commit"
    assert (len(credentials), credentials & before[2]) == (1, set()), "the credential says what holds now"

    set_aside(case=case, by=SYSTEM, reason="The panel saw it otherwise.")
    requests, claims, newest = elsewhere(lambda: limits_seen(made))
    assert (requests, claims[-1], newest & credentials) == (before[0], before[0], set())


def limits_seen(made: make.GrantCast) -> tuple[int, list[int], set[Any]]:
    """Requests a day by the gateway's answer, those of its signals in turn, and the credentials that count."""
    line = decide(made.question()).line
    assert line is not None
    changed = Signal.objects.filter(event=CHANGED, on="line").order_by("pk")
    told = [signal.payload["claims"]["requests_per_day"] for signal in changed]
    return line.requests_per_day, told, set(Credential.objects.filter(state="issued").values_list("pk", flat=True))
