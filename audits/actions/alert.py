"""Deeds on alerts: the portal raises each once; a person judges, and every verdict stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from audits.actions.incident import Concerns, report_incident
from audits.alert_reasons import reason_of
from audits.models import Alert, AlertKind, AlertVerdict
from audits.queries.cases import authority_of
from grants.models import LineDay, UsageAlert
from partners.models import Institution
from portal.core import clock
from portal.core.actors import Actor
from portal.core.references import next_reference
from portal.ledger.models import Tier
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, move


@dataclass(frozen=True, slots=True)
class Occasion:
    """What an alert is raised for. `key` is the same whenever the same thing is found again."""

    kind: AlertKind
    key: str
    institution_id: UUID
    begins_at: datetime
    ends_at: datetime
    facts: dict[str, Any]
    release_id: UUID | None = None
    use_case: str = ""
    line_id: UUID | None = None
    gateway_id: UUID | None = None
    score: float | None = None


@as_deed
def raise_alert(*, institution: Institution, occasion: Occasion, by: Actor) -> Alert:
    """Raise an alert, once for its occasion: where it is there, that one."""
    there: Alert | None = Alert.objects.filter(occasion=occasion.key).first()
    if there is not None:
        return there
    alert = Alert(
        reference=next_reference("AL"),
        kind=occasion.kind,
        occasion=occasion.key,
        institution=institution,
        authority_id=authority_of(institution),
        release_id=occasion.release_id,
        use_case=occasion.use_case,
        line_id=occasion.line_id,
        gateway_id=occasion.gateway_id,
        begins_at=occasion.begins_at,
        ends_at=occasion.ends_at,
        facts=occasion.facts,
        score=occasion.score,
        rulebook=rules().version,
    )
    detail = {"kind": str(occasion.kind), "occasion": occasion.key, "facts": occasion.facts}
    create(alert, "raise", by=by, rulebook=alert.rulebook, detail=detail, tier=Tier.AUTHORITY)
    return alert


@as_deed
def alert_of_scope(*, use: UsageAlert, by: Actor) -> Alert:
    """Raise an alert for use that no grant covered. One for each kind, key and day, as it is counted."""
    lock(use)
    facts = {
        "why": use.kind, "requests": use.requests, "denied": use.denied, "environment": use.environment_key,
        "data_class": use.data_class,
    }  # fmt: skip
    begins, ends = _day(use.day)
    return raise_alert(
        institution=use.institution,
        occasion=Occasion(
            AlertKind.OUT_OF_SCOPE,
            f"out_of_scope:{use.pk}",
            use.institution_id,
            begins,
            ends,
            facts,
            use.release_id,
            use.use_case,
            use.line_id,
        ),
        by=by,
    )


@as_deed
def alert_of_limit(*, used: LineDay, by: Actor) -> Alert:
    """Raise an alert for a line of which a day's limit was reached."""
    lock(used)
    line = used.line
    facts = {
        "requests": used.requests, "tokens": used.tokens, "requests_limit": line.requests_per_day,
        "tokens_limit": line.tokens_per_day, "denied": used.denied,
    }  # fmt: skip
    begins, ends = _day(used.day)
    return raise_alert(
        institution=line.institution,
        occasion=Occasion(
            AlertKind.LIMIT,
            f"limit:{used.pk}",
            line.institution_id,
            begins,
            ends,
            facts,
            line.release_id,
            line.use_case,
            line.pk,
        ),
        by=by,
    )


def _day(day: Any) -> tuple[datetime, datetime]:
    begins = datetime.combine(day, time(), UTC)
    return begins, begins + timedelta(days=1)


# --- what people make of it -----------------------------------------------------------------------
@as_deed
def question_alert(*, alert: Alert, note: str, by: Actor) -> Alert:
    """Note what has to be known before it can be judged. The alert stays open."""
    _judge(alert, "question", AlertVerdict.Verdict.QUESTION, note, by)
    return alert


@as_deed
def clear_alert(*, alert: Alert, note: str, by: Actor) -> Alert:
    """Judge it as nothing: a false alarm of its kind."""
    _judge(alert, "clear", AlertVerdict.Verdict.NOTHING, note, by)
    return alert


@as_deed
def escalate_alert(*, alert: Alert, severity: str, kind: str, title: str, note: str, by: Actor) -> Alert:
    """Judge it as an incident, which is opened with the reason of the alert as what happened."""
    lock(alert)
    incident = report_incident(
        institution=alert.institution,
        severity=severity,
        kind=kind,
        title=title,
        description=reason_of(alert),
        aware_at=clock.now(),
        occurred_at=alert.begins_at,
        concerns=Concerns(line=alert.line, release=alert.release),
        by=by,
    )
    _judge(alert, "escalate", AlertVerdict.Verdict.INCIDENT, note, by, incident=incident)
    return alert


def _judge(alert: Alert, verb: str, verdict: str, note: str, by: Actor, **changes: Any) -> None:
    moment = clock.now()
    move(
        alert,
        verb,
        by=by,
        changes={"judged_at": moment, **changes},
        rulebook=alert.rulebook,
        detail={"verdict": str(verdict), "note": note},
        tier=Tier.AUTHORITY,
    )
    AlertVerdict.objects.create(
        alert=alert, verdict=verdict, note=note, given_by_id=by.person_id, body_id=by.organisation_id, given_at=moment
    )
