"""What speaks for and against a resemblance, and what a person may do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.rules.screening.names import ENTITY, ORGANISATION, PERSON, name_of, plain_identifier
from partners.rules.screening.scoring import Likeness, Weights, likeness
from partners.rules.screening.subjects import Subject
from portal.core.verdicts import ALLOWED, Verdict, refused
from portal.rulebook.schema.screening import Screening

WEAK = 10
"""What a match with a name of little worth loses."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that was compared: whether both sides agree in it, and in words."""

    field: str
    agrees: bool
    text: str

    def as_json(self) -> dict[str, Any]:
        """The reason as JSON types."""
        return {"field": self.field, "agrees": self.agrees, "text": self.text}


@dataclass(frozen=True, slots=True)
class Resemblance:
    """How much a declared name resembles a listed one, and why."""

    score: int
    name: str
    reasons: tuple[Reason, ...]


def least_of(rules: Screening, kind: str) -> int:
    """The least likeness that a person has to look at, by the kind of what was declared."""
    if kind == ENTITY:
        return min(rules.person, rules.organisation)
    return rules.person if kind == PERSON else rules.organisation


def compared_as(declared: str, listed: str) -> str | None:
    """As what two names are compared, None where one is a person and the other an organisation."""
    if ENTITY in (declared, listed):
        return listed if declared == ENTITY else declared
    return declared if declared == listed else None


def resembles(
    subject: Subject, names: Sequence[tuple[str, bool]], facts: Mapping[str, Any], least: int, frequent: Weights
) -> Resemblance | None:
    """The best of the names, with everything that both sides say; None where none comes near enough.

    An identifier that agrees is enough by itself. Nothing else than the name counts against: lists are often wrong.
    """
    same = _same_identifiers(subject, facts)
    kind = compared_as(subject.kind, str(facts.get("kind", ENTITY)))
    if kind is None and not same:
        return None
    score, shown, best = 0, names[0][0] if names else "", Likeness(0)
    declared = name_of(subject.name, kind or ENTITY)
    for text, weak in names:
        found = likeness(declared, name_of(text, kind or ENTITY), frequent)
        value = found.score - WEAK if weak else found.score
        if value > score:
            score, shown, best = value, text, found
    if score < least and not same:
        return None
    reasons = [*same, *_words(best), *_others(subject, facts)]
    return Resemblance(100 if same else score, shown, tuple(reasons))


def _same_identifiers(subject: Subject, facts: Mapping[str, Any]) -> list[Reason]:
    listed = {plain_identifier(value) for values in (facts.get("identifiers") or {}).values() for value in values}
    return [
        Reason("identifier", True, _("The same identifier: %(value)s") % {"value": value})
        for value in subject.identifiers.values()
        if (plain := plain_identifier(value)) and plain in listed
    ]


def _words(found: Likeness) -> list[Reason]:
    same = [pair.left for pair in found.pairs if pair.score == 1.0]
    near = [f"{pair.left} ~ {pair.right}" for pair in found.pairs if pair.score < 1.0]
    reasons = []
    if same:
        reasons.append(Reason("name", True, _("The same words: %(words)s") % {"words": ", ".join(same)}))
    if near:
        reasons.append(Reason("name", True, _("Spelt otherwise: %(words)s") % {"words": ", ".join(near)}))
    if found.only_left:
        words = ", ".join(found.only_left)
        reasons.append(Reason("name", False, _("Only declared: %(words)s") % {"words": words}))
    if found.only_right:
        reasons.append(Reason("name", False, _("Only on the list: %(words)s") % {"words": ", ".join(found.only_right)}))
    return reasons


def _others(subject: Subject, facts: Mapping[str, Any]) -> list[Reason]:
    listed = {str(item).upper() for item in facts.get("countries") or ()}
    reasons = []
    if subject.countries and listed:
        both = sorted(listed.intersection(subject.countries))
        text = (
            _("The same country: %(countries)s") % {"countries": ", ".join(both)}
            if both
            else _("Another country: %(declared)s, on the list %(listed)s")
            % {"declared": ", ".join(subject.countries), "listed": ", ".join(sorted(listed))}
        )
        reasons.append(Reason("country", bool(both), text))
    kind = str(facts.get("kind", ENTITY))
    if {subject.kind, kind} == {PERSON, ORGANISATION}:
        reasons.append(Reason("kind", False, _("One is a person, the other an organisation.")))
    return reasons


def all_looked_at(*, open_hits: int, waiting: Sequence[str]) -> Verdict:
    """Every name was compared with the lists in use, and a person has looked at whatever resembled one."""
    if waiting:
        return refused(
            _("The names of this case are still to be compared with: %(lists)s. Look at it again in a few minutes.")
            % {"lists": ", ".join(waiting)},
            code="not_screened",
            rule="screening",
        )
    if open_hits == 0:
        return ALLOWED
    return refused(
        ngettext(
            "One name resembles one on a list, and nobody has looked at it. Open “Screening” and clear or confirm it.",
            "%(count)s names resemble ones on lists, and nobody has looked at them. Open “Screening” and clear or"
            " confirm each.",
            open_hits,
        )
        % {"count": open_hits},
        code="open_hit",
        rule="screening",
    )
