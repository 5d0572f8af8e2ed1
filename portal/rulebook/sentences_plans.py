"""Sentences about evaluation plans and the renewal of grants."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.rulebook.schema.scope import Scope
from portal.rulebook.sentences import days, listed

PLAN = gettext_lazy("Evaluation plan")
RENEWAL = gettext_lazy("Renewal of a grant")


def needed(scope: Scope) -> str:
    """Which uses are asked for only with a plan."""
    names = [item.label.lower() for item in scope.use_cases if item.needs_plan]
    if not names or not scope.plan_parts:
        return _("No use needs an evaluation plan.")
    return _("Asked for only with a whole plan: %(names)s.") % {"names": listed(names)}


def renewal(scope: Scope) -> str:
    """From when on a renewal can be asked for."""
    text = _("Can be asked for from %(days)s before the last day on. Asking does not extend the grant.")
    return text % {"days": days(scope.renewal_lead_days)}
