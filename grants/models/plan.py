"""What an institution wants to find out by a use, how, and when it stops: one plan for each use case of a request."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.request import GrantRequest
from portal.core import clock
from portal.core.append_only import forbid_truncate
from portal.workflow import Record

IN_DRAFTS_ONLY = """
IF EXISTS (SELECT 1 FROM grants_grantrequest request WHERE request.id = {request} AND request.state <> 'draft') THEN
    RAISE EXCEPTION 'plans and people change in drafts only';
END IF;
RETURN COALESCE(NEW, OLD);
"""


def in_drafts_only(request: str) -> list[pgtrigger.Trigger]:
    """Rows change only while their request is a draft. `request` is SQL for the request's id."""
    trigger = pgtrigger.Trigger(
        name="only_in_drafts",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=IN_DRAFTS_ONLY.format(request=request),
    )
    return [trigger, forbid_truncate()]


class EvaluationPlan(Record):
    """Justification and evaluation plan for one use case of a request. Changed only while the request is a draft.

    `parts` holds the text for each key of the rulebook's `scope.plan_parts`. Every use case that needs a plan
    (rulebook: scope.use_cases.needs_plan) has a whole one before the request can be sent.
    """

    request = models.ForeignKey(GrantRequest, on_delete=models.PROTECT, related_name="plans")
    use_case = models.CharField(_("use case"), max_length=50)
    parts = models.JSONField(_("plan"), default=dict)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(_("written"), default=clock.now)

    class Meta:
        verbose_name = _("evaluation plan")
        verbose_name_plural = _("evaluation plans")
        triggers = in_drafts_only("COALESCE(NEW.request_id, OLD.request_id)")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "use_case"], name="evaluationplan_once"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.use_case}"
