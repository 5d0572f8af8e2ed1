"""Incidents and their deadlines, the ladder, and appeals."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.rulebook.schema import find
from portal.rulebook.sentences.deciding import quorum
from portal.rulebook.sentences.words import SEVERITY, days, duration, hours, listed, months, working_days

_STARTS = {
    "occurred": lazy("the event"),
    "aware": lazy("becoming aware of it"),
    "causal_link": lazy("establishing the link to the system"),
    "reported": lazy("its report"),
    "triaged": lazy("its triage"),
    "contained": lazy("its containment"),
    "resolved": lazy("its resolution"),
}
_UNTIL = {"resolved": lazy("it is resolved"), "closed": lazy("it is closed"), "final": lazy("the final report")}
_WHERE = {
    "partner": lazy("Where the partner is in %(countries)s."),
    "environment": lazy("Where the environment is in %(countries)s."),
    "provider": lazy("Where the provider is in %(countries)s."),
    "any": lazy("Where the partner, its environment or the provider is in %(countries)s."),
}
_COUNTING = {
    "exact": "",
    "whole_days": lazy("Whole days count; the last ends at midnight, and on a day off with the next working day."),
    "eu_periods": lazy(
        "Whole days count; the last ends at midnight, and on a day off with the next working day; two working days at "
        "least."
    ),
}


def severity(rule: Any) -> str:
    """What a severity asks for."""
    text = _("Reported within %(report)s, triaged within %(triage)s, contained within %(contain)s.") % {
        "report": hours(rule.report_hours),
        "triage": hours(rule.triage_hours),
        "contain": hours(rule.contain_hours),
    }
    hold = " " + _("An emergency hold is proposed at once.") if rule.hold else ""
    return f"{rule.meaning} {text}{hold}"


def deadlines(part: Any, rule: Any) -> str:
    """To whom, and what by when."""
    steps = "; ".join(_step(part, rule, step) for step in rule.steps)
    recipient = _lower(find(part.recipients, rule.recipient).label)
    text = _("To %(recipient)s. %(steps)s.") % {"recipient": recipient, "steps": steps}
    if rule.applies.harms:
        harms = (find(part.harms, key).label.lower() for key in rule.applies.harms)
        text += " " + _("For incidents with one of these: %(harms)s.") % {"harms": "; ".join(harms)}
    if rule.applies.countries:
        text += " " + _WHERE[rule.applies.where] % {"countries": listed(sorted(rule.applies.countries))}
    return f"{text} {_COUNTING[rule.counting]}".strip()


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _step(part: Any, rule: Any, step: Any) -> str:
    start = find(rule.steps, step.after).label.lower() if step.after else str(_STARTS[step.starts])
    if step.length is None:
        text = _("%(what)s without delay after %(start)s") % {"what": step.label, "start": start}
    else:
        text = _("%(what)s within %(length)s of %(start)s") % {
            "what": step.label,
            "length": duration(step.length),
            "start": start,
        }
    for item in step.shorter:
        harms = listed((find(part.harms, key).label.lower() for key in item.harms), last=_("or"))
        text += _(", within %(length)s at %(harms)s") % {"length": duration(item.length), "harms": harms}
    if step.if_ongoing:
        text += _("; a %(what)s instead while it goes on, and then %(length)s from the resolution") % {
            "what": step.if_ongoing.label.lower(),
            "length": duration(step.if_ongoing.length),
        }
    if step.applies.severities:
        text += _(" (%(severities)s)") % {"severities": listed(SEVERITY[key] for key in step.applies.severities)}
    if step.every:
        text += _(", then every %(length)s until %(end)s") % {
            "length": duration(step.every),
            "end": _UNTIL[step.until],
        }
    return text


def step(item: Any) -> str:
    """One rung of the ladder."""
    parts = [item.effect]
    if item.notice_working_days:
        text = _("The partner has %(days)s to answer before the decision.")
        parts.append(text % {"days": working_days(item.notice_working_days)})
    if item.max_months:
        parts.append(_("At most %(months)s at a time.") % {"months": months(item.max_months).rstrip(".")})
    return " ".join([*parts, quorum(item.quorum)])


def repeat(part: Any) -> str:
    """What a repetition does."""
    text = _("A repetition within %(months)s raises the step that is proposed by one.")
    return text % {"months": months(part.repeat_months).rstrip(".")}


def emergency(item: Any) -> str:
    """How an emergency hold works."""
    who = _("a second signatory of another body") if item.other_body else _("a second signatory")
    text = _("One signatory may stop access at once. Unless %(who)s confirms it within %(hours)s, it lapses.")
    return text % {"who": who, "hours": hours(item.confirm_hours)}


def appealable(part: Any, item: Any) -> str:
    """Until when, on what grounds, and who hears it."""
    grounds = listed((find(part.grounds, key).label.lower() for key in item.grounds), _("or"))
    text = _("Within %(days)s. Grounds: %(grounds)s. Heard by %(panel)s people of %(bodies)s bodies within %(decide)s.")
    return text % {
        "days": days(item.window_days),
        "grounds": grounds,
        "panel": item.panel,
        "bodies": item.bodies,
        "decide": working_days(item.decide_working_days),
    }
