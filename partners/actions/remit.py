"""Deeds of the portal on a refusal that a panel set aside: the case goes back, to be decided anew by others."""

from __future__ import annotations

from django.utils.translation import gettext as _

from partners import notices
from partners.actions.clock import keep_clock
from partners.actions.signature import void_signatures
from partners.models import Application
from portal.accounts.queries.people import people_with
from portal.core import clock
from portal.core.actors import Actor
from portal.workflow import as_deed, lock, move


@as_deed
def remit_application(*, application: Application, reason: str, by: Actor) -> Application:
    """Set the refusal aside. The case is in review again as it was, and nobody who signed or refused it signs anew.

    Where the institution has begun another application meanwhile, that one goes on, and nothing bars it any more: an
    institution has one application at a time. What was refused, by whom and why stays in the record and in the letter.
    """
    lock(application)
    now = clock.now()
    others = Application.objects.filter(
        institution_id=application.institution_id, state__in=Application.TABLE.open_states
    )
    if others.exists():
        return _set_aside(application, reason, by)
    detail = {"reason": reason, "was": {"reasons": application.refusal_reasons, "note": application.refusal_note}}
    move(
        application,
        "remit",
        by=by,
        rulebook=application.rulebook,
        changes={"set_aside_at": now, "decided_at": None, "refusal_reasons": [], "refusal_note": ""},
        detail=detail,
        about=[application.institution_id, application.authority_id],
    )
    keep_clock(application)
    void_signatures(application, _("Set aside on appeal"), by)
    notices.tell(
        notices.REMITTED,
        application,
        to=people_with("case_officer", organisation_id=application.authority_id),
        key=f"remitted:{now:%Y%m%d%H%M%S}",
        reason=reason,
    )
    return application


def _set_aside(application: Application, reason: str, by: Actor) -> Application:
    return move(
        application,
        "set_aside",
        by=by,
        rulebook=application.rulebook,
        changes={"set_aside_at": clock.now()},
        detail={"reason": reason},
        about=[application.institution_id, application.authority_id],
    )
