"""Who decides, how soon, with what factor, and how long the record of it is kept."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from portal.rulebook.schema import QuorumRule
from portal.rulebook.sentences.words import listed, months, role, working_days

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
_THEN = {
    "purge": lazy("then removed"),
    "anonymise": lazy("then made anonymous"),
    "archive": lazy("then archived"),
}


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
