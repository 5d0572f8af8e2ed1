"""Deeds of the institution on the evaluation plans of a draft."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from grants.models import EvaluationPlan, GrantRequest
from grants.queries.plan import plans_of
from grants.rules.plan import LONGEST
from portal.core import clock
from portal.core.actors import Actor
from portal.core.canonical import digest
from portal.core.verdicts import refused, require
from portal.rulebook.queries import rules
from portal.workflow import as_deed, record


@as_deed
def write_plans(
    *, request: GrantRequest, plans: Mapping[str, Mapping[str, str]], by: Actor
) -> dict[str, EvaluationPlan]:
    """Write the evaluation plans of a draft: use case → key of the rulebook's `scope.plan_parts` → text.

    A plan may be written in parts and stay unfinished; it is whole before the request is sent. What is not named keeps
    what was written. Raises Refused for a use case or a part that the rulebook does not have.
    """
    book = rules(request.rulebook)
    uses = {item.key for item in book.scope.use_cases}
    parts = {item.key: item.label for item in book.scope.plan_parts}
    for use_case, texts in plans.items():
        if use_case not in uses or not parts.keys() >= texts.keys():
            require(refused(_("The rulebook has no such plan."), code="unknown_plan", rule="scope.plan"))
        for key, text in texts.items():
            if len(text) > LONGEST:
                reason = _("“%(part)s” is longer than %(most)s characters.") % {"part": parts[key], "most": LONGEST}
                require(refused(reason, code="too_long", rule="scope.plan"))
    told = {use_case: digest(dict(texts)) for use_case, texts in plans.items()}
    record(request, "edit", by=by, detail={"plans": told}, says=_("Evaluation plan written"))
    there = plans_of(request.pk)
    made: dict[str, EvaluationPlan] = {}
    for use_case, texts in plans.items():
        plan = there.get(use_case) or EvaluationPlan(request=request, use_case=use_case)
        plan.parts = {**plan.parts, **{key: text.strip().replace("\r\n", "\n") for key, text in texts.items()}}
        plan.written_by, plan.written_at = by.user, clock.now()
        plan.save()
        made[use_case] = plan
    return made
