"""Audits: who is independent, when one is announced, begun, answered and closed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from audits.rules.parties import assigned, own_authority, own_authority_or_assigned, own_institution, somebody_else
from audits.rules.programme import is_announced, ready_to_begin
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, first_refusal, refused


def independent(*, parts: Collection[str], member: bool, conflict: bool = False) -> Verdict:
    """An auditor had no part in the institution's case (`parts`: roles in which they had), never belonged to it, and
    declared no conflict of interest.
    """
    if conflict:
        return refused(
            _("This person declared a conflict of interest with the institution. Choose somebody else."),
            code="not_independent",
            rule="audit.independence",
        )
    if member:
        return refused(
            _("This person belongs or belonged to the institution. Choose somebody else."),
            code="not_independent",
            rule="audit.independence",
        )
    if parts:
        return refused(
            _("This person had a part in the institution’s case (%(roles)s). Choose somebody else.")
            % {"roles": ", ".join(sorted(part.replace("_", " ") for part in parts))},
            code="not_independent",
            rule="audit.independence",
        )
    return ALLOWED


def may_notify(audit: Any, actor: Actor) -> Verdict:
    """An audit is announced once it has an auditor, unless it is an unannounced one."""
    if not audit.assigned_ids:
        return refused(_("Assign an auditor first."), code="no_auditor", rule="audit.notify")
    return first_refusal(is_announced(audit), lambda: own_authority_or_assigned(audit, actor))


def may_begin(audit: Any, actor: Actor) -> Verdict:
    """Begun by an auditor assigned, after the announcement where there is one, once the sample can be drawn."""
    return first_refusal(assigned(audit, actor), lambda: ready_to_begin(audit))


def may_respond(audit: Any, actor: Actor) -> Verdict:
    """The partner answers a report once; what was answered stays."""
    if audit.responded_at is not None:
        return refused(_("Your response was sent already."), code="already_done", rule="audit.respond")
    return own_institution(audit, actor)


def may_close(audit: Any, actor: Actor) -> Verdict:
    """Closing takes a case officer who did not audit, and the partner's response or the end of the time for it."""
    return first_refusal(
        own_authority(audit, actor),
        lambda: _heard(audit),
        lambda: somebody_else(actor, *audit.worker_ids, did=_("you worked on this audit")),
    )


def _heard(audit: Any) -> Verdict:
    if audit.responded_at is not None or (audit.response_due is not None and audit.response_due < clock.today()):
        return ALLOWED
    return refused(
        _("The partner still has time to respond to the report."),
        code="awaiting_response",
        rule="audits.response_working_days",
    )


def not_past(day: date) -> Verdict:
    """Nothing is planned for a day that has passed."""
    if day >= clock.today():
        return ALLOWED
    return refused(_("Choose a day that has not passed."), code="past", rule="audit.plan")


def report_ready(*, untested: int) -> Verdict:
    """A report is drafted when every control on the checklist has a result."""
    if untested == 0:
        return ALLOWED
    return refused(
        _("%(count)s controls have no result yet. Record each; “not applicable” is a result too.")
        % {"count": untested},
        code="untested",
        rule="audit.draft",
    )
