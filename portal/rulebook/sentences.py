"""The rules in sentences: what each part of a document says, for the public page and wherever a rule is cited."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from portal.rulebook.answers import countries
from portal.rulebook.schema import Duration, QuorumRule, Scope, find

DISCLOSURE = lazy("Who may read what")
ELIGIBILITY = lazy("Who may apply")
DECLARATIONS = lazy("Declarations")
RISK = lazy("Risk tiers")
QUORUM = lazy("Who decides")
CLOCKS = lazy("How long each stage takes")
QUALIFICATION = lazy("Qualification")
ASSESS_AGAIN = lazy("When a section is assessed anew")
PEOPLE = lazy("People with access")
SCREENING = lazy("Comparing names with lists")
SCREENED_PEOPLE = lazy("Names of people")
SCREENED_ORGANISATIONS = lazy("Names of organisations")
SCREENED_REMOVED = lazy("Names of whom the scheme removed")
SCOPE = lazy("What may be granted")
CONSENT = lazy("The provider’s consent")
AUDITS = lazy("Audits")
OBLIGATIONS = lazy("Periodic reports")
INCIDENTS = lazy("Incidents")
ALERTS = lazy("Alerts from use")
SURPRISE = lazy("Use out of character")
DORMANT = lazy("Dormant gateways and uses")
SETTLED = lazy("When use is judged")
ENFORCEMENT = lazy("Enforcement")
APPEAL = lazy("Appeal")
REFUSALS = lazy("Reasons for a refusal")
RETENTION = lazy("How long records are kept")
SECOND_FACTOR = lazy("Second factor")

COUNTRIES = lazy("Countries")
RENEWAL = lazy("Renewal")
NOTICES = lazy("Notices before the end")
CHANGES = lazy("Changes of circumstances")
COOLING_OFF = lazy("Applying again after a refusal")
IDENTITY = lazy("Identity check")
TRAINING = lazy("Training")
NEW_TEXT = lazy("A new text of the rules for people")
NOT_ALLOWED = lazy("Not allowed together")
NEEDED = lazy("Safeguards needed")
CONSENT_TIME = lazy("Time to answer")
WITHDRAWAL = lazy("Withdrawal of consent")
RESPONSE = lazy("The partner’s answer to a draft report")
EVIDENCE = lazy("Evidence that auditors ask for")
SOONER = lazy("An audit comes sooner")
FOLLOW_UP = lazy("What was found is looked at again")
ESCALATION = lazy("When something stays overdue")
REPEAT = lazy("Repetition")
EMERGENCY = lazy("Emergency hold")
STAY = lazy("Effect during an appeal")
WHO_NEEDS = lazy("Who needs one")
FRESH = lazy("For a signature")

DECISION = {
    "initial": lazy("First application"),
    "renewal": lazy("Renewal"),
    "change": lazy("Change of circumstances"),
    "grant_initial": lazy("New grant"),
    "grant_amendment": lazy("Amendment of a grant"),
    "grant_renewal": lazy("Renewal of a grant"),
    "hold_confirmation": lazy("Confirmation of an emergency hold"),
    "risk_acceptance": lazy("Acceptance of a finding’s risk"),
    "grant_narrowing": lazy("Narrowing of a grant in force"),
    "grant_revocation": lazy("Revocation of a grant"),
}
_TIER = {"standard": lazy("standard tier"), "elevated": lazy("elevated tier"), "high": lazy("high tier")}
_SEVERITY = {"low": lazy("low"), "moderate": lazy("moderate"), "high": lazy("high"), "critical": lazy("critical")}
_BODY = {
    "institution": lazy("institutions"),
    "authority": lazy("authorities"),
    "provider": lazy("providers"),
    "oversight": lazy("oversight bodies"),
}
_PART = {
    "author": lazy("prepared it"),
    "case_officer": lazy("handled the case"),
    "assessor": lazy("assessed it"),
    "adviser": lazy("advised on it"),
    "auditor": lazy("audited it"),
    "proposer": lazy("proposed it"),
}
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
_THEN = {
    "purge": lazy("then removed"),
    "anonymise": lazy("then made anonymous"),
    "archive": lazy("then archived"),
}


# --- small words ----------------------------------------------------------------------------------


def tier(key: str) -> str:
    """“standard tier” and so on."""
    return str(_TIER[key])


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


# --- who, and who decides -------------------------------------------------------------------------


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


def quorum(rule: QuorumRule) -> str:
    """Who has to sign."""
    parts = [
        ngettext("%(n)s signature from %(kinds)s", "%(n)s signatures from %(kinds)s", rule.signatures)
        % {"n": rule.signatures, "kinds": listed((_BODY[kind] for kind in rule.kinds), _("or"))}
    ]
    if rule.bodies > 1:
        parts.append(_("of at least %(n)s different bodies") % {"n": rule.bodies})
    if rule.jurisdictions > 1:
        parts.append(_("of at least %(n)s countries") % {"n": rule.jurisdictions})
    sentences = [", ".join(parts) + "."]
    if rule.home:
        sentences.append(_("One of them is the partner’s home authority."))
    if rule.assessors:
        assessed = ngettext("%(n)s assessment comes first.", "%(n)s assessments come first.", rule.assessors)
        sentences.append(assessed % {"n": rule.assessors})
    if rule.blind:
        sentences.append(_("The assessors do not see each other’s work until both have filed it."))
    if rule.without:
        sentences.append(
            _("Nobody signs who %(parts)s.") % {"parts": listed((_PART[item] for item in rule.without), _("or"))}
        )
    return " ".join(sentences)


def clock(item: Any) -> str:
    """How long a stage takes."""
    return capfirst(working_days(item.working_days)) + "."


def validity_title(key: str) -> str:
    """Heading of a validity."""
    return _("Validity: %(tier)s") % {"tier": tier(key)}


def background_title(key: str) -> str:
    """Heading of a background check."""
    return _("Background check: %(tier)s") % {"tier": tier(key)}


def accreditation_title(key: str) -> str:
    """Heading of an accreditation."""
    return _("Accreditation of an environment: %(tier)s") % {"tier": tier(key)}


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


def consent_time(part: Any) -> str:
    """How long a provider has."""
    return _("The provider answers each line within %(days)s.") % {"days": working_days(part.deadline_working_days)}


def withdrawal(part: Any) -> str:
    """How consent is withdrawn."""
    text = _("Consent can be withdrawn with %(days)s’ notice.") % {
        "days": working_days(part.withdrawal_notice_working_days)
    }
    labels = [item.label for item in part.decline_reasons if item.key in part.withdrawal_at_once]
    if not labels:
        return text
    at_once = _("It ends the line at once where the reason is: %(reasons)s.")
    return f"{text} {at_once % {'reasons': listed(labels)}}"


# --- scope ----------------------------------------------------------------------------------------


def pattern(scope: Scope, item: Any) -> str:
    """The combination that a pattern names."""
    parts = [
        *_named(scope.use_cases, item.use_cases),
        *_named(scope.data_classes, item.data_classes, _("data: %(names)s")),
        *_named(scope.capability_tiers, item.capability_tiers, _("models: %(names)s")),
        *_named(scope.access_routes, item.access_routes, _("access: %(names)s")),
    ]
    if item.risk_tiers:
        parts.append(listed((tier(key) for key in item.risk_tiers), _("or")))
    if item.kinds:
        parts.append(listed((role(key) for key in item.kinds), _("or")))
    return capfirst(" · ".join(parts)) + "." if parts else _("Every line.")


def _named(terms: Iterable[Any], chosen: Iterable[str], frame: str = "%(names)s") -> list[str]:
    names = listed((find(terms, key).label for key in chosen), _("or"))
    return [frame % {"names": names}] if names else []


def needed(scope: Scope, item: Any) -> str:
    """Which safeguards a pattern needs."""
    names = listed(find(scope.safeguards, key).label.lower() for key in item.safeguards)
    return f"{pattern(scope, item)} {_('Needs: %(names)s.') % {'names': names}}"


def limits_title(key: str) -> str:
    """Heading of the limits."""
    return _("Limits of a line: %(tier)s") % {"tier": tier(key)}


def limits(item: Any) -> str:
    """The limits of a line."""
    return _("At most %(requests)s requests and %(tokens)s tokens a day, %(seats)s seats at once, %(days)s.") % {
        "requests": big(item.requests_per_day),
        "tokens": big(item.tokens_per_day),
        "seats": big(item.seats),
        "days": days(item.max_days),
    }


# --- audits and reports ---------------------------------------------------------------------------


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
        severities = listed((_SEVERITY[key] for key in item.severities), _("or"))
        what = _("%(what)s of %(severities)s severity") % {"what": what, "severities": severities}
    if item.at_least > 1:
        what = _("%(n)s times %(what)s") % {"n": item.at_least, "what": what}
    text = _("After %(what)s, within %(days)s.") % {"what": what, "days": days(item.within_days)}
    return f"{text} {_place(item.mode)}" if item.mode else text


def _place(mode: str) -> str:
    return _("On the spot.") if mode == "visit" else _("At the desk.")


def follow_up(item: Any) -> str:
    """When what was found is looked at again."""
    severities = listed((_SEVERITY[key] for key in item.severities), _("or"))
    text = _("Findings of %(severities)s severity are looked at again %(days)s after the last was to be put right.") % {
        "severities": severities,
        "days": days(item.after_days),
    }
    return f"{text} {_place(item.mode)}"


def finding_title(rule: Any) -> str:
    """Heading of a finding's rule."""
    return _("Findings of %(severity)s severity") % {"severity": _SEVERITY[rule.severity]}


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


# --- alerts from use ------------------------------------------------------------------------------


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


# --- incidents, enforcement, appeal ---------------------------------------------------------------


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
        text += _(" (%(severities)s)") % {"severities": listed(_SEVERITY[key] for key in step.applies.severities)}
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


def retention(rule: Any) -> str:
    """How long something is kept."""
    return _("Kept for %(months)s after %(after)s, %(then)s.") % {
        "months": months(rule.months).rstrip("."),
        "after": rule.after,
        "then": _THEN[rule.then],
    }


def who_needs(part: Any) -> str:
    """Who needs a second factor."""
    if not part.exempt_roles:
        return _("Every role.")
    return _("Every role except %(roles)s.") % {"roles": listed(role(slug) for slug in part.exempt_roles)}


def fresh(part: Any) -> str:
    """How fresh it has to be."""
    minutes = ngettext("%(n)s minute", "%(n)s minutes", part.fresh_minutes) % {"n": part.fresh_minutes}
    return _("Given again not more than %(minutes)s before.") % {"minutes": minutes}
