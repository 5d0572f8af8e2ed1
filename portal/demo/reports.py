"""Chapter: the reports that partners owe, and what the authorities say to them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from audits.actions.obligation import accept_report, file_report, return_report
from audits.models import Obligation
from audits.queries.known import prefilled
from partners.models.qualification import LIVE
from partners.queries.standing import standing
from portal.core import clock
from portal.demo.parts import part_of
from portal.demo.stage import Partner, Stage
from portal.demo.timeline import Story

WORK = (
    (
        "We ran the agreed test set three times against each release of the grant. Refusals were stable; "
        "over-refusal fell by a third between the two releases. Two prompts gave different answers from one day to "
        "the next, and the provider is looking into why. All work stayed within the lines and in the accredited "
        "environment."
    ),
    (
        "Two campaigns of red-teaming took place, of eight days each. The filter stopped most attempts; those that "
        "passed were reported to the provider the same day, with the transcript, and all but one are fixed in the "
        "present release. The second campaign repeated the first after the fix."
    ),
    (
        "The period went into preparing the tests and a pilot run. The pilot used 6 per cent of the daily limit. Its "
        "lesson is that graders need clearer anchors; we have rewritten the scale and will begin in earnest next "
        "month."
    ),
)
HAZARD = (
    "Role play in a less-used language, with the request split over four turns, passed the filter in 11 of 200 "
    "attempts. The provider was told within two hours and has since closed it; the authority has the transcript."
)
RETURNED = (
    "The number of people who lost access does not agree with your list. Please check the count and file the report "
    "again."
)
CHANGED = "The proxy was replaced by a newer version of the same product. Limits and logging are as attested."


def reading(stage: Stage, every: int = 7) -> Story:
    """Looks every week which reports were newly asked for, and tells when each is filed."""
    since = stage.begins
    while True:
        fresh = Obligation.objects.filter(planned_at__gt=since).order_by("reference")
        since = clock.now()
        for obligation in fresh:
            partner = next(item for item in stage.partners.values() if item.institution.pk == obligation.institution_id)
            fate = fate_of(stage, partner, obligation)
            filed = obligation.due + timedelta(days=partner.rng.randint(-12, 6 if partner.rng.random() < 0.15 else -1))
            if fate in ("submitted", "returned"):
                filed = min(filed, stage.present.date() - timedelta(days=8 if fate == "returned" else 2))
            moment = datetime.combine(max(filed, clock.today()), time(10, partner.rng.randint(0, 59)), UTC)
            stage.timeline.tell(filing(stage, partner, obligation, fate), moment)
        yield clock.now() + timedelta(days=every)


def fate_of(stage: Stage, partner: Partner, obligation: Obligation) -> str:
    """What today's state of this report is, where the partner's part has one; the last report before today gets it."""
    wanted = part_of(partner.body.name, 0).reports
    days_ago = (stage.present.date() - obligation.due).days
    if wanted == "overdue" and 2 <= days_ago <= 100 and obligation.kind == "staff_changes":
        return "overdue"
    if wanted in ("submitted", "returned") and 0 <= days_ago <= 190 and obligation.kind == "staff_changes":
        return wanted
    return "accepted"


def filing(stage: Stage, partner: Partner, obligation: Obligation, fate: str) -> Story:
    """The report is filed and read."""
    if fate == "overdue" or standing(institution_id=partner.institution.pk).state not in LIVE:
        return
    officer = stage.authority(obligation.authority_id).officers[0]
    file_report(obligation=obligation, answers=answers_to(partner, obligation), by=partner.applicant)
    if fate == "submitted":
        return
    yield partner.later(2, 5 if fate == "returned" else 9)
    if fate == "returned" or partner.rng.random() < 0.12:
        return_report(obligation=obligation, reason=RETURNED, by=officer)
        if fate == "returned":
            return
        yield partner.later(3, 8)
        file_report(obligation=obligation, answers=answers_to(partner, obligation), by=partner.applicant)
        yield partner.later(2, 6)
    accept_report(obligation=obligation, by=officer)


def answers_to(partner: Partner, obligation: Obligation) -> dict[str, Any]:
    """What the partner reports; numbers that the portal knows are taken over as they stand."""
    known = {key: item.value for key, item in prefilled(obligation).items()}
    return {**_told(partner, obligation.kind), **known}


def _told(partner: Partner, kind: str) -> dict[str, Any]:
    rng = partner.rng
    if kind == "safety_results":
        found = rng.random() < 0.25
        return {
            "work_done": rng.choice(WORK),
            "hazardous_findings": found,
            **({"hazardous_detail": HAZARD} if found else {}),
        }
    if kind == "security_attestation":
        same = rng.random() < 0.8
        return {"unchanged": same, "security_events": rng.randint(0, 9), **({} if same else {"changes": CHANGED})}
    if kind == "use":
        return {"purpose": rng.choice(WORK), "outside": False}
    return {"late_removals": False}
