"""Who hears what about the programme. The partner hears nothing of an audit that it must not know of yet."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.models import Audit
from audits.notices.telling import auditors, day, desk, officers, page, partner, tell
from portal.notifications.notify import NoticeKind

MOVED = NoticeKind(
    "audit_moved",
    _("Audit {reference} of {institution} is on {day} now"),
    _("It was moved. Its page says why."),
    _("See the audit"),
)
BEGAN = NoticeKind(
    "audit_began",
    _("An unannounced audit of {institution} has begun"),
    _("Audit {reference} began today. The auditors will be in touch with you; its page shows what they look at."),
    _("See the audit"),
    urgent=True,
)
NOBODY = NoticeKind(
    "audit_without_auditor",
    _("Nobody is assigned to audit {reference} of {institution}"),
    _("It is planned for {day}, and it is time to prepare it. Assign an auditor who had no part in the case."),
    _("Assign an auditor"),
)


def audit_moved(audit: Audit) -> None:
    """Its auditors hear of the new day, and the partner where it knew of the old one."""
    key, on = f"{audit.planned_for.isoformat()}:{audit.why.get('before', '')}", day(audit.planned_for)
    tell(MOVED, audit, auditors(audit), desk(audit), key=key, day=on)
    if audit.is_told:
        tell(MOVED, audit, partner(audit), page(audit), key=key, day=on)


def audit_began_unannounced(audit: Audit) -> None:
    """The first that the partner hears of it."""
    tell(BEGAN, audit, partner(audit), page(audit))


def auditor_needed(audit: Audit) -> None:
    """Officers hear once for each day on which it is planned that nobody is assigned though it is time."""
    tell(NOBODY, audit, officers(audit), desk(audit), key=audit.planned_for.isoformat(), day=day(audit.planned_for))
