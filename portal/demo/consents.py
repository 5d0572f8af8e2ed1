"""What providers and authorities did lately with grants in force: consent withdrawn with notice, lines narrowed."""

from __future__ import annotations

from grants.actions.measure import propose_narrowing, sign_measure
from grants.actions.withdrawal import withdraw_consent
from grants.models import Grant, GrantLine
from portal.accounts.actor import confirmed
from portal.demo.stage import AuthorityCast, Stage


def lately(stage: Stage) -> None:
    """One notice of withdrawal that is running, one line that was narrowed, and one narrowing that waits to be signed.

    Each at another grant, so that none of the pages is crowded; nothing happens where there are too few grants.
    """
    grants = Grant.objects.filter(state="in_force").select_related("institution__organisation", "authority", "request")
    chosen = list(grants.order_by("-in_force_since")[3:6])
    for grant, act in zip(chosen, (_withdraw, _narrow, _propose), strict=False):
        line = GrantLine.objects.select_related("grant__institution__organisation", "grant__authority", "release").get(
            grant=grant, number=1
        )
        line.grant = grant
        act(stage, line)


def _withdraw(stage: Stage, line: GrantLine) -> None:
    withdraw_consent(
        line=line, reason_code="model_retiring", by=stage.provider_of(line.release).staff[-1],
        reason="This release leaves the market at the end of the quarter. Its successor can be asked for now.",
    )  # fmt: skip


def _propose(stage: Stage, line: GrantLine) -> None:
    propose_narrowing(
        line=line, seats=max(1, line.seats // 2), conditions=["Each run is announced a working day ahead."],
        reason="The last two reports show fewer people at work than the line allows.",
        by=_home(stage, line).officers[0],
    )  # fmt: skip


def _narrow(stage: Stage, line: GrantLine) -> None:
    home = _home(stage, line)
    measure = propose_narrowing(
        line=line, requests_per_day=max(1, line.requests_per_day // 2), by=home.officers[0],
        reason="Half of the requests are enough for the plan as it was amended.",
    )  # fmt: skip
    for signatory in stage.signers(home, 2, 2):
        sign_measure(measure=measure, seen=measure.digest, by=confirmed(signatory))


def _home(stage: Stage, line: GrantLine) -> AuthorityCast:
    return next(item for item in stage.authorities if item.organisation.pk == line.grant.authority_id)
