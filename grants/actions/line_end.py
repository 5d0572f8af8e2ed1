"""The end of a line by its last day, while its grant goes on."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from grants import notices
from grants.actions.grant import end_if_over
from grants.models import GrantLine, LineEnd
from grants.queries.grant import ended_lines
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, refused
from portal.workflow import as_deed, lock, record


@as_deed
def end_line(*, line: GrantLine, by: Actor) -> LineEnd:
    """Record that its last day has passed, and tell the institution and the provider. The gate needs no such row.

    With the last line that is left, the grant ends. Raises Conflict where it has not ended, or is noted already.
    """
    grant = line.grant
    lock(grant)
    due = ended_lines(clock.today()).filter(pk=line.pk).first()
    if due is None:
        raise Conflict(refused(_("It has not ended, or that is noted already."), code="not_due", rule="grant.end_line"))
    last_day: date = due.last_day  # type: ignore[attr-defined]  # annotated in ended_lines
    record(
        grant,
        "end_line",
        by=by,
        rulebook=grant.rulebook,
        says=_("Line %(number)s has ended") % {"number": line.number},
        detail={"line": line.number, "last_day": last_day},
        about=[grant.institution_id, line.pk, line.provider_id],
    )
    row = LineEnd(line=line, last_day=last_day, noted_at=clock.now())
    row.save(force_insert=True)
    told = [*notices.people_of(grant.institution_id), *members_with("provider_staff", line.provider_id)]
    notices.tell_about_grant(
        notices.LINE_OVER, grant, to=told, key=f"over:{line.pk}", line=line.number, day=notices.day(last_day)
    )
    end_if_over(grant)
    return row
