"""Rules of audits, incidents and enforcement: verdicts on objects passed in; no queries, no writes.

Guards of the state tables are here too: they take any object of the noun, so that this module needs no model.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audits.rules_programme import is_announced, ready_to_begin
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, first_refusal, refused
from portal.rulebook.durations import add_months


# --- whose case it is -----------------------------------------------------------------------------
def own_institution(subject: Any, actor: Actor) -> Verdict:
    """Staff of an institution act for that institution only."""
    if actor.body_id is not None and actor.body_id == subject.institution_id:
        return ALLOWED
    return refused(_("Only staff of this institution may do this."), code="other_body", rule="audits.own_institution")


def own_authority(subject: Any, actor: Actor) -> Verdict:
    """Officers act on cases of their own authority; the portal's sweeps on all."""
    if actor.has("system") or subject.authority_id is None or actor.body_id == subject.authority_id:
        return ALLOWED
    return refused(
        _("Another authority runs this case. Ask its case officers."), code="other_body", rule="audits.own_authority"
    )


def assigned(subject: Any, actor: Actor) -> Verdict:
    """Auditors work on what is assigned to them; `assigned_ids` are the accounts of those who are."""
    if actor.user_id in subject.assigned_ids:
        return ALLOWED
    return refused(
        _("This audit is not assigned to you. A case officer of the authority assigns auditors."),
        code="not_assigned",
        rule="audit.assigned",
    )


# --- independence ---------------------------------------------------------------------------------
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


def somebody_else(actor: Actor, *others: UUID | None, did: object) -> Verdict:
    """The actor is none of the others; `did` says in words what those had done."""
    if actor.user_id is None or actor.user_id not in others:
        return ALLOWED
    return refused(
        _("Somebody else has to do this: %(did)s.") % {"did": did}, code="same_person", rule="audits.somebody_else"
    )


# --- audits ---------------------------------------------------------------------------------------
def may_notify(audit: Any, actor: Actor) -> Verdict:
    """An audit is announced once it has an auditor, unless it is an unannounced one."""
    if not audit.assigned_ids:
        return refused(_("Assign an auditor first."), code="no_auditor", rule="audit.notify")
    return first_refusal(is_announced(audit), lambda: own_authority_or_assigned(audit, actor))


def may_begin(audit: Any, actor: Actor) -> Verdict:
    """Begun by an auditor assigned, after the announcement where there is one, once the sample can be drawn."""
    return first_refusal(assigned(audit, actor), lambda: ready_to_begin(audit))


def own_authority_or_assigned(subject: Any, actor: Actor) -> Verdict:
    """Case officers of the authority, the auditors assigned, and the portal's sweeps."""
    if actor.has("system"):
        return ALLOWED
    if actor.has("case_officer") and own_authority(subject, actor):
        return ALLOWED
    return assigned(subject, actor)


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


# --- findings -------------------------------------------------------------------------------------
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


# --- enforcement and appeals ----------------------------------------------------------------------
def may_hear(case: Any, actor: Actor) -> Verdict:
    """The partner's side was given, or its time has passed."""
    if case.answered_at is None and (case.answer_due is None or case.answer_due >= clock.today()):
        return refused(
            _("The partner still has time to answer the notice."),
            code="awaiting_answer",
            rule="enforcement.notice_working_days",
        )
    return own_authority(case, actor)


def may_answer(case: Any, actor: Actor) -> Verdict:
    """The partner answers a notice once."""
    if case.answered_at is not None:
        return refused(_("Your answer was sent already."), code="already_done", rule="enforcement.answer")
    return own_institution(case, actor)


def may_sign(case: Any, actor: Actor) -> Verdict:
    """Whoever opened the case, proposed the measure or heard the partner does not decide; nor does a deputy."""
    if actor.stands_for is not None:
        return refused(
            _("A deputy signs applications and grant requests. Measures are decided by signatories in person."),
            code="deputy",
            rule="enforcement.ladder",
        )
    return somebody_else(
        actor, case.opened_by_id, case.proposed_by_id, case.heard_by_id, did=_("you worked on this case")
    )


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


def complete_report(*, problems: Collection[str]) -> Verdict:
    """Every question that the rulebook asks is answered validly; `problems` are the labels of those that are not."""
    if not problems:
        return ALLOWED
    return refused(
        _("These questions need another look: %(labels)s.") % {"labels": "; ".join(problems)},
        code="incomplete",
        rule="obligations",
    )


def same_case(subject: Any, institution_id: UUID) -> Verdict:
    """What is named with a case belongs to the same institution."""
    if subject is None or subject.institution_id == institution_id:
        return ALLOWED
    return refused(
        _("What you named belongs to another institution."), code="other_institution", rule="audits.same_case"
    )


def read_this(seen: str, content: str) -> Verdict:
    """A signature is bound to what was read: `seen` is the digest shown, `content` the present one."""
    if seen == content:
        return ALLOWED
    return refused(
        _("The case has changed since you read it. Read it again, then sign."), code="changed", rule="enforcement.sign"
    )


def signs_once(actor: Actor, signed: Collection[Any]) -> Verdict:
    """Nobody signs the same decision twice; `signed` has the people who did."""
    if any(item.person == actor.user_id for item in signed):
        return refused(_("You have signed this already."), code="signed", rule="enforcement.sign")
    return ALLOWED


def within_months(step: Any, until: date | None, *, measure: str) -> Verdict:
    """An effect ends within the rung's `max_months`; a day is needed where the rung has such a limit."""
    rule = f"enforcement.ladder.{measure}"
    if until is not None and until <= clock.today():
        return refused(_("Choose a day that is still to come."), code="past", rule=rule)
    if step.max_months is None:
        return ALLOWED
    latest = add_months(clock.today(), step.max_months)
    if until is None or until > latest:
        return refused(
            _("Name the day on which it ends, at the latest %(day)s.") % {"day": latest.isoformat()},
            code="too_long",
            rule=rule,
        )
    return ALLOWED


def own_documents(*, named: Collection[str], known: Collection[str]) -> Verdict:
    """Documents named in a report are stored ones of the institution itself."""
    if set(named) <= set(known):
        return ALLOWED
    return refused(
        _("A document that you named is not in your institution’s library."), code="no_document", rule="obligations"
    )


def later_than(due: date, until: date) -> Verdict:
    """More time is a day after the one that holds, and still to come."""
    if until > max(due, clock.today()):
        return ALLOWED
    return refused(
        _("Choose a day after %(day)s that is still to come.") % {"day": due.isoformat()},
        code="not_later",
        rule="finding.extend",
    )
