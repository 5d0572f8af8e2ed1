"""Reports on incidents: their questions, what they begin with, who may read one, and the sealed ones for checking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from audits.deadlines import AUTHORITY, OVERSIGHT, PROVIDER
from audits.models import Incident, IncidentDeadline, IncidentDraft, IncidentReport
from audits.rules.marking import markings_for, recipient_sees
from partners.letters.words import country
from partners.queries.verify import Document
from portal.core.actors import Actor
from portal.rulebook.answers import check
from portal.rulebook.queries import rules
from portal.rulebook.schema import Question, ReportForm, find
from portal.rulebook.schema.questions import LongTextQuestion

MOST_TEXT = 6000
FRESH = ("updates", "resolved", "cause", "lessons", "containment")
"""Facts that an earlier report could not know: they stand before what it answered."""


def form_of(deadline: IncidentDeadline) -> ReportForm:
    """The form of what is due; a single text where the rulebook has none for it."""
    found = rules(deadline.rulebook).incidents.form_of(deadline.rule, deadline.step)
    return found if found is not None else _plain(deadline)


def _plain(deadline: IncidentDeadline) -> ReportForm:
    question = LongTextQuestion(key="report", type="long_text", label=_("What you report"), max_length=MOST_TEXT)
    return ReportForm(key="plain", title=deadline.label[:200], questions=(question,), known={"report": "what_happened"})


@dataclass(frozen=True)
class Begun:
    """What a form begins with: answers, the marking, and `hidden` where the recipient may not see the incident.

    `version` is the draft's, 0 where there is none yet.
    """

    answers: dict[str, Any]
    marking: str
    hidden: bool
    draft: IncidentDraft | None = None
    earlier: list[IncidentReport] = field(default_factory=list)

    @property
    def version(self) -> int:
        return self.draft.version if self.draft else 0


def begun(deadline: IncidentDeadline, form: ReportForm, body_id: UUID) -> Begun:
    """The draft of that organisation, or what the incident and its earlier reports know. Up to four queries.

    Nothing of the incident goes into a report whose recipient may not see the incident: its writer decides, word by
    word, what may leave.
    """
    incident = deadline.incident
    hidden = not recipient_sees(incident.marking, deadline.recipient)
    draft = IncidentDraft.objects.filter(deadline=deadline, body_id=body_id).select_related("saved_by").first()
    reports = list(
        IncidentReport.objects.filter(incident=incident, deadline__rule=deadline.rule, body_id=body_id)
        .select_related("deadline")
        .order_by("filed_at")
    )
    mine = [report for report in reports if report.deadline_id == deadline.pk]
    if draft is not None:
        return Begun(draft.answers, draft.marking, hidden, draft, mine)
    markings = markings_for(deadline.recipient)
    marking = incident.marking if incident.marking in markings else markings[0]
    if mine:
        return Begun(dict(mine[-1].answers), mine[-1].marking, hidden, None, mine)
    known = {} if hidden else _known(incident, form, reports, deadline.zone, body_id)
    return Begun(known, marking, hidden)


def _known(
    incident: Incident, form: ReportForm, reports: list[IncidentReport], zone: str, body_id: UUID
) -> dict[str, Any]:
    told = {key: value for report in reports for key, value in report.answers.items()}
    found: dict[str, Any] = {}
    own: list[Any] | None = None
    for question in form.questions:
        fact = form.known.get(question.key)
        earlier = told.get(question.key)
        if earlier is not None and fact not in FRESH and check(question, earlier).value is not None:
            found[question.key] = earlier
            continue
        if fact in ("updates", "containment") and own is None:
            own = list(incident.updates.filter(body_id=body_id, deadline=None).order_by("written_at"))
        value = _fact(fact, incident, zone, own or [], reports) if fact else None
        if value:
            found[question.key] = str(value)[: getattr(question, "max_length", MOST_TEXT)]
        elif earlier is not None and check(question, earlier).value is not None:
            found[question.key] = earlier
    return found


def _fact(fact: str, incident: Incident, zone: str, own: list[Any], reports: list[IncidentReport]) -> str:
    """What the incident knows, in words. Of updates only those that the organisation wrote itself."""
    if fact == "updates":
        last = reports[-1].filed_at if reports else None
        return "\n".join(update.text for update in own if last is None or update.written_at > last)
    if fact == "containment":
        since = incident.contained_at
        told = [incident.hold.reason] if incident.hold is not None else []
        return "\n".join([*told, *(update.text for update in own if since and update.written_at >= since)][:2])
    return _FACTS[fact](incident, zone)


def _day(moment: datetime | None, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).date().isoformat() if moment else ""


_FACTS: dict[str, Callable[[Incident, str], str]] = {
    "what_happened": lambda incident, _zone: incident.description,
    "occurred": lambda incident, zone: _day(incident.occurred_at, zone),
    "noticed": lambda incident, zone: _day(incident.aware_at, zone),
    "resolved": lambda incident, zone: _day(incident.resolved_at, zone),
    "severity": lambda incident, _zone: str(incident.get_severity_display()),
    "kind": lambda incident, _zone: find(rules(incident.rulebook).incidents.kinds, incident.kind).label,
    "harms": lambda incident, _zone: "\n".join(
        item.label for item in rules(incident.rulebook).incidents.harms if item.key in incident.harms
    ),
    "model": lambda incident, _zone: str(incident.release or ""),
    "institution": lambda incident, _zone: incident.institution.name,
    "environment": lambda incident, _zone: str(incident.environment or ""),
    "country": lambda incident, _zone: country(
        incident.environment.country if incident.environment else incident.institution.organisation.jurisdiction
    ),
    "cause": lambda incident, _zone: incident.cause,
    "lessons": lambda incident, _zone: incident.lessons,
}


# --- who may read one -----------------------------------------------------------------------------
def readable(rows: QuerySet[IncidentReport], actor: Actor) -> QuerySet[IncidentReport]:
    """Reports that the actor's organisation filed, or that were filed to it. The desk has its own rule.

    A report is read by whom it was written for even where the marking keeps the incident from them, and by nobody
    else: a provider's report to an authority outside is none of the partner's, nor the other way round.
    """
    seen = Q(pk__in=[])
    if actor.has("applicant", "provider_staff"):
        seen |= Q(body_id=actor.body_id)
    if actor.has("provider_staff"):
        seen |= Q(deadline__recipient=PROVIDER, incident__release__provider_id=actor.body_id)
    if actor.has("oversight_member"):
        seen |= Q(deadline__recipient=OVERSIGHT)
    return rows.filter(seen)


def reports_of(family: Mapping[UUID, Incident], actor: Actor | None = None) -> list[IncidentReport]:
    """Reports on an incident and its duplicates in turn: all for the desk, else what `actor` may read. One query."""
    rows = IncidentReport.objects.filter(incident_id__in=list(family))
    rows = rows.select_related("deadline", "body").order_by("filed_at")
    return list(readable(rows, actor) if actor is not None else rows)


def document_of(**known: Any) -> Document | None:
    """The sealed report of that code or digest, for the page that says whether it is genuine. One query."""
    found = IncidentReport.objects.filter(**known).select_related("deadline", "body").first()
    if found is None:
        return None
    newer = IncidentReport.objects.filter(deadline=found.deadline_id, number__gt=found.number).exists()
    return Document(
        kind=_("Report on an incident"),
        institution="",
        authority=found.body.name,
        made_at=found.filed_at,
        holds=not newer,
        note=_("Something was added to it later.") if newer else _("It is what was filed."),
    )


def recipient_name(deadline: IncidentDeadline) -> str:
    """Whom the report is for: the organisation where it has a part in the portal, else the rulebook's words."""
    incident = deadline.incident
    if deadline.recipient == AUTHORITY and incident.authority is not None:
        return incident.authority.name
    if deadline.recipient == PROVIDER and incident.release is not None:
        return incident.release.provider.name
    return find(rules(deadline.rulebook).incidents.recipients, deadline.recipient).label


def moment_in(moment: datetime, zone: str) -> str:
    """A moment in words by the clock of the place whose days count, and where that is."""
    there = moment.astimezone(ZoneInfo(zone))
    return f"{date_format(there, 'DATE_FORMAT')}, {there:%H:%M %Z}"


def labels(form: ReportForm) -> dict[str, Question]:
    """The questions by their keys."""
    return {question.key: question for question in form.questions}
