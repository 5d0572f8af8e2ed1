"""Deeds of cases that go on over days: appeals and their panels, silent providers, accepted risks, restrictions.

Each goes as far as the moment lets it; the next time that it is drawn it goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from audits.actions import acceptance as acceptances
from audits.actions import audit as audits
from audits.actions import incident as incidents
from audits.actions.appeal import admit_appeal
from audits.actions.finding import record_finding
from audits.actions.hearing import call_hearing, close_hearing, note_hearing
from audits.actions.panel import draw_panel, grant_stay, refuse_stay
from audits.models import Appeal, Audit, Finding, Incident, RiskAcceptance
from grants.actions.deadline import extend_consent, mark_missed_consent
from grants.models import Grant, GrantLine, Release
from portal.accounts.actor import confirmed
from portal.core import clock
from portal.core.actors import SYSTEM
from tests.factories import appeals as make_appeals
from tests.factories import audits as make_audits
from tests.factories import grants as make
from tests.factories.audits import Stage

if TYPE_CHECKING:
    from tests.dashboards.rollup.deeds import Story

Deed = Callable[["Story"], bool]


def _panel(story: Story) -> bool:
    """An appeal goes on: admitted, its panel drawn, its stay decided, heard, decided by a vote."""
    appeal = story.one(Appeal.objects.filter(state__in=["lodged", "admitted", "heard"]))
    if appeal is None:
        return False
    if appeal.state == "lodged":
        return bool(admit_appeal(appeal=appeal, reason="In time.", by=story.panel))
    if appeal.state == "heard":
        return _voted(story, appeal)
    if not make_appeals.panel_of(appeal):
        return appeal.draw_at < clock.now() and bool(draw_panel(appeal=appeal, by=SYSTEM))
    presiding = make_appeals.panel_of(appeal)[0]
    if not appeal.stay:
        deed = story.rng.choice([grant_stay, refuse_stay])
        return bool(deed(appeal=appeal, reasons="As we see it.", by=presiding))
    if appeal.hearing_at is None:
        return bool(call_hearing(appeal=appeal, at=clock.now() + timedelta(hours=2), place="Room 4", by=presiding))
    if appeal.hearing_at > clock.now():
        return False
    note_hearing(appeal=appeal, text="Both sides spoke.", by=presiding)
    return bool(close_hearing(appeal=appeal, by=presiding))


def _voted(story: Story, appeal: Appeal) -> bool:
    outcome = story.rng.choice(["uphold", "dismiss", "vary"])
    more = {"measure": "warning"} if outcome == "vary" and appeal.case_id else {}
    outcome = outcome if more or outcome != "vary" else "uphold"
    make_appeals.drafted(appeal, outcome, **more)
    for member in make_appeals.panel_of(appeal):
        if appeal.state == "heard":
            make_appeals.voted(appeal, outcome, member)
    return True


RELEASES = 4


def asked_of(story: Story, stage: Stage) -> make.GrantCast:
    """A draft on two lines, for a new release while there are few: each is one more view of everything."""
    uses: tuple[dict[str, str], ...] = ({}, {"use_case": "benchmarking"})
    if Release.objects.count() < RELEASES:
        return make.draft_request(*uses, made=stage.cast)
    known = story.rng.choice(story.granted)
    place = (known.release, make.make_environment(stage.institution, stage.applicant))
    return make.draft_request(*uses, made=stage.cast, places=[place], staff=known.staff)


def _asked(story: Story) -> bool:
    """A request is put before the provider, which says nothing."""
    made = asked_of(story, story.stage)
    make.to_provider(make.review(make.take_up(make.submit(made))))
    if story.rng.random() < 0.3:
        make.consent(made)
    story.asked.append(made)
    return True


def _silence(story: Story) -> bool:
    """Its time is over: the officer gives it more, or decides without what it did not consent to."""
    waiting = [one for one in story.asked if one.request.state == "awaiting_provider"]
    late = [one for one in waiting if one.request.consent_due and one.request.consent_due < clock.now()]
    if not late:
        return False
    made = story.rng.choice(late)
    if made.request.consent_missed_at is None:
        mark_missed_consent(request=made.request, by=SYSTEM)
    if story.rng.random() < 0.2:
        return bool(extend_consent(request=made.request, working_days=3, reason="Once.", by=made.officer))
    make.sign_grant(make.to_signatories(made))
    if Grant.objects.filter(request=made.request).exists():
        story.granted.append(make.accept(made))
    return True


def _risk(story: Story) -> bool:
    """A risk is put before the signatories; what was put before them is signed, refused or withdrawn, or ends."""
    open_ = story.one(RiskAcceptance.objects.filter(state__in=["proposed", "in_force"]))
    if open_ is None or story.rng.random() < 0.4:
        finding = story.one(Finding.objects.filter(state__in=["open", "plan_agreed"]))
        until = clock.today() + timedelta(days=story.rng.randint(5, 90))
        return finding is not None and bool(
            acceptances.propose_acceptance(
                finding=finding, reason="It is small.", until=until, by=story.of(finding).officer
            )
        )
    stage = story.of(open_)
    if open_.state == "in_force":
        if open_.until <= clock.today():
            return bool(acceptances.end_acceptance(finding=open_.finding, by=SYSTEM))
        return bool(acceptances.revoke_acceptance(acceptance=open_, reason="No more.", by=stage.signatory))
    people = [confirmed(stage.signatory), confirmed(stage.other_signatory)]
    if story.rng.random() < 0.2:
        return bool(acceptances.refuse_acceptance(acceptance=open_, seen=open_.digest, reason="Mend it.", by=people[0]))
    for person in people:
        if open_.state == "proposed":
            acceptances.sign_acceptance(acceptance=open_, seen=open_.digest, by=person)
    return True


def _restriction(story: Story) -> bool:
    """A partner is restricted: its decision closes a line or a grant."""
    stage = story.stage
    line = story.one(GrantLine.objects.filter(institution=stage.institution, grant__state="in_force"))
    if line is None:
        return False
    closes = story.rng.choice([[line], [line.grant], [line.environment]])
    _, case = make_audits.heard_case(stage, measure="restriction", closes=closes)
    return bool(make_appeals.signed_by_all(case, stage))


def _stop(story: Story) -> bool:
    """Access is stopped in one step from an incident."""
    incident = story.one(Incident.objects.filter(state__in=["reported", "triaged"]))
    if incident is None:
        return False
    stage = story.of(incident)
    line = story.one(GrantLine.objects.filter(institution=stage.institution))
    target = story.rng.choice([stage.institution, *([line, line.grant] if line else [])])
    return bool(
        incidents.hold_for_incident(
            incident=incident, target=target, reason="Now.", lifted_when="Later.", by=stage.signatory
        )
    )


def _lesson(story: Story) -> bool:
    """What an incident taught becomes a finding of an audit."""
    stage, severity = story.stage, story.rng.choice(["low", "high", "critical"])
    audit = story.one(Audit.objects.filter(state="fieldwork", institution=stage.institution))
    if audit is None:
        audit = make_audits.audit_for_cause(stage)
        begun(audit, stage)
    _, incident = make_audits.triaged_incident(stage)
    incidents.contain_incident(incident=incident, how="Keys are new.", by=stage.officer)
    incidents.resolve_incident(incident=incident, cause="Haste", lessons="Two look at each.", by=stage.officer)
    by = stage.auditor
    return bool(
        record_finding(audit=audit, severity=severity, title="As before", description="So.", incident=incident, by=by)
    )


def begun(audit: Audit, stage: Stage) -> object:
    if audit.state not in ("planned", "notified"):
        return False
    audits.assign_auditor(audit=audit, auditor=stage.auditor.user, by=stage.officer)
    if audit.state == "planned":
        audits.notify_audit(audit=audit, by=stage.officer)
    return make_audits.begun_now(audit, officer=stage.officer, auditor=stage.auditor)


MORE: tuple[Deed, ...] = (
    _panel,
    _panel,
    _panel,
    _asked,
    _silence,
    _silence,
    _risk,
    _risk,
    _restriction,
    _stop,
    _lesson,
)
