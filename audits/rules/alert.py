"""Who judges an alert."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, refused


def may_judge_alert(alert: Any, actor: Actor) -> Verdict:
    """Case officers of the authority that runs the partner's case, and auditors who have an audit of that partner."""
    if actor.has("case_officer") and (alert.authority_id is None or actor.body_id == alert.authority_id):
        return ALLOWED
    if actor.has("auditor") and actor.user_id in alert.auditor_ids:
        return ALLOWED
    return refused(
        _("Alerts are judged by case officers of the authority that runs the case and by auditors of the partner."),
        code="other_body",
        rule="alerts.who_judges",
    )
