"""Why an audit is on its day, as a sentence from the facts that the plan kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.rulebook.sentences import tier


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
        case _:
            return str(why.get("text", ""))
    return f"{text} {why['moved']}" if why.get("moved") else text


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "DATE_FORMAT")
