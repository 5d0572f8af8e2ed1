"""Why an audit is on its day, as a sentence from the facts that the plan kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from portal.rulebook.sentences.words import tier


def why_then(why: Mapping[str, Any]) -> str:
    """The sentence for `Audit.why`; the words that a person gave, where a person set the day."""
    match why.get("reason"):
        case "first":
            text = _("First audit: %(days)s days after the qualification began on %(since)s (%(tier)s).") % {
                "days": why["days"],
                "since": _day(why["since"]),
                "tier": tier(why["tier"]),
            }
        case "interval":
            text = _("%(months)s months after the last audit was closed on %(since)s (%(tier)s).") % {
                "months": why["months"],
                "since": _day(why["since"]),
                "tier": tier(why["tier"]),
            }
        case "sooner":
            text = _("Brought forward, within %(days)s days: %(what)s on %(since)s.") % {
                "days": why["days"],
                "what": _HAPPENED[why["on"]],
                "since": _day(why["since"]),
            }
        case "follow_up":
            text = _("To see that what audit %(audit)s found stays put right, %(days)s days after %(since)s.") % {
                "audit": why["audit"],
                "days": why["days"],
                "since": _day(why["since"]),
            }
        case _:
            text = str(why.get("text", ""))
    if why.get("before"):
        text += " " + _("It was planned for %(day)s before.") % {"day": _day(why["before"])}
    return f"{text} {why['moved']}" if why.get("moved") else text


_HAPPENED = {
    "incident": _lazy("an incident was reported"),
    "finding": _lazy("a finding was recorded"),
    "enforcement": _lazy("a measure was decided"),
    "alert": _lazy("use was reported that no grant covered"),
    "material_change": _lazy("a material change of circumstances was approved"),
}


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "DATE_FORMAT")
