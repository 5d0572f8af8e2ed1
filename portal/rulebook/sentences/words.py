"""Small words of which sentences are made: lengths, lists, tiers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from portal.rulebook.schema import Duration

TIER = {"standard": lazy("standard tier"), "elevated": lazy("elevated tier"), "high": lazy("high tier")}
SEVERITY = {"low": lazy("low"), "moderate": lazy("moderate"), "high": lazy("high"), "critical": lazy("critical")}


def tier(key: str) -> str:
    """“standard tier” and so on."""
    return str(TIER[key])


def listed(items: Iterable[Any], last: str = "") -> str:
    """“a, b and c”."""
    words = [str(item) for item in items]
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s %(and)s %(last)s") % {
        "first": ", ".join(words[:-1]),
        "and": last or _("and"),
        "last": words[-1],
    }


def days(count: int) -> str:
    """“1 day”, “30 days”."""
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}


def working_days(count: int) -> str:
    """“1 working day”, “10 working days”."""
    return ngettext("%(n)s working day", "%(n)s working days", count) % {"n": count}


def hours(count: int) -> str:
    """“1 hour”, “72 hours”."""
    return ngettext("%(n)s hour", "%(n)s hours", count) % {"n": count}


def months(count: int) -> str:
    """“12 months.”, as a sentence of its own."""
    return ngettext("%(n)s month.", "%(n)s months.", count) % {"n": count}


def duration(length: Duration) -> str:
    """The length in words."""
    if length.unit == "hours":
        return hours(length.amount)
    if length.unit == "days":
        return days(length.amount)
    if length.unit == "working_days":
        return working_days(length.amount)
    if length.unit == "weeks":
        return ngettext("%(n)s week", "%(n)s weeks", length.amount) % {"n": length.amount}
    if length.unit == "months":
        return months(length.amount).rstrip(".")
    return ngettext("%(n)s year", "%(n)s years", length.amount) % {"n": length.amount}


def big(number: int) -> str:
    """The number with its thousands set apart."""
    return str(number_format(number, use_l10n=True, force_grouping=True))


def role(slug: str) -> str:
    """A role slug in words."""
    return slug.replace("_", " ")
