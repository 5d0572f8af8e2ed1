"""The agreement's text, made from the lines as they were granted."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from grants.models import Grant, GrantLine
from grants.queries.plan import granted_people
from grants.queries.words import Words
from partners.models import Person
from portal.core import clock
from portal.rulebook.schema import Rulebook, find


def sentence(institution: str, line: GrantLine, rules: Rulebook) -> str:
    """The line in plain words: who may do what with which release, where, with which data, until when."""
    return _(
        "%(institution)s may use %(release)s for %(use)s in its environment “%(environment)s” with %(data)s data "
        "until %(until)s."
    ) % {
        "institution": institution,
        "release": line.release,
        "use": find(rules.scope.use_cases, line.use_case).label.lower(),
        "environment": line.environment.name,
        "data": find(rules.scope.data_classes, line.data_class).label.lower(),
        "until": date_format(line.ends_on, "j F Y"),
    }


def agreement_text(grant: Grant, lines: Sequence[GrantLine], rules: Rulebook) -> str:
    """The whole text. Paragraphs are parted by empty lines; what is accepted is the digest over it. One query."""
    name, words, named = grant.institution.name, Words(rules), granted_people(line.pk for line in lines)
    parts = [
        _("Agreement on access under grant %(grant)s") % {"grant": grant.reference},
        _("Between %(institution)s and %(authority)s, under version %(version)s of the rulebook.")
        % {"institution": name, "authority": grant.authority.name, "version": grant.rulebook},
    ]
    for line in lines:
        if ended := ending(line):
            parts.append(f"{line.number}. {ended}")
            continue
        parts.append(f"{line.number}. {sentence(name, line, rules)}")
        parts.append(_limits(line))
        parts.append(_people(named.get(line.pk, ())))
        parts += [f"– {text}" for text in conditions_of(line, words)]
    parts += [item.text for item in rules.declarations_on("agreement")]
    return "\n\n".join(parts)


def ending(line: GrantLine) -> str:
    """That the provider has withdrawn its consent to the line, where its day has come; else empty."""
    withdrawal = line.held_withdrawal
    if withdrawal is None or withdrawal.effective_on > clock.today():
        return ""
    text = _("Nothing is permitted under this line: %(provider)s withdrew its consent with effect from %(day)s.")
    return text % {"provider": line.provider.name, "day": date_format(withdrawal.effective_on, "j F Y")}


def conditions_of(line: GrantLine, words: Words) -> list[str]:
    """Every condition of the line with who set it: the authority, the provider, or what the gateway applies."""
    by_provider = _("%(condition)s (set by %(provider)s)")
    applied = _("Applied by the gateway to every request: %(what)s")
    return [
        *line.conditions,
        *(by_provider % {"condition": text, "provider": line.provider.name} for text in line.provider_conditions),
        *(applied % {"what": words.safeguard(key)} for key in line.obligations),
        *([_("Gateways deny for the rest of a day (UTC) whose limit is used up.")] if line.stops_at_limit else []),
    ]


def _people(people: Sequence[Person]) -> str:
    if not people:
        return _("Everybody whom the institution has named for access may use it.")
    return _("Only these people may use it: %(names)s.") % {"names": names_of(people)}


def names_of(people: Sequence[Person]) -> str:
    """The people of a line by name, each with what they do and for whom, where that is known."""
    known = [(person.name, ", ".join(filter(None, (person.position, person.employer)))) for person in people]
    return "; ".join(f"{name} ({does})" if does else name for name, does in known)


def _limits(line: GrantLine) -> str:
    return _(
        "From %(start)s; at most %(requests)s requests and %(tokens)s tokens a day, and %(seats)s people at once."
    ) % {
        "start": date_format(line.starts_on, "j F Y"),
        "requests": number_format(line.requests_per_day, force_grouping=True),
        "tokens": number_format(line.tokens_per_day, force_grouping=True),
        "seats": line.seats,
    }
