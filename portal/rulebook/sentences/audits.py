"""Audits, periodic reports, and alerts from use."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.rulebook.sentences.words import SEVERITY, big, days, hours, listed, tier, working_days

_ESCALATE = {
    "remind": lazy("a reminder is sent"),
    "warn": lazy("a warning is sent"),
    "propose_enforcement": lazy("an enforcement case is proposed"),
}
_ON = {
    "incident": lazy("an incident"),
    "finding": lazy("a finding"),
    "enforcement": lazy("an enforcement decision"),
    "alert": lazy("an alert from use that no grant covers"),
    "material_change": lazy("a material change of circumstances"),
}


def audit_title(key: str) -> str:
    """Heading of an audit interval."""
    return _("Audits: %(tier)s") % {"tier": tier(key)}


def audit(rule: Any) -> str:
    """How often and how a partner is audited."""
    text = _(
        "Every %(months)s months, first within %(first)s; announced %(notice)s ahead; %(sample)s controls are drawn."
    ) % {
        "months": rule.every_months,
        "first": days(rule.first_after_days),
        "notice": working_days(rule.notice_working_days),
        "sample": rule.sample,
    }
    where = _place(rule.mode)
    if rule.unannounced_percent:
        where += " " + _("%(n)s in a hundred come unannounced.") % {"n": rule.unannounced_percent}
    return f"{text} {where}"


def response(part: Any) -> str:
    """How long a partner has to answer a draft report."""
    return _("Within %(days)s.") % {"days": working_days(part.response_working_days)}


def shown_evidence(part: Any) -> str:
    """When evidence is due that auditors ask for, and how much reported use they look at."""
    text = _("Due %(days)s after it was asked for; %(n)s windows of reported use are drawn.") % {
        "days": working_days(part.working_days),
        "n": part.usage_windows,
    }
    if not part.reminder_days:
        return text
    before = listed(str(day) for day in sorted(part.reminder_days, reverse=True))
    return text + " " + _("Reminders go out %(days)s days before.") % {"days": before}


def sooner(item: Any) -> str:
    """What brings an audit forward."""
    what = str(_ON[item.on])
    if item.severities:
        severities = listed((SEVERITY[key] for key in item.severities), _("or"))
        what = _("%(what)s of %(severities)s severity") % {"what": what, "severities": severities}
    if item.at_least > 1:
        what = _("%(n)s times %(what)s") % {"n": item.at_least, "what": what}
    text = _("After %(what)s, within %(days)s.") % {"what": what, "days": days(item.within_days)}
    return f"{text} {_place(item.mode)}" if item.mode else text


def _place(mode: str) -> str:
    return _("On the spot.") if mode == "visit" else _("At the desk.")


def follow_up(item: Any) -> str:
    """When what was found is looked at again."""
    severities = listed((SEVERITY[key] for key in item.severities), _("or"))
    text = _("Findings of %(severities)s severity are looked at again %(days)s after the last was to be put right.") % {
        "severities": severities,
        "days": days(item.after_days),
    }
    return f"{text} {_place(item.mode)}"


def finding_title(rule: Any) -> str:
    """Heading of a finding's rule."""
    return _("Findings of %(severity)s severity") % {"severity": SEVERITY[rule.severity]}


def finding(rule: Any) -> str:
    """When a finding is planned and remedied."""
    text = _("A plan within %(plan)s, remedied within %(remedy)s.") % {
        "plan": working_days(rule.plan_working_days),
        "remedy": working_days(rule.remedy_working_days),
    }
    if not rule.may_be_accepted:
        return f"{text} {_('Its risk cannot be accepted.')}"
    return text + " " + _("Its risk can be accepted for up to %(n)s months.") % {"n": rule.accept_months}


def escalation(step: Any) -> str:
    """What happens when something stays overdue."""
    return _("%(days)s after the day it was due, %(what)s.") % {
        "days": capfirst(working_days(step.after_working_days)),
        "what": _ESCALATE[step.step],
    }


def obligation(item: Any) -> str:
    """How often a report is due."""
    often = ", ".join(
        _("every %(n)s months in the %(tier)s") % {"n": count, "tier": tier(key)}
        for key, count in item.every_months.items()
    )
    each = _("For each grant") if item.per == "grant" else _("For each partner")
    due = _("Due %(days)s after the end of each period; one that is returned, %(again)s after its return.") % {
        "days": working_days(item.due_working_days),
        "again": working_days(item.correction_working_days),
    }
    steps = " ".join(escalation(step) for step in item.escalation)
    return f"{each}: {often}. {due} {steps}".strip()


def surprise(part: Any) -> str:
    """How rare an hour of use must be to raise an alert."""
    return _(
        "An hour of use raises an alert from %(least)s requests on, where by that use’s own past it is rarer than one"
        " in %(chance)s. A person judges it."
    ) % {"least": big(part.least_requests), "chance": big(10**part.surprise)}


def dormant(part: Any) -> str:
    """After how long without use the next use raises an alert."""
    return _("Use after %(days)s without any raises an alert.") % {"days": days(part.dormant_days)}


def settled(part: Any) -> str:
    """When an hour is judged, and what is too old."""
    return _("An hour is judged once, %(hours)s after its end. What is found after %(days)s raises none.") % {
        "hours": hours(part.settle_hours),
        "days": days(part.fresh_days),
    }
