"""Hints that somebody may have a conflict of interest in a case. They are shown, and decide nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from partners.rules.screening.names import PERSON, name_of
from partners.rules.screening.scoring import likeness
from partners.rules.screening.subjects import Subject
from portal.core.verdicts import Text

SAME_NAME = 85
"""From this likeness on a declared name may be that of the person, or of their body."""
EVERYBODYS = frozenset(
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com",
        "proton.me", "protonmail.com", "gmx.net", "gmx.de", "web.de", "mail.ru", "yandex.ru", "qq.com", "163.com",
    }
)  # fmt: skip
"""Domains of addresses that anybody gets: two people there need not know each other."""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who may work on the case. `dealings` are codes of what they had to do with the institution before."""

    name: str
    email: str
    bodies: tuple[str, ...] = ()
    dealings: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Applicant:
    """What is known of the institution: the domains of its addresses, and the names in its answers and people."""

    domains: frozenset[str]
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing to think about; `code` is stable."""

    code: str
    text: Text


def domain_of(email: str) -> str:
    """The part after the @ sign, "" of a domain that is everybody's."""
    domain = email.rpartition("@")[2].lower()
    return "" if domain in EVERYBODYS else domain


def hints(party: Party, applicant: Applicant) -> tuple[Hint, ...]:
    """What might be a conflict of interest, the nearest first. Nothing is hidden from the person whom it is about."""
    found = [Hint(code, text) for code, text in _dealings().items() if party.dealings.get(code)]
    domain = domain_of(party.email)
    if domain and any(domain == own or domain.endswith(f".{own}") for own in applicant.domains):
        found.append(Hint("same_domain", _("Their address is of the institution’s domain, %(d)s.") % {"d": domain}))
    found += _named(party, applicant.subjects)
    return tuple(found)


def _dealings() -> dict[str, Text]:
    return {
        "member": _("They are a member of the institution."),
        "former_member": _("They were a member of the institution."),
        "named": _("The institution has named them for access."),
        "author": _("They wrote or sent an earlier application of the institution."),
        "referee": _("They were asked about the institution as a third party."),
        "conflicted": _("They declared a conflict of interest in an earlier application of the institution."),
        "officer": _("They screened an earlier application of the institution."),
        "assessor": _("They assessed an earlier application of the institution."),
        "signatory": _("They signed or refused an earlier application of the institution."),
    }


def _named(party: Party, subjects: Sequence[Subject]) -> Iterable[Hint]:
    own = name_of(party.name, PERSON)
    for subject in subjects:
        if subject.kind == PERSON and likeness(own, name_of(subject.name, PERSON)).score >= SAME_NAME:
            words = {"name": subject.name, "label": subject.label}
            yield Hint("same_name", _("The institution names somebody of that name: %(name)s (%(label)s).") % words)
        elif subject.kind != PERSON and any(_same_body(subject, body) for body in party.bodies):
            words = {"name": subject.name, "label": subject.label}
            yield Hint("same_body", _("The institution names their own body: %(name)s (%(label)s).") % words)


def _same_body(subject: Subject, body: str) -> bool:
    if not body or subject.field == "institution":
        return False
    return likeness(name_of(subject.name, subject.kind), name_of(body, subject.kind)).score >= SAME_NAME
