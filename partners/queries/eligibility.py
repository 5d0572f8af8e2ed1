"""What somebody who has not signed in may know before they apply."""

from __future__ import annotations

from dataclasses import dataclass

from partners.queries.institution import home_authority_name
from partners.queries.times import DecisionTime, decision_times
from portal.core.verdicts import Verdict
from portal.rulebook.eligibility import Outline, may_apply, outline
from portal.rulebook.schema import Clock, Rulebook, Term, find


@dataclass(frozen=True, slots=True)
class Outlook:
    """The answer for one kind of organisation in one country, and what an application would take."""

    verdict: Verdict
    kind: Term
    country: str
    note: str = ""
    authority: str = ""
    sections: tuple[Outline, ...] = ()
    proofs: tuple[str, ...] = ()
    times: tuple[DecisionTime, ...] = ()
    clocks: tuple[Clock, ...] = ()

    @property
    def questions(self) -> int:
        """Questions that everybody of this kind is asked."""
        return sum(section.always for section in self.sections)

    @property
    def further(self) -> int:
        """Questions that only some answers bring up."""
        return sum(section.sometimes for section in self.sections)

    @property
    def has_documents(self) -> bool:
        return any(section.documents for section in self.sections)


def outlook(rules: Rulebook, kind: str, country: str) -> Outlook:
    """Whether it may apply and what follows. Two queries where it may; KeyError for a kind that is not in the rules."""
    part = rules.eligibility
    named = find([*part.kinds, *part.other_kinds], kind)
    verdict = may_apply(rules, kind, country)
    if not verdict:
        return Outlook(verdict, named, country)
    return Outlook(
        verdict,
        named,
        country,
        note=next(item.note for item in part.jurisdictions if item.country == country),
        authority=home_authority_name(country),
        sections=outline(rules.questionnaire, kind),
        proofs=find(part.kinds, kind).evidence,
        times=decision_times(),
        clocks=tuple(clock for clock in rules.clocks if clock.key in ("screening", "assessment", "signatures")),
    )
