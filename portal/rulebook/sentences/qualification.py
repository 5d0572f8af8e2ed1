"""Who may apply, how risk is told, and how long a qualification lasts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.rulebook.answers import countries
from portal.rulebook.sentences.words import days, listed, role, tier, working_days


def readers(item: Any) -> str:
    """Who reads a disclosure tier."""
    if "public" in item.readers:
        return ""
    return _("Roles: %(roles)s.") % {"roles": listed(role(slug) for slug in item.readers)}


def evidence(kind: Any) -> str:
    """What a kind of organisation brings."""
    return _("To bring: %(list)s.") % {"list": "; ".join(kind.evidence)} if kind.evidence else ""


def countries_of(part: Any) -> str:
    """The countries whose organisations may apply."""
    return listed(sorted(countries()[item.country] for item in part.jurisdictions)) + "."


def excluded(part: Any, item: Any) -> str:
    """Who may not apply by an exception."""
    labels = {kind.key: kind.label for kind in part.kinds}
    who = listed(labels[kind] for kind in item.kinds) or _("every kind of organisation")
    named = listed(sorted(countries()[country] for country in item.jurisdictions)) or _("every country")
    return _("Not open to: %(who)s; in %(countries)s.") % {"who": who, "countries": named}


def level(item: Any) -> str:
    """From how many points a tier applies."""
    start = ngettext("From %(n)s point.", "From %(n)s points.", item.from_points) % {"n": item.from_points}
    return f"{start} {item.meaning}".strip()


def factor(item: Any) -> str:
    """What a risk factor does."""
    parts = []
    if item.points:
        parts.append(ngettext("Adds %(n)s point.", "Adds %(n)s points.", item.points) % {"n": item.points})
    if item.at_least:
        parts.append(_("The tier is at least the %(tier)s.") % {"tier": tier(item.at_least)})
    return " ".join(parts)


def validity_title(key: str) -> str:
    """Heading of a validity."""
    return _("Validity: %(tier)s") % {"tier": tier(key)}


def background_title(key: str) -> str:
    """Heading of a background check."""
    return _("Background check: %(tier)s") % {"tier": tier(key)}


def renewal(part: Any) -> str:
    """When to apply for renewal."""
    return _("Apply for renewal at least %(days)s before the end.") % {"days": days(part.renewal_lead_days)}


def notices(before: Iterable[int]) -> str:
    """When notices are sent."""
    return _("A notice is sent %(list)s days before the end.") % {"list": listed(before)}


def new_text(part: Any) -> str:
    """How long an earlier text suffices."""
    return _("Whoever accepted the earlier text keeps access for %(days)s.") % {"days": days(part.new_text_days)}


def likeness(least: int) -> str:
    """From what likeness on a person looks at two names."""
    return _("A person looks at names that are alike from %(least)s of 100 on.") % {"least": least}


def change_notice(part: Any) -> str:
    """When a change has to be notified."""
    text = _("A material change is notified within %(days)s.")
    return text % {"days": working_days(part.change_notice_working_days)}


def cooling_off(part: Any) -> str:
    """When a refused organisation may apply again."""
    return _("A refused organisation may apply again after %(days)s.") % {"days": days(part.cooling_off_days)}


def assess_again(part: Any) -> str:
    """How long an assessment of a section that stayed as it was is relied on."""
    text = _("In a renewal or a change, a section that stayed as it was is not assessed anew before %(n)s months.")
    return text % {"n": part.assess_again_months}


def touched(titles: Iterable[str], item: Any) -> str:
    """What a change of circumstances is, and which sections it opens."""
    opened = _("Opens: %(sections)s.") % {"sections": listed(titles)}
    return f"{item.meaning} {opened}".strip()
