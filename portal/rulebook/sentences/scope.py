"""What may be granted, with which safeguards and limits, and what the provider has to say to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from portal.rulebook.schema import Scope, find
from portal.rulebook.sentences.words import big, days, listed, role, tier, working_days


def accreditation_title(key: str) -> str:
    """Heading of an accreditation."""
    return _("Accreditation of an environment: %(tier)s") % {"tier": tier(key)}


def consent_time(part: Any) -> str:
    """How long a provider has."""
    return _("The provider answers each line within %(days)s.") % {"days": working_days(part.deadline_working_days)}


def withdrawal(part: Any) -> str:
    """How consent is withdrawn."""
    text = _("Consent can be withdrawn with %(days)s’ notice.") % {
        "days": working_days(part.withdrawal_notice_working_days)
    }
    labels = [item.label for item in part.decline_reasons if item.key in part.withdrawal_at_once]
    if not labels:
        return text
    at_once = _("It ends the line at once where the reason is: %(reasons)s.")
    return f"{text} {at_once % {'reasons': listed(labels)}}"


def pattern(scope: Scope, item: Any) -> str:
    """The combination that a pattern names."""
    parts = [
        *_named(scope.use_cases, item.use_cases),
        *_named(scope.data_classes, item.data_classes, _("data: %(names)s")),
        *_named(scope.capability_tiers, item.capability_tiers, _("models: %(names)s")),
        *_named(scope.access_routes, item.access_routes, _("access: %(names)s")),
    ]
    if item.risk_tiers:
        parts.append(listed((tier(key) for key in item.risk_tiers), _("or")))
    if item.kinds:
        parts.append(listed((role(key) for key in item.kinds), _("or")))
    return capfirst(" · ".join(parts)) + "." if parts else _("Every line.")


def _named(terms: Iterable[Any], chosen: Iterable[str], frame: str = "%(names)s") -> list[str]:
    names = listed((find(terms, key).label for key in chosen), _("or"))
    return [frame % {"names": names}] if names else []


def needed(scope: Scope, item: Any) -> str:
    """Which safeguards a pattern needs."""
    names = listed(find(scope.safeguards, key).label.lower() for key in item.safeguards)
    return f"{pattern(scope, item)} {_('Needs: %(names)s.') % {'names': names}}"


def limits_title(key: str) -> str:
    """Heading of the limits."""
    return _("Limits of a line: %(tier)s") % {"tier": tier(key)}


def limits(item: Any) -> str:
    """The limits of a line."""
    return _("At most %(requests)s requests and %(tokens)s tokens a day, %(seats)s seats at once, %(days)s.") % {
        "requests": big(item.requests_per_day),
        "tokens": big(item.tokens_per_day),
        "seats": big(item.seats),
        "days": days(item.max_days),
    }


def plan_needed(scope: Scope) -> str:
    """Which uses are asked for only with a plan."""
    names = [item.label.lower() for item in scope.use_cases if item.needs_plan]
    if not names or not scope.plan_parts:
        return _("No use needs an evaluation plan.")
    return _("Asked for only with a whole plan: %(names)s.") % {"names": listed(names)}


def renewal(scope: Scope) -> str:
    """From when on a renewal can be asked for."""
    text = _("Can be asked for from %(days)s before the last day on. Asking does not extend the grant.")
    return text % {"days": days(scope.renewal_lead_days)}
