"""A draft follows the rules when others come into force."""

from __future__ import annotations

from django.utils.translation import gettext as _

from partners.models import Application
from partners.states.application import APPLICATION
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, refused, require
from portal.rulebook.queries import rules
from portal.workflow import as_deed, lock, record


@as_deed
def follow_rules(*, application: Application, to: str, by: Actor) -> Application:
    """Move a draft to the version in force. Answers are kept as they are, also those to questions that are gone.

    `to` is the version whose novelties the person has seen. Raises Conflict where another is in force by now; where
    a colleague moved the draft already, nothing happens.
    """
    lock(application)
    require(APPLICATION.verdict("follow_rules", application, by))
    now = rules().version
    if to != now:
        reason = _("Version %(now)s of the rules came into force meanwhile. Look at what is new in it first.")
        raise Conflict(refused(reason % {"now": now}, code="other_rules", rule="application.follow_rules"))
    if application.rulebook == now:
        return application
    detail = {"was": application.rulebook, "now": now}
    return record(
        application,
        "follow_rules",
        by=by,
        rulebook=now,
        changes={"rulebook": now},
        says=_("Draft moved from version %(was)s of the rules to version %(now)s") % detail,
        detail=detail,
        about=[application.institution_id],
    )
