"""What becomes of an accreditation when a document that it rests on ends: reminders, then suspension."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants import notices_places as notices
from grants.models import DocumentReminder, Environment
from grants.queries.attested_document import documents_to_announce, ended_documents
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, refused
from portal.workflow import as_deed, lock, move, record

RULE = "environment.documents"


@as_deed
def remind_of_documents(*, environment: Environment, by: Actor) -> Environment:
    """Tell the institution which documents behind what it attests end soon: each once for each of the notices.

    Raises Conflict where there is nothing to tell.
    """
    lock(environment)
    due = documents_to_announce(environment.pk, clock.today()) if environment.state == "accredited" else []
    if not due:
        raise Conflict(refused(_("This was announced already."), code="not_due", rule=RULE))
    record(
        environment,
        "remind",
        by=by,
        says=ngettext("Reminder of the end of a document", "Reminder of the end of documents", len(due)),
        detail={str(row.pk): {"valid_until": row.valid_until, "notice": days} for row, days in due},
        about=[environment.institution_id, *(row.pk for row, _days in due)],
    )
    DocumentReminder.objects.bulk_create(
        DocumentReminder(environment=environment, evidence=row, days=days, at=clock.now()) for row, days in due
    )
    for row, days in due:
        notices.tell_institution(
            notices.DOCUMENT_ENDING,
            environment,
            key=f"document:{row.pk}:{days}",
            document=row.name,
            last=notices.day(row.valid_until),
        )
    return environment


@as_deed
def suspend_for_documents(*, environment: Environment, by: Actor) -> Environment:
    """A document that an answer rests on has ended: what was accredited is no longer shown, so nothing runs there.

    It is a drift like any other: the institution answers anew, and an authority looks. Raises Conflict where none has.
    """
    lock(environment)
    ended = list(ended_documents(environment.pk, clock.today())) if environment.state == "accredited" else []
    if not ended:
        raise Conflict(refused(_("No document has ended."), code="not_due", rule=RULE))
    names = "; ".join(f"{row.name} ({notices.day(row.valid_until)})" for row in ended)
    why = _("Documents behind what was attested have ended: %(names)s.") % {"names": names}
    move(
        environment,
        "drift",
        by=by,
        changes={"suspended_at": clock.now(), "suspended_why": why[:2000]},
        says=_("A document that an answer rests on has ended; accreditation is suspended"),
        detail={"documents": {str(row.pk): row.valid_until for row in ended}},
        about=[environment.institution_id, *(row.pk for row in ended)],
    )
    key = f"documents:{notices.moment_key()}"
    notices.tell_institution(notices.SUSPENDED, environment, key=key, reason=why)
    notices.tell_desk(notices.DOCUMENT_ENDED, environment, key=key, reason=why)
    return environment
