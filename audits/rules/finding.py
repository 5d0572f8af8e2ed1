"""Findings: who agrees to a plan, who tests a fix, how time is given."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from audits.rules.parties import assigned, somebody_else
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, first_refusal, refused


def may_verify(finding: Any, actor: Actor) -> Verdict:
    """A fix is tested by an assigned auditor who had no hand in it."""
    return first_refusal(
        assigned_to_finding(finding, actor),
        lambda: somebody_else(
            actor, finding.remediated_by_id, *finding.fixer_ids, did=_("you recorded the remediation")
        ),
    )


def assigned_to_finding(finding: Any, actor: Actor) -> Verdict:
    """The auditors of the audit in which the finding was recorded."""
    return assigned(finding, actor)


def may_agree_plan(finding: Any, actor: Actor) -> Verdict:
    """There is a plan, and an assigned auditor agrees to it."""
    if not finding.plan:
        return refused(_("The partner has not proposed a plan yet."), code="no_plan", rule="finding.agree_plan")
    return assigned_to_finding(finding, actor)


def later_than(due: date, until: date) -> Verdict:
    """More time is a day after the one that holds, and still to come."""
    if until > max(due, clock.today()):
        return ALLOWED
    return refused(
        _("Choose a day after %(day)s that is still to come.") % {"day": due.isoformat()},
        code="not_later",
        rule="finding.extend",
    )
