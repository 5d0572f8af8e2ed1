"""Words that several figures need: comparisons with the period before, shares, durations, names of months."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.accounts.models.organisation import jurisdiction_name
from portal.dashboards.filters import Narrowed
from portal.dashboards.rollup.read import Spread
from portal.ui.templatetags.ui import seconds_in_words, working_days

LESS_THAN_ONE = {
    "working_days": gettext_lazy("less than a working day"),
    "hours": gettext_lazy("less than an hour"),
    "seconds": gettext_lazy("less than a second"),
}


def than_before(now: int, before: int) -> str:
    """What happened in the period, held against the period before."""
    return _against(now, before, _("in the period before"))


def than_then(now: int, then: int, narrowed: Narrowed) -> str:
    """What stands, held against what stood at the end of the period before."""
    return _against(now, then, _("on %(day)s") % {"day": date_format(narrowed.before().until, "j F Y")})


def _against(now: int, before: int, when: str) -> str:
    said = {"n": abs(now - before), "before": before, "when": when}
    if now > before:
        return ngettext("%(n)s more than %(when)s (%(before)s).", "%(n)s more than %(when)s (%(before)s).", now) % said
    if now < before:
        return (
            ngettext("%(n)s fewer than %(when)s (%(before)s).", "%(n)s fewer than %(when)s (%(before)s).", now) % said
        )
    return (_("As many as %(when)s.") if now else _("None %(when)s, either.")) % said


def slower(now: Spread | None, before: Spread | None, unit: str) -> str:
    """A median held against that of the period before; "" where one of them has none."""
    if not now or not before or not now.count or not before.count:
        return ""
    said = {"now": duration(now.median, unit), "before": duration(before.median, unit)}
    if now.median > before.median:
        return _("Slower than in the period before: a median of %(now)s after %(before)s.") % said
    if now.median < before.median:
        return _("Faster than in the period before: a median of %(now)s after %(before)s.") % said
    return _("As fast as in the period before: a median of %(now)s.") % said


def duration(value: float | None, unit: str) -> str:
    """A duration in `working_days`, `hours` or `seconds`, of which only whole ones were counted."""
    if value is None:
        return "–"
    if not round(value):
        return str(LESS_THAN_ONE[unit])
    if unit == "working_days":
        return working_days(round(value))
    if unit == "hours":
        return hours(round(value))
    return str(seconds_in_words(value))


def hours(value: int) -> str:
    return ngettext("%(n)s hour", "%(n)s hours", value) % {"n": value}


def percent(part: int, of: int) -> str:
    """12 %, or a dash of nothing."""
    return _("%(n)s %%") % {"n": round(100 * part / of)} if of else "–"


def month_name(month: date) -> str:
    return date_format(month, "M Y")


def countries(codes: Iterable[str]) -> dict[str, str]:
    """Code → name, by name."""
    named = {code: jurisdiction_name(code) if code else _("No country") for code in codes}
    return dict(sorted(named.items(), key=lambda one: one[1]))


def in_words(name: str) -> str:
    """A label from the middle of a sentence: its first letter small, unless a name begins with several capitals."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
