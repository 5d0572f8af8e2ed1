"""Alerts from use: who judges them. Partners, providers and other authorities see nothing of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from audits.actions.alert import Occasion, raise_alert
from audits.models import Alert, AlertKind
from portal.core import clock
from portal.core.actors import SYSTEM
from tests.contracts.matrix import roles, row
from tests.contracts.matrix.audits import AUDIT, OFFICERS, admin_deed, assigned, data, desk, desk_pages
from tests.world import World


def raised(world: World) -> Alert:
    """On a partner whose audit our auditor has."""
    audit, hour = world.once(assigned), clock.now() - timedelta(hours=3)
    facts = {"value": "BR", "requests": 12}
    occasion = Occasion(AlertKind.COUNTRY, f"country:{hour}", audit.institution_id, hour, hour, facts)
    alert = raise_alert(institution=audit.institution, occasion=occasion, by=SYSTEM)
    Alert.objects.filter(pk=alert.pk).update(authority=world.authority)
    return Alert.objects.get(pk=alert.pk)


JUDGES = desk(*OFFICERS, "auditor", viewers=AUDIT)
INCIDENT = {"title": "From abroad", "severity": "low", "kind": "credential", "note": "Nobody of theirs is there."}

ROWS: list[Any] = [
    row("audits:alerts", roles(*AUDIT)),
    *desk_pages("alert", raised, JUDGES, *AUDIT),
    admin_deed("alert", "nothing", raised, JUDGES, data(note="A conference.")),
    admin_deed("alert", "question", raised, JUDGES, data(note="Who is there?")),
    admin_deed("alert", "incident", raised, JUDGES, data(**INCIDENT)),
]
