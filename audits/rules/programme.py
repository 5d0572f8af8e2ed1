"""Rules of the programme: announced or not, when it may begin, what may be chosen before the lot is known. Pure."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, first_refusal, refused


def own_feed(feed: Any, actor: Actor) -> Verdict:
    """A calendar address is made and revoked by the person whose audits it shows; by the portal when they leave."""
    if actor.has("system") or (actor.user_id is not None and actor.user_id == feed.user_id):
        return ALLOWED
    return refused(_("This calendar address is another person’s."), code="other_person", rule="calendar_feed.own")


def is_announced(audit: Any) -> Verdict:
    """An unannounced audit is not announced: the partner learns of it when it begins."""
    if audit.announced:
        return ALLOWED
    return refused(
        _("This audit is unannounced. The partner learns of it when fieldwork begins."),
        code="unannounced",
        rule="audit.notify",
    )


def ready_to_begin(audit: Any) -> Verdict:
    """Fieldwork begins after the announcement, where there is one, and once the time of the draw has come."""
    return first_refusal(_told_first(audit), lambda: _draw_has_come(audit))


def _told_first(audit: Any) -> Verdict:
    if not audit.announced or audit.notified_at is not None:
        return ALLOWED
    return refused(
        _("Announce the audit to the partner first."), code="not_announced", rule="audits.notice_working_days"
    )


def _draw_has_come(audit: Any) -> Verdict:
    if audit.draw_at is None or audit.draw_at <= clock.now():
        return ALLOWED
    return refused(
        _("What is looked at is drawn on %(day)s. To begin sooner, have a case officer move the audit.")
        % {"day": audit.draw_at.date().isoformat()},
        code="not_drawn",
        rule="audit.draw",
    )


def lot_unknown(audit: Any) -> Verdict:
    """What is drawn from, how much and when can change only while the lot is not known."""
    if audit.draw_at is not None and audit.draw_at > clock.now():
        return ALLOWED
    return refused(
        _("The time of the draw has come, so what is looked at can no longer be changed."),
        code="drawn",
        rule="audit.draw",
    )


def may_choose(audit: Any, *, count: int, least: int) -> Verdict:
    """No fewer controls than the rulebook says (`least`) are drawn, and only before the lot is known."""
    few = refused(
        _("The rulebook asks for at least %(count)s controls.") % {"count": least},
        code="too_few",
        rule="audits.intervals",
    )
    return first_refusal(lot_unknown(audit), lambda: ALLOWED if count >= least else few)
