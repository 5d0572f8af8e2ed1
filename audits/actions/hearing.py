"""Deeds on the hearing of an appeal: calling both sides, what they say, and what the panel writes down."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from audits import notices
from audits.actions.appeal import about, take
from audits.actions.papers import as_detail, keep_papers, to_send
from audits.models import Appeal, AppealStatement, HearingNote
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.workflow import as_deed, can, move, record


@as_deed
def call_hearing(*, appeal: Appeal, at: datetime, place: str, by: Actor, zone: str = "UTC") -> Appeal:
    """Call both sides to a hearing; again for another time. The stay is decided before.

    `zone` is the IANA zone by whose clock the hearing is announced.
    """
    take(appeal)
    require(can(appeal, "call_hearing", by))
    if at <= clock.now():
        require(refused(_("Choose a time that is still to come."), code="past", rule="appeal.hearing"))
    changes = {"hearing_at": at, "hearing_zone": zone, "hearing_place": place.strip()}
    record(
        appeal,
        "call_hearing",
        by=by,
        changes=changes,
        detail={"at": at.isoformat(), "zone": zone, "place": place},
        about=about(appeal),
    )
    notices.hearing_called(appeal)
    return appeal


@as_deed
def add_statement(*, appeal: Appeal, text: str, by: Actor, documents: Collection[UUID] = ()) -> AppealStatement:
    """What the partner, or the authority whose decision it is, says. The panel and the other side read it."""
    take(appeal)
    require(can(appeal, "state", by))
    papers = to_send(institution_id=appeal.institution_id, about=appeal.pk, documents=documents, by=by)
    concerns = [*about(appeal), *(paper.pk for paper in papers)]
    detail = {"text": text, **as_detail(papers)}
    record(appeal, "state", by=by, detail=detail, rulebook=appeal.rulebook, about=concerns)
    statement = AppealStatement.objects.create(
        appeal=appeal,
        by_partner=by.body_id == appeal.institution_id,
        text=text.strip(),
        written_by_id=by.person_id,
        body_id=by.organisation_id,
        written_at=clock.now(),
    )
    keep_papers(papers, statement=statement)
    notices.statement_added(statement)
    return statement


@as_deed
def note_hearing(*, appeal: Appeal, text: str, by: Actor) -> HearingNote:
    """Write down what was said. Both sides can read it; a correction is another note."""
    take(appeal)
    record(appeal, "note", by=by, detail={"text": text}, rulebook=appeal.rulebook, about=about(appeal))
    return HearingNote.objects.create(
        appeal=appeal, text=text.strip(), written_by_id=by.person_id, written_at=clock.now()
    )


@as_deed
def close_hearing(*, appeal: Appeal, by: Actor) -> Appeal:
    """Both sides were heard, and notes of it are on file: the panel drafts and votes."""
    take(appeal)
    require(can(appeal, "hear", by))
    if not appeal.notes.exists():
        require(refused(_("Write down first what was said."), code="no_notes", rule="appeal.hearing"))
    move(appeal, "hear", by=by, changes={"heard_at": clock.now()}, rulebook=appeal.rulebook, about=about(appeal))
    notices.to_decide(appeal)
    return appeal
