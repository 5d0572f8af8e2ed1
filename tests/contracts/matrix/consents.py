"""Who may do what with consents that are withdrawn, measures of authorities, holds on people, and agreement packs."""

from __future__ import annotations

from typing import Any

from grants.actions.measure import propose_narrowing
from grants.actions.withdrawal import withdraw_consent
from grants.models import AgreementPack, ConsentWithdrawal, GrantMeasure
from tests.contracts.matrix import object_of, row
from tests.contracts.matrix.grants import (
    DESK_ROLES,
    OFFICER,
    PROVIDER,
    SIGNATORY,
    _page,
    _rest,
    answered,
    at_desk,
    case,
    deed,
    in_force,
    issued,
    own,
    sent,
    with_providers,
)
from tests.factories import grants as make
from tests.world import World

OWN_LINE = object_of(may=["provider_staff.body"])
PROPOSES = at_desk("case_officer.body", "signatory.any")


def pack(world: World) -> dict[str, Any]:
    grant = world.once(issued).grant
    return {"pk": grant.pk, "pack": AgreementPack.objects.get(grant=grant).pk}


def line(world: World) -> dict[str, Any]:
    return {"pk": world.once(in_force).line.pk}


def _withdrawn(world: World) -> ConsentWithdrawal:
    made = in_force(world)
    return withdraw_consent(line=made.line, reason_code="terms", reason="New terms.", by=made.staff)


def desk_grant(world: World) -> make.GrantCast:
    return make.accept(make.sign_grant(make.to_signatories(answered(world))))


def desk_line(world: World) -> dict[str, Any]:
    made = world.once(desk_grant)
    return {"pk": made.grant.pk, "line": made.line.pk}


def measure(world: World) -> GrantMeasure:
    made = world.once(desk_grant)
    return propose_narrowing(line=made.line, seats=1, reason="Less is enough.", by=made.officer)


def of_measure(world: World) -> dict[str, Any]:
    return {"pk": world.once(measure).pk}


def seen(world: World) -> dict[str, Any]:
    return {"seen": world.once(measure).digest, "decision": "sign", "reason": "", "no_conflict": "on"}


ROWS: list[Any] = [
    row("grants:agreement_pack", own(), make=pack),
    row("grants:uses", PROVIDER),
    row("grants:withdraw", OWN_LINE, OWN_LINE, make=line, data=sent(reason_code="terms", reason="")),
    row(
        "grants:take_back", OWN_LINE, OWN_LINE, make=lambda world: {"pk": world.once(_withdrawn).pk},
        data=sent(reason=""),
    ),
    deed("extend_consent", with_providers, case(*OFFICER, sees=("reviewer",)), sent(working_days=40, reason="Leave.")),
    row("admin:grants_grant_narrow", PROPOSES, PROPOSES, make=desk_line, data=sent(reason="")),
    row(
        "admin:grants_grant_revoke", PROPOSES, PROPOSES, make=lambda world: {"pk": world.once(desk_grant).grant.pk},
        data=sent(reason=""),
    ),
    row(
        "admin:grants_hold_place_person", SIGNATORY, SIGNATORY,
        make=lambda world: {"pk": world.once(in_force).institution.pk}, data=sent(email=""),
    ),
    *_rest("grantmeasure", *DESK_ROLES, make=lambda world: world.once(measure)),
    *_page("grantmeasure", lambda world: world.once(measure)),
    row("admin:grants_grantmeasure_sign", at_desk("signatory.any"), at_desk("signatory.any"), make=of_measure,
        data=seen),
    row("admin:grants_grantmeasure_drop", at_desk("case_officer"), at_desk("case_officer"), make=of_measure,
        data=sent(reason="")),
]  # fmt: skip
