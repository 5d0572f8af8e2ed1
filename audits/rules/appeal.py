"""Appeals: in time, and before people of other bodies."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, refused


def may_judge(appeal: Any, actor: Actor) -> Verdict:
    """Nobody judges an appeal from their own body, or against a decision that their body signed."""
    if actor.body_id is not None and actor.body_id not in {appeal.institution_id, *appeal.bodies_with_a_part}:
        return ALLOWED
    return refused(
        _("Your organisation had a part in the decision. The panel comes from others."),
        code="not_independent",
        rule="appeal.panel",
    )


def in_time(*, window_ends: date) -> Verdict:
    """An appeal is lodged while its window is open; `window_ends` is the last day."""
    if window_ends >= clock.today():
        return ALLOWED
    return refused(
        _("The time to appeal ended on %(day)s.") % {"day": window_ends.isoformat()},
        code="too_late",
        rule="appeal.against",
    )
