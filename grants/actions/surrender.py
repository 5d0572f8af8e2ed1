"""Giving back one line of a grant while the rest stays in force."""

from __future__ import annotations

from django.utils.translation import gettext as _

from grants import notices
from grants.actions.grant import surrender_grant
from grants.models import GrantLine, LineSurrender
from grants.queries.grant import is_over
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.workflow import as_deed, lock, record


@as_deed
def surrender_line(*, line: GrantLine, by: Actor, reason: str) -> LineSurrender:
    """Give one line back: it permits nothing from now on. With the last one that is left, the grant is given back.

    Raises Refused without a reason, or where the line was given back before.
    """
    grant, why = line.grant, reason.strip()
    if not why:
        require(refused(_("Say why."), code="no_reason", rule="grant.surrender_line"))
    lock(grant)
    if LineSurrender.objects.filter(line=line).exists():
        require(refused(_("This line was given back already."), code="given_back", rule="grant.surrender_line"))
    record(
        grant,
        "surrender_line",
        by=by,
        rulebook=grant.rulebook,
        says=_("Line %(number)s given back") % {"number": line.number},
        detail={"line": line.number, "reason": why},
        about=[grant.institution_id, line.provider_id],
    )
    row = LineSurrender(line=line, reason=why[:2000], surrendered_by=by.user, surrendered_at=clock.now())
    row.save(force_insert=True)
    told = [
        *notices.people_of(grant.institution_id),
        *members_with("provider_staff", line.provider_id),
        *members_with("case_officer", grant.authority_id),
    ]
    notices.tell_about_grant(
        notices.LINE_ENDED, grant, to=told, key=f"line:{line.pk}", line=line.number, reason=why
    )  # fmt: skip
    if is_over(grant, clock.today()):
        surrender_grant(grant=grant, by=by, reason=why)
    return row
