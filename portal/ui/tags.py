"""The one place that says how a state looks: tone and icon for every state of every noun.

Tones: neutral (not begun, planned, over without effect), blue (with those who decide), amber (someone must
act, due soon), green (in force, met), red (held, overdue, refused), black (removed for good). A tag always
shows its word and an icon besides the colour. Components and lists ask here; nothing else picks a colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

Tone = Literal["neutral", "blue", "amber", "green", "red", "black"]
Words = str | Promise


@dataclass(frozen=True, slots=True)
class Look:
    """Tone and icon (a name in the sprite) of a tag."""

    tone: Tone
    icon: str


IDLE = Look("neutral", "ring")
OVER = Look("neutral", "bar")
WITH_US = Look("blue", "dot")
MOVING = Look("blue", "half")
YOURS = Look("amber", "square")
PAUSED = Look("amber", "pause")
GOOD = Look("green", "tick")
BAD = Look("red", "diamond")
NO = Look("red", "cross")
STOPPED = Look("red", "pause")
GONE = Look("black", "cross")

EVERYWHERE: dict[str, Look] = {
    "draft": IDLE,
    "planned": IDLE,
    "not_started": IDLE,
    "proposed": IDLE,
    "pending": WITH_US,
    "requested": WITH_US,
    "invited": WITH_US,
    "submitted": WITH_US,
    "under_review": WITH_US,
    "awaiting_signatures": MOVING,
    "awaiting_applicant": YOURS,
    "awaiting_partner": YOURS,
    "awaiting_provider": YOURS,
    "awaiting_agreement": YOURS,
    "returned": YOURS,
    "approved": GOOD,
    "granted": GOOD,
    "accepted": GOOD,
    "active": GOOD,
    "in_force": GOOD,
    "verified": GOOD,
    "current": GOOD,
    "closed": GOOD,
    "declined": NO,
    "refused": NO,
    "rejected": NO,
    "suspended": STOPPED,
    "revoked": GONE,
    "removed": GONE,
    "withdrawn": OVER,
    "expired": OVER,
    "lapsed": OVER,
    "superseded": OVER,
    "surrendered": OVER,
    "cancelled": OVER,
    "ended": OVER,
    "retired": OVER,
    "void": OVER,
}
"""Looks of states that mean the same for every noun."""

BY_NOUN: dict[str, dict[str, Look]] = {
    "invitation": {"sent": WITH_US},
    "delegation": {"given": IDLE},
    "institution": {"described": GOOD},
    "evidence": {"received": WITH_US, "quarantined": PAUSED, "stored": GOOD, "abandoned": OVER},
    "upload": {"begun": YOURS, "arrived": WITH_US, "settled": GOOD},
    "case_file": {"asked": MOVING, "ready": GOOD, "failed": BAD},
    "imported_case": {"kept": GOOD},
    "name_list": {"loading": MOVING, "failed": BAD},
    "hit": {"open": YOURS, "cleared": GOOD, "confirmed": BAD},
    "person_removal": {"in_force": GONE, "lifted": OVER},
    "query": {"open": YOURS, "answered": WITH_US},
    "referee": {"asked": MOVING, "answered": GOOD, "declined": OVER, "expired": BAD, "withdrawn": OVER},
    "person": {"named": IDLE, "left": OVER},
    "qualification": {"restricted": PAUSED, "lapsed": BAD},
    "model": {"listed": GOOD, "unlisted": OVER},
    "release": {"announced": IDLE, "released": GOOD},
    "environment": {"registered": WITH_US, "attested": MOVING, "accredited": GOOD, "expired": BAD, "closed": OVER},
    "statement_catalogue": {"in_use": GOOD},
    "re_review": {"open": YOURS, "looked_at": GOOD},
    "consent_withdrawal": {"noticed": PAUSED, "in_effect": GONE, "taken_back": OVER},
    "grant_measure": {"proposed": WITH_US, "in_effect": GOOD, "dropped": OVER},
    "holder_key": {"registered": GOOD},
    "credential": {"issued": GOOD, "ended": OVER},
    "monthly_report": {"sealed": GOOD},
    "signing_key": {"upcoming": IDLE, "active": GOOD, "retired": OVER, "withdrawn": GONE},
    "stream": {"enabled": GOOD, "paused": PAUSED, "disabled": STOPPED, "deleted": OVER},
    "hold": {"placed": STOPPED, "confirmed": STOPPED, "stayed": PAUSED, "lifted": GOOD, "lapsed": BAD},
    "catalogue": {"current": GOOD},
    "catalogue_import": {"received": MOVING, "done": GOOD, "failed": BAD},
    "crosswalk": {"current": GOOD},
    "audit": {
        "notified": WITH_US,
        "fieldwork": MOVING,
        "draft_report": MOVING,
        "partner_response": YOURS,
    },
    "evidence_request": {"asked": YOURS, "answered": WITH_US, "settled": GOOD, "unanswered": BAD},
    "finding": {"open": YOURS, "plan_agreed": WITH_US, "remediated": MOVING, "risk_accepted": PAUSED},
    "obligation": {"due": YOURS},
    "alert": {"raised": YOURS, "in_question": PAUSED, "nothing": OVER, "incident": BAD},
    "incident": {
        "reported": BAD,
        "triaged": YOURS,
        "contained": MOVING,
        "resolved": WITH_US,
        "duplicate": OVER,
        "unfounded": OVER,
    },
    "public_report": {"received": YOURS, "taken_up": MOVING, "set_aside": OVER},
    "enforcement": {"opened": WITH_US, "notice_given": YOURS, "heard": MOVING, "decided": GOOD},
    "appeal": {
        "lodged": WITH_US,
        "admitted": WITH_US,
        "heard": MOVING,
        "upheld": GOOD,
        "varied": PAUSED,
        "dismissed": NO,
    },
    "appeal_decision": {"published": GOOD},
    "rulebook_version": {"consultation": WITH_US, "voting": MOVING, "adopted": MOVING},
}
"""Looks of states that one noun has for itself; they win over EVERYWHERE."""

DERIVED: dict[str, tuple[Words, Look]] = {
    "overdue": (_("Overdue"), Look("red", "schedule")),
    "unannounced": (_("Unannounced"), Look("amber", "visibility_off")),
    "due_soon": (_("Due soon"), Look("amber", "schedule")),
    "due_later": (_("Not due yet"), Look("neutral", "schedule")),
    "held": (_("Held"), STOPPED),
    "hold_unconfirmed": (_("Held, not confirmed yet"), STOPPED),
    "clock_paused": (_("Clock paused"), PAUSED),
    "waiting_for_you": (_("Waiting for you"), YOURS),
    "changed": (_("Changed"), Look("amber", "edit")),
    "as_before": (_("As before"), GOOD),
    "stays": (_("Stays as it was"), Look("neutral", "lock")),
    "new": (_("New"), Look("blue", "dot")),
    "urgent": (_("Urgent"), BAD),
    "complete": (_("Complete"), GOOD),
    "in_progress": (_("In progress"), MOVING),
    "not_started": (_("Not started"), IDLE),
    "needs_you": (_("Needs you"), YOURS),
    "cannot_start": (_("Cannot start yet"), Look("neutral", "lock")),
    "met": (_("Met"), GOOD),
    "partly_met": (_("Partly met"), YOURS),
    "not_met": (_("Not met"), NO),
    "not_assessed": (_("Not yet assessed"), IDLE),
    "not_applicable": (_("Does not apply"), OVER),
    "covered": (_("Covered"), GOOD),
    "not_allowed": (_("Not allowed"), Look("neutral", "cross")),
    "permit": (_("Permitted"), GOOD),
    "deny": (_("Denied"), NO),
    "critical": (_("Critical"), BAD),
    "major": (_("Major"), BAD),
    "high": (_("High"), BAD),
    "moderate": (_("Moderate"), YOURS),
    "medium": (_("Medium"), YOURS),
    "minor": (_("Minor"), IDLE),
    "low": (_("Low"), IDLE),
    "proven": (_("Proven"), Look("green", "verified")),
}
"""What is worked out from the clock or from other rows, with its words."""


def look_of(noun: str, state: str) -> Look:
    """The look of a noun's state. KeyError for a state that nobody has given one: add it here."""
    own = BY_NOUN.get(noun, {}).get(state) or EVERYWHERE.get(state)
    if own is None:
        raise KeyError(f"portal/ui/tags.py has no look for {noun}.{state}")
    return own


def sprite(name: str) -> str:
    """The address of an icon in the sprite."""
    return f"{static('build/icons.svg')}#{name}"


@lru_cache(maxsize=512)
def icon(name: str, label: str = "") -> SafeString:
    """An icon. Beside words it is silent; alone it needs a label."""
    if label:
        return format_html(
            '<svg class="usa-icon" role="img" aria-label="{}" focusable="false"><use href="{}"></use></svg>',
            label,
            sprite(name),
        )
    return format_html(
        '<svg class="usa-icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', sprite(name)
    )


def tag(label: Words, look: Look, *, large: bool = False) -> SafeString:
    """A tag: word, icon and tone."""
    return _tag(str(label), look, large)


@lru_cache(maxsize=1024)
def _tag(label: str, look: Look, large: bool) -> SafeString:
    size = " tp-tag--large" if large else ""
    return format_html('<span class="tp-tag tp-tag--{}{}">{}{}</span>', look.tone, size, icon(look.icon), label)


def tag_of(subject: Any, *, large: bool = False) -> SafeString:
    """The tag of an object with a lifecycle, in its present state."""
    table = subject.TABLE
    return tag(table.state(subject.state).label, look_of(table.noun, subject.state), large=large)


def derived_tag(key: str, label: Words = "", *, large: bool = False) -> SafeString:
    """The tag of something worked out, such as `overdue`; other words may be given ("Due in 3 days")."""
    words, look = DERIVED[key]
    return tag(label or words, look, large=large)
