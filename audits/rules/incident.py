"""Rules of incidents and of what is due about them: verdicts on objects passed in; no queries, no writes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audits.rules.marking import HIDDEN_FROM_AUDITORS
from audits.rules.parties import own_authority, own_institution, somebody_else
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, first_refusal, refused


def may_report(incident: Any, actor: Actor) -> Verdict:
    """Partner staff report on their own institution; authorities and providers on any."""
    if actor.has("applicant"):
        return own_institution(incident, actor)
    return ALLOWED


def party_to(incident: Any, actor: Actor) -> Verdict:
    """The institution, whoever reported it, the authority on the case, or the provider of the release concerned."""
    bodies = {incident.institution_id, incident.reported_by_body_id, incident.authority_id}
    if incident.release is not None:
        bodies.add(incident.release.provider_id)
    if actor.body_id is not None and actor.body_id in bodies:
        return ALLOWED
    return refused(_("This incident is none of your organisation’s."), code="other_body", rule="incident.party")


def may_close_incident(incident: Any, actor: Actor) -> Verdict:
    """Closed by a case officer who neither reported nor resolved it."""
    return first_refusal(
        own_authority(incident, actor),
        lambda: somebody_else(
            actor, incident.reported_by_id, incident.resolved_by_id, did=_("you reported or resolved it")
        ),
    )


def stops_as_shown(*, seen: str, now: str) -> Verdict:
    """Whoever stops access confirms what stops with it: `seen` is the digest of what the page showed."""
    if seen == now:
        return ALLOWED
    return refused(
        _("What would stop has changed since you opened this page. Read it again, then stop access."),
        code="changed",
        rule="incident.hold",
    )


def not_in_future(*moments: datetime | None) -> Verdict:
    """Nothing that happened or was noticed lies ahead of the clock."""
    if all(moment is None or moment <= clock.now() for moment in moments):
        return ALLOWED
    return refused(_("This moment is still to come. Check date and time."), code="future", rule="incident.report")


def nothing_owed(*, owed: int) -> Verdict:
    """An incident is closed when everything that had to be filed about it was."""
    if owed == 0:
        return ALLOWED
    return refused(
        _("%(count)s reports about this incident are still owed.") % {"count": owed},
        code="reports_owed",
        rule="incidents.deadlines",
    )


UNDER_WAY = ("reported", "triaged", "contained", "resolved")
"""States in which somebody works on it: it is neither over nor merged into another."""


LEARNED = ("resolved", "closed")
"""States in which cause and lessons are written down."""


def lesson_of(incident: Any, audit: Any, actor: Actor) -> Verdict:
    """A finding is made of the lessons of an incident of the audited institution, by who had no part in the incident.

    Not where the marking keeps the incident to the people on its case.
    """
    if incident.institution_id != audit.institution_id or incident.authority_id != audit.authority_id:
        return refused(
            _("This incident is none of the institution and authority of the audit."),
            code="other_institution",
            rule="finding.record",
        )
    if incident.state not in LEARNED or not incident.lessons or incident.marking in HIDDEN_FROM_AUDITORS:
        return refused(_("No lesson of this incident can be used here."), code="no_lesson", rule="finding.record")
    people = (incident.reported_by_id, incident.resolved_by_id, incident.closed_by_id)
    return somebody_else(actor, *people, did=_("you reported, resolved or closed the incident"))


def worked_on(original: Any, *, than: Any) -> Verdict:
    """A duplicate is merged into another incident that is being worked on; so no two ever point at each other."""
    if original.pk != than.pk and original.state in UNDER_WAY:
        return ALLOWED
    return refused(_("Choose another incident that is being worked on."), code="no_original", rule="incident.duplicate")


def nothing_filed_since(*, filed: bool) -> Verdict:
    """What was filed since the merging was meant for both: it cannot be told apart any more."""
    if not filed:
        return ALLOWED
    return refused(
        _("A report was filed since they were merged, and it speaks of both. They stay merged."),
        code="filed_since",
        rule="incident.duplicate",
    )


def bound_body(deadline: Any, incident: Any) -> UUID | None:
    """The organisation whose duty it is: the partner, the provider of the release, or the authority on the case."""
    if deadline.duty == "provider":
        return incident.release.provider_id if incident.release is not None else None
    found: UUID | None = incident.authority_id if deadline.duty == "authority" else incident.institution_id
    return found


def still_runs(deadline: Any) -> Verdict:
    """It is neither filed nor no longer due."""
    if deadline.is_running:
        return ALLOWED
    return refused(
        _("This was filed already, or is no longer due."),
        code="already_done",
        rule=f"incidents.deadlines.{deadline.rule}",
    )


def may_file(deadline: Any, incident: Any, actor: Actor) -> Verdict:
    """Filed by whom the rule binds; the authority on the case notes what reached it another way."""
    verdict = still_runs(deadline)
    if not verdict:
        return verdict
    if actor.body_id is not None and actor.body_id in (bound_body(deadline, incident), incident.authority_id):
        return ALLOWED
    return refused(
        _("Another organisation has to file this."), code="other_body", rule=f"incidents.deadlines.{deadline.rule}"
    )


def may_report_on(deadline: Any, incident: Any, actor: Actor) -> Verdict:
    """A report is written by whom the rule binds, and something can be added to what it filed already."""
    if deadline.is_running:
        return may_file(deadline, incident, actor)
    if deadline.met_at is None:
        return still_runs(deadline)
    if actor.body_id is not None and actor.body_id == bound_body(deadline, incident):
        return ALLOWED
    return refused(
        _("Another organisation has to file this."), code="other_body", rule=f"incidents.deadlines.{deadline.rule}"
    )


def complete_incident_report(*, problems: Collection[str]) -> Verdict:
    """Every question of the form is answered validly; `problems` are the words for those that are not."""
    if not problems:
        return ALLOWED
    return refused(
        _("These questions need another look: %(labels)s.") % {"labels": "; ".join(problems)},
        code="incomplete",
        rule="incidents.forms",
    )


def same_draft(*, saved: int, seen: int) -> Verdict:
    """Nobody of the organisation saved the draft since the page was opened."""
    if saved == seen:
        return ALLOWED
    return refused(
        _("A colleague, or another tab, saved this draft meanwhile. Check what is new, then save again to keep yours."),
        code="stale",
        rule="incidents.drafts",
    )


def sent_in_time(moment: datetime, deadline: Any, incident: Any) -> Verdict:
    """It was sent once the incident was known, and not in the future. What recurs may be sent before its turn."""
    if incident.aware_at <= moment <= clock.now():
        return ALLOWED
    return refused(
        _("Enter when it was sent: after the incident was noticed, and not later than now."),
        code="wrong_moment",
        rule=f"incidents.deadlines.{deadline.rule}",
    )


MOST_MESSAGES = 50


def few_messages(count: int) -> Verdict:
    """A reporter writes on, but not without end: who found the code could fill the desk."""
    if count < MOST_MESSAGES:
        return ALLOWED
    return refused(
        _("There are too many messages under this code. Send a new report."), code="too_many", rule="public_report"
    )
