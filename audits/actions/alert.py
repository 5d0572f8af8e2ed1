"""Deeds on alerts: the portal raises each once; a person judges, and every verdict stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from audits.actions.incident import Concerns, report_incident
from audits.alert_reasons import reason_of, times_of
from audits.models import Alert, AlertKind, AlertRecurrence, AlertVerdict
from audits.queries.cases import authority_of
from audits.states import ALERT
from grants.models import LineDay, UsageAlert
from partners.models import Institution
from portal.core import clock
from portal.core.actors import Actor
from portal.core.canonical import digest
from portal.core.references import next_reference
from portal.ledger.models import Tier
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, move, record


@dataclass(frozen=True, slots=True)
class Occasion:
    """What an alert is raised for. `key` is the same whenever the same thing is found again.

    `cause`: what comes again day by day where nothing is done about it, in words that are the same then; empty where
    each occasion is news.
    """

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
    cause: tuple[object, ...] = ()


@as_deed
def raise_alert(*, institution: Institution, occasion: Occasion, by: Actor) -> Alert:
    """Raise an alert, once for its occasion: where it is there, that one.

    Where one of the same cause waits to be judged, the occasion is added to it.
    """
    there: Alert | None = Alert.objects.filter(occasion=occasion.key).first()
    if there is not None:
        return there
    cause = ""
    if occasion.cause:
        cause = digest([str(part) for part in (occasion.kind, occasion.institution_id, *occasion.cause)])
        again = _again(occasion, cause, by)
        if again is not None:
            return again
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
        cause=cause,
    )
    detail = {"kind": str(occasion.kind), "occasion": occasion.key, "facts": occasion.facts}
    create(alert, "raise", by=by, rulebook=alert.rulebook, detail=detail, tier=Tier.AUTHORITY)
    return alert


def _again(occasion: Occasion, cause: str, by: Actor) -> Alert | None:
    """The alert to which the occasion was added, now or before; None where none of that cause waits to be judged.

    Occasions of one partner wait here for one another.
    """
    Institution.objects.select_for_update(no_key=True).get(pk=occasion.institution_id)
    added: Alert | None = Alert.objects.filter(recurrences__occasion=occasion.key).first()
    if added is not None:
        return added
    waiting: Alert | None = Alert.objects.filter(cause=cause, state__in=ALERT.open_states).first()
    if waiting is None:
        return None
    lock(waiting)
    return _add(waiting, occasion, by) if waiting.state in ALERT.open_states else None


def _add(alert: Alert, occasion: Occasion, by: Actor) -> Alert:
    """The same once more: counted, and kept with its own numbers. What was first told of it stays."""
    row = AlertRecurrence(
        alert=alert,
        occasion=occasion.key,
        begins_at=occasion.begins_at,
        ends_at=occasion.ends_at,
        facts=occasion.facts,
        added_at=clock.now(),
    )
    changes = {"times": alert.times + 1, "last_at": max(alert.last_at or alert.ends_at, occasion.ends_at)}
    detail = {"occasion": occasion.key, "facts": occasion.facts}
    record(alert, "recur", by=by, changes=changes, detail=detail, rulebook=alert.rulebook, tier=Tier.AUTHORITY)
    row.save(force_insert=True)
    return alert


@as_deed
def alert_of_scope(*, use: UsageAlert, by: Actor) -> Alert:
    """Raise an alert for use that no grant covered, or count the day with one that waits about the same attempts."""
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
            cause=(use.kind, use.release_id, use.use_case, use.environment_key, use.data_class, use.line_id),
        ),
        by=by,
    )


@as_deed
def alert_of_limit(*, used: LineDay, by: Actor) -> Alert:
    """Raise an alert for a line of which a day's limit was reached, or count the day with one that waits about it."""
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
            cause=(line.pk,),
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
        description=" ".join(filter(None, [reason_of(alert), times_of(alert)])),
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
