"""Checks at start-up: whose rules answer at the gate. docs/operations.md explains each id."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from portal.api.policies import SETS


@register(Tags.security)
def known_policy_set(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E016: no rules of that name."""
    if settings.ACCESS_POLICY_SET in SETS:
        return []
    return [
        Error(
            f"ACCESS_POLICY_SET is {settings.ACCESS_POLICY_SET!r}: there are no rules of that name.",
            hint="Unset it: then the scheme's own rules answer.",
            id="portal.E016",
        )
    ]


@register(Tags.security, deploy=True)
def own_policy_set(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E015: gateways would be answered by rules that know no grant and no hold."""
    if settings.ACCESS_POLICY_SET == "scheme" or settings.ACCESS_POLICY_SET not in SETS:
        return []
    return [
        Error(
            f"ACCESS_POLICY_SET is {settings.ACCESS_POLICY_SET!r}: gateways would be answered by a test's rules.",
            hint="Unset it: then the scheme's own rules answer.",
            id="portal.E015",
        )
    ]
