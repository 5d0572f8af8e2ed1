"""What the portal does by itself to keep the programme: announce in time, ask for auditors, plan follow-ups."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from audits import notices
from audits.actions.audit import country_of, notify_audit, reschedule_audit
from audits.actions.planning import recorded_plan
from audits.models import Audit
from audits.programme import announce_by
from audits.queries.programme import last_remedy, to_follow_up
from portal.core import clock
from portal.core.actors import Actor
from portal.core.references import next_reference
from portal.rulebook.durations import add_working_days, working_day_from
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, require_deed


@as_deed
def announce_audit(*, audit: Audit, by: Actor) -> Audit:
    """Announce an audit that is due to be. One for which that is too late moves first: the partner has its time.

    The rulebook's `audits.intervals.<tier>.notice_working_days` is what the partner can count on.
    """
    lock(audit)
    notice = rules(audit.rulebook).audits.intervals[audit.tier].notice_working_days
    earliest = add_working_days(clock.today(), notice, country_of(audit.institution_id))
    if audit.state == "planned" and earliest > audit.planned_for:
        reason = _("Moved so that the partner has its %(count)s working days of notice.") % {"count": notice}
        reschedule_audit(audit=audit, planned_for=earliest, reason=reason, by=by)
    return notify_audit(audit=audit, by=by)


@as_deed
def ask_for_auditor(*, audit: Audit, by: Actor) -> Audit:
    """Tell the officers that nobody is assigned though the audit comes near. Changes nothing of it."""
    require_deed()
    lock(audit)
    if audit.state == "planned" and not audit.assigned_ids:
        notices.auditor_needed(audit)
    return audit


@as_deed
def plan_follow_up(*, audit: Audit, by: Actor) -> Audit | None:
    """Plan the follow-up of a closed audit, once: so long after the last remedy was due as the rulebook says.

    It looks at what was found; nothing is drawn. None where somebody else was first.
    """
    lock(audit)
    rulebook = rules()
    if not to_follow_up(rulebook).filter(pk=audit.pk).exists():
        return None
    rule, last = rulebook.audits.follow_up, last_remedy(audit, rulebook)
    assert rule is not None
    notice, country = rulebook.audits.intervals[audit.tier].notice_working_days, country_of(audit.institution_id)
    falls_on = last.remedy_due + timedelta(days=rule.after_days)
    day = working_day_from(max(falls_on, add_working_days(clock.today(), notice, country)), country)
    follow_up = Audit(
        reference=next_reference("AU"),
        institution_id=audit.institution_id,
        authority_id=audit.authority_id,
        kind=Audit.Kind.FOLLOW_UP,
        follows=audit,
        mode=rule.mode,
        tier=audit.tier,
        rulebook=rulebook.version,
        planned_for=day,
        planned_at=clock.now(),
        falls_on=falls_on,
        announce_on=announce_by(day, notice, country),
        why={
            "reason": "follow_up",
            "audit": audit.reference,
            "days": rule.after_days,
            "since": last.remedy_due.isoformat(),
            "tier": audit.tier,
            "falls_on": falls_on.isoformat(),
        },
    )
    return create(follow_up, "plan", by=by, **recorded_plan(follow_up))
