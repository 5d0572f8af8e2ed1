"""Why an alert was raised, in words that need no statistics: the numbers are those that were compared."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import UTC, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audits.alert_facts import Dormant, Facts, Limit, OutOfScope, Place, Unusual, read
from audits.models import Alert, AlertRecurrence
from portal.ui.templatetags.ui import figures, sentence


def reason_of(alert: Alert) -> str:
    """One or two sentences. Times are in UTC. Where its numbers cannot be read, what is known without them."""
    shape, said, plain = _REASONS[alert.kind]
    facts = read(shape, alert.facts)
    if facts is not None:
        return said(alert, facts)
    begins = alert.begins_at.astimezone(UTC)
    known = plain % {"day": date_format(begins, "DATE_FORMAT"), "hour": f"{begins:%H:%M}"}
    return f"{known} {_('The numbers of this alert cannot be read any more.')}"


def reason_again(alert: Alert, row: AlertRecurrence) -> str:
    """The same for an occasion that was added to the alert."""
    again = copy(alert)
    again.begins_at, again.ends_at, again.facts = row.begins_at, row.ends_at, row.facts
    return reason_of(again)


def times_of(alert: Alert) -> str:
    """How often the same came while the alert waited, and when last; empty where it came once."""
    if alert.last_at is None:
        return ""
    last = date_format((alert.last_at - timedelta(seconds=1)).astimezone(UTC), "DATE_FORMAT")
    return _("The same came %(times)s times, last on %(day)s.") % {"times": figures(alert.times), "day": last}


def _requests(count: int) -> str:
    return ngettext("%(n)s request", "%(n)s requests", count) % {"n": figures(count)}


def _out_of_scope(alert: Alert, facts: OutOfScope) -> str:
    refused = ngettext("%(n)s refused attempt", "%(n)s refused attempts", facts.denied) % {"n": figures(facts.denied)}
    said = [_requests(facts.requests)] if facts.requests or not facts.denied else []
    return _("%(use)s on %(day)s that no grant covered: %(why)s.") % {
        "use": sentence([*said, *([refused] if facts.denied else [])]),
        "day": date_format(alert.begins_at.astimezone(UTC), "DATE_FORMAT"),
        "why": str(facts.why.label).lower(),
    }


def _limit(alert: Alert, facts: Limit) -> str:
    return _(
        "On %(day)s a daily limit was reached: %(requests)s of %(requests_limit)s requests, %(tokens)s of"
        " %(tokens_limit)s tokens."
    ) % {
        "day": date_format(alert.begins_at.astimezone(UTC), "DATE_FORMAT"),
        **{name: figures(count) for name, count in facts.model_dump().items()},
    }


def _country(_alert: Alert, facts: Place) -> str:
    return _(
        "%(requests)s from %(country)s, from where this partner’s use never came. It is neither the partner’s own"
        " country nor that of one of its environments."
    ) % {"requests": _requests(facts.requests), "country": facts.value}


def _environment(_alert: Alert, facts: Place) -> str:
    return _("%(requests)s from the environment “%(name)s”, from which this partner’s use never came.") % {
        "requests": _requests(facts.requests),
        "name": facts.value,
    }


def _dormant(alert: Alert, facts: Dormant) -> str:
    words = {
        "days": figures(facts.days),
        "last": date_format(facts.last.astimezone(UTC), "DATE_FORMAT"),
        "requests": _requests(facts.requests),
    }
    if alert.gateway_id is not None:
        return (
            _("A gateway that had told of no use of this partner for %(days)s days (last on %(last)s): %(requests)s.")
            % words
        )
    return _("%(requests)s after %(days)s days without any of this kind (last on %(last)s).") % words


def _unusual(alert: Alert, facts: Unusual) -> str:
    """“4,100 requests at 03:00; on other days at this hour at most 310.”"""
    begins = alert.begins_at.astimezone(UTC)
    said = _("%(requests)s at %(hour)s on %(day)s") % {
        "requests": _requests(facts.requests),
        "hour": f"{begins:%H:%M}",
        "day": date_format(begins, "DATE_FORMAT"),
    }
    return "; ".join([said, *_compared(facts)]) + "."


def _compared(facts: Unusual) -> list[str]:
    most, usual, found = facts.most, facts.usual, []
    if most == 0:
        found.append(_("on other days there were none at this hour"))
    elif most is not None and facts.requests > most:
        found.append(_("on other days at this hour at most %(most)s") % {"most": figures(most)})
    elif usual is not None:
        found.append(_("on other days at this hour usually %(usual)s") % {"usual": figures(usual)})
    if facts.view == "jump" and facts.before is not None:
        found.append(_("in the hour before %(before)s") % {"before": figures(facts.before)})
    if facts.view == "level" and facts.level is not None and facts.mean is not None:
        words = {"level": figures(round(facts.level)), "mean": figures(round(facts.mean))}
        found.append(_("over ten hours %(level)s an hour, where %(mean)s is usual") % words)
    return found


_UNUSUAL = gettext_lazy("Use out of character at %(hour)s on %(day)s.")
_REASONS: dict[str, tuple[type[Facts], Callable[[Alert, Any], str], Any]] = {
    "out_of_scope": (OutOfScope, _out_of_scope, gettext_lazy("Use on %(day)s that no grant covered.")),
    "limit": (Limit, _limit, gettext_lazy("On %(day)s a daily limit was reached.")),
    "country": (
        Place,
        _country,
        gettext_lazy("Use on %(day)s from a country from where this partner’s use never came."),
    ),
    "environment": (
        Place,
        _environment,
        gettext_lazy("Use on %(day)s from an environment from which this partner’s use never came."),
    ),
    "dormant": (Dormant, _dormant, gettext_lazy("Use on %(day)s after a long time without any.")),
    "volume": (Unusual, _unusual, _UNUSUAL),
    "rhythm": (Unusual, _unusual, _UNUSUAL),
}
"""Kind → the shape of its facts, its reason in full, and what is said where they cannot be read."""
