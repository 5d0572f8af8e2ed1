"""Every rule that a decision can cite: its dotted key, what it says in a sentence, and why.

The keys are the anchors on the public page of a version. They are made from the document, so that no
key can be cited that the page does not show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from portal.core.verdicts import Text
from portal.rulebook.schema import DECISIONS, Rulebook
from portal.rulebook.sentences import audits, deciding, enforcement, qualification, scope, titles, words


@dataclass(frozen=True, slots=True)
class Citation:
    """One rule as the page shows it. `key` is what decisions cite."""

    key: str
    title: str
    text: str
    why: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """Rules that belong together. `key` can be cited as well, for the chapter as a whole."""

    key: str
    title: str
    why: str
    rules: tuple[Citation, ...]


def _rule(key: str, title: str, text: str, rule: Any = None) -> Citation:
    return Citation(key, title, text, getattr(rule, "why", ""), getattr(rule, "source", ""))


def chapters(rules: Rulebook) -> tuple[Chapter, ...]:
    """All chapters but the questionnaire, in the order of the document, in the language of the moment."""
    made: tuple[tuple[str, Text, Any, Iterable[Citation]], ...] = (
        ("disclosure", titles.DISCLOSURE, None, _disclosure(rules)),
        ("eligibility", titles.ELIGIBILITY, rules.eligibility, _eligibility(rules)),
        ("declarations", titles.DECLARATIONS, None, _declarations(rules)),
        ("risk", titles.RISK, rules.risk, _risk(rules)),
        ("quorum", titles.QUORUM, rules.quorum, _quorum(rules)),
        ("clocks", titles.CLOCKS, None, _clocks(rules)),
        ("qualification", titles.QUALIFICATION, rules.qualification, _qualification(rules)),
        ("people", titles.PEOPLE, rules.people, _people(rules)),
        ("screening", titles.SCREENING, rules.screening, _screening(rules)),
        ("scope", titles.SCOPE, rules.scope, _scope(rules)),
        ("consent", titles.CONSENT, rules.consent, _consent(rules)),
        ("audits", titles.AUDITS, rules.audits, _audits(rules)),
        ("obligations", titles.OBLIGATIONS, None, _obligations(rules)),
        ("incidents", titles.INCIDENTS, rules.incidents, _incidents(rules)),
        ("alerts", titles.ALERTS, rules.alerts, _alerts(rules)),
        ("enforcement", titles.ENFORCEMENT, rules.enforcement, _enforcement(rules)),
        ("appeal", titles.APPEAL, rules.appeal, _appeal(rules)),
        ("refusals", titles.REFUSALS, None, _refusals(rules)),
        ("retention", titles.RETENTION, rules.retention, _retention(rules)),
        ("second_factor", titles.SECOND_FACTOR, rules.second_factor, _second_factor(rules)),
    )
    return tuple(Chapter(key, str(title), getattr(part, "why", ""), tuple(found)) for key, title, part, found in made)


def citation(rules: Rulebook, key: str) -> Citation | None:
    """The rule of that key, a chapter by its own key, or a question as `questionnaire.<section>.<question>`."""
    for chapter in chapters(rules):
        if chapter.key == key:
            return Citation(chapter.key, chapter.title, "", chapter.why)
        for rule in chapter.rules:
            if rule.key == key:
                return rule
    return next((rule for rule in questions(rules) if rule.key == key), None)


def keys(rules: Rulebook) -> frozenset[str]:
    """Every key that can be cited."""
    found = {rule.key for chapter in chapters(rules) for rule in chapter.rules}
    return frozenset(found | {chapter.key for chapter in chapters(rules)} | {rule.key for rule in questions(rules)})


def questions(rules: Rulebook) -> Iterator[Citation]:
    """The sections and questions of the questionnaire as rules."""
    for section in rules.questionnaire.sections:
        yield Citation(f"questionnaire.{section.key}", section.title, section.intro)
        for question in section.questions:
            key = f"questionnaire.{section.key}.{question.key}"
            yield _rule(key, question.label, question.guidance or question.hint, question)


# --- chapter by chapter ---------------------------------------------------------------------------


def _terms(prefix: str, terms: Iterable[Any]) -> Iterator[Citation]:
    for term in terms:
        yield _rule(f"{prefix}.{term.key}", term.label, term.meaning, term)


def _disclosure(rules: Rulebook) -> Iterator[Citation]:
    for tier in rules.disclosure:
        yield _rule(f"disclosure.{tier.key}", tier.label, f"{tier.meaning} {qualification.readers(tier)}", tier)


def _eligibility(rules: Rulebook) -> Iterator[Citation]:
    for kind in rules.eligibility.kinds:
        yield _rule(
            f"eligibility.kinds.{kind.key}", kind.label, f"{kind.meaning} {qualification.evidence(kind)}".strip()
        )
    part = rules.eligibility
    yield from _terms("eligibility.other_kinds", part.other_kinds)
    yield Citation("eligibility.jurisdictions", str(titles.COUNTRIES), qualification.countries_of(part), part.elsewhere)
    for item in part.excluded:
        yield _rule(f"eligibility.excluded.{item.key}", item.title, qualification.excluded(part, item), item)


def _declarations(rules: Rulebook) -> Iterator[Citation]:
    for item in rules.declarations:
        yield _rule(f"declarations.{item.key}", item.title, item.text, item)


def _risk(rules: Rulebook) -> Iterator[Citation]:
    for level in rules.risk.tiers:
        yield _rule(f"risk.tiers.{level.key}", capfirst(words.tier(level.key)), qualification.level(level))
    for factor in rules.risk.factors:
        yield _rule(f"risk.factors.{factor.key}", factor.label, qualification.factor(factor), factor)


def _quorum(rules: Rulebook) -> Iterator[Citation]:
    for decision in DECISIONS:
        for tier, rule in getattr(rules.quorum, decision).items():
            title = f"{titles.DECISION[decision]}: {words.tier(tier)}"
            yield _rule(f"quorum.{decision}.{tier}", title, deciding.quorum(rule), rule)


def _clocks(rules: Rulebook) -> Iterator[Citation]:
    for item in rules.clocks:
        yield _rule(f"clocks.{item.key}", item.label, deciding.clock(item), item)


def _qualification(rules: Rulebook) -> Iterator[Citation]:
    part = rules.qualification
    for tier, months in part.validity_months.items():
        yield Citation(
            f"qualification.validity_months.{tier}", qualification.validity_title(tier), words.months(months)
        )
    yield Citation("qualification.renewal_lead_days", str(titles.RENEWAL), qualification.renewal(part))
    yield Citation("qualification.notices_days", str(titles.NOTICES), qualification.notices(part.notices_days))
    yield Citation("qualification.change_notice_working_days", str(titles.CHANGES), qualification.change_notice(part))
    yield Citation("qualification.cooling_off_days", str(titles.COOLING_OFF), qualification.cooling_off(part))
    yield Citation("qualification.assess_again_months", str(titles.ASSESS_AGAIN), qualification.assess_again(part))
    headings = {section.key: section.title for section in rules.questionnaire.sections}
    for item in part.circumstances:
        touched = qualification.touched([headings[key] for key in item.sections], item)
        yield Citation(f"qualification.circumstances.{item.key}", item.label, touched)


def _people(rules: Rulebook) -> Iterator[Citation]:
    part = rules.people
    yield Citation("people.identity_check_months", str(titles.IDENTITY), words.months(part.identity_check_months))
    for tier, months in part.background_check_months.items():
        yield Citation(
            f"people.background_check_months.{tier}", qualification.background_title(tier), words.months(months)
        )
    yield Citation("people.training_months", str(titles.TRAINING), words.months(part.training_months))
    yield Citation("people.notices_days", str(titles.NOTICES), qualification.notices(part.notices_days))
    yield Citation("people.new_text_days", str(titles.NEW_TEXT), qualification.new_text(part))


def _scope(rules: Rulebook) -> Iterator[Citation]:
    part = rules.scope
    yield from _terms("scope.use_cases", part.use_cases)
    yield from _terms("scope.data_classes", part.data_classes)
    yield from _terms("scope.capability_tiers", part.capability_tiers)
    yield from _terms("scope.access_routes", part.access_routes)
    yield from _terms("scope.safeguards", part.safeguards)
    yield from _terms("scope.prohibited_uses", part.prohibited_uses)
    for item in part.not_allowed:
        yield _rule(f"scope.not_allowed.{item.key}", str(titles.NOT_ALLOWED), scope.pattern(part, item), item)
    for needed in part.needed:
        yield _rule(f"scope.needed.{needed.key}", str(titles.NEEDED), scope.needed(part, needed), needed)
    for tier, limits in part.limits.items():
        yield _rule(f"scope.limits.{tier}", scope.limits_title(tier), scope.limits(limits), limits)
    for tier, months in part.accreditation_months.items():
        yield Citation(f"scope.accreditation_months.{tier}", scope.accreditation_title(tier), words.months(months))
    told = qualification.notices(part.accreditation_notices_days)
    yield Citation("scope.accreditation_notices_days", str(titles.ACCREDITATION_NOTICES), told)
    yield from _terms("scope.plan_parts", part.plan_parts)
    yield Citation("scope.plan", str(titles.PLAN), scope.plan_needed(part))
    yield Citation("scope.renewal_lead_days", str(titles.GRANT_RENEWAL), scope.renewal(part))


def _screening(rules: Rulebook) -> Iterator[Citation]:
    part = rules.screening
    yield Citation("screening.person", str(titles.SCREENED_PEOPLE), qualification.likeness(part.person))
    yield Citation(
        "screening.organisation", str(titles.SCREENED_ORGANISATIONS), qualification.likeness(part.organisation)
    )
    yield Citation("screening.removed", str(titles.SCREENED_REMOVED), qualification.likeness(part.removed))


def _consent(rules: Rulebook) -> Iterator[Citation]:
    part = rules.consent
    yield Citation("consent.deadline_working_days", str(titles.CONSENT_TIME), scope.consent_time(part))
    yield Citation("consent.withdrawal_notice_working_days", str(titles.WITHDRAWAL), scope.withdrawal(part))
    yield from _terms("consent.decline_reasons", part.decline_reasons)


def _audits(rules: Rulebook) -> Iterator[Citation]:
    part = rules.audits
    for tier, rule in part.intervals.items():
        yield _rule(f"audits.intervals.{tier}", audits.audit_title(tier), audits.audit(rule), rule)
    yield Citation("audits.response_working_days", str(titles.RESPONSE), audits.response(part))
    yield _rule("audits.evidence", str(titles.EVIDENCE), audits.shown_evidence(part.evidence), part.evidence)
    for sooner in part.sooner:
        yield _rule(f"audits.sooner.{sooner.key}", str(titles.SOONER), audits.sooner(sooner), sooner)
    if part.follow_up:
        yield _rule("audits.follow_up", str(titles.FOLLOW_UP), audits.follow_up(part.follow_up), part.follow_up)
    for finding in part.findings:
        yield _rule(
            f"audits.findings.{finding.severity}", audits.finding_title(finding), audits.finding(finding), finding
        )
    for step in part.escalation:
        yield _rule(f"audits.escalation.{step.key}", str(titles.ESCALATION), audits.escalation(step), step)


def _obligations(rules: Rulebook) -> Iterator[Citation]:
    for item in rules.obligations:
        yield _rule(f"obligations.{item.key}", item.title, audits.obligation(item), item)


def _incidents(rules: Rulebook) -> Iterator[Citation]:
    part = rules.incidents
    for severity in part.severities:
        yield _rule(f"incidents.severities.{severity.key}", severity.label, enforcement.severity(severity), severity)
    yield from _terms("incidents.kinds", part.kinds)
    yield from _terms("incidents.harms", part.harms)
    for rule in part.deadlines:
        yield _rule(f"incidents.deadlines.{rule.key}", rule.title, enforcement.deadlines(part, rule), rule)


def _alerts(rules: Rulebook) -> Iterator[Citation]:
    part = rules.alerts
    yield Citation("alerts.surprise", str(titles.SURPRISE), audits.surprise(part))
    yield Citation("alerts.dormant_days", str(titles.DORMANT), audits.dormant(part))
    yield Citation("alerts.settle_hours", str(titles.SETTLED), audits.settled(part))


def _enforcement(rules: Rulebook) -> Iterator[Citation]:
    part = rules.enforcement
    for step in part.ladder:
        yield _rule(f"enforcement.ladder.{step.key}", step.label, enforcement.step(step), step)
    yield Citation("enforcement.repeat_months", str(titles.REPEAT), enforcement.repeat(part))
    yield _rule("enforcement.emergency", str(titles.EMERGENCY), enforcement.emergency(part.emergency), part.emergency)


def _appeal(rules: Rulebook) -> Iterator[Citation]:
    part = rules.appeal
    for item in part.against:
        yield _rule(f"appeal.against.{item.key}", item.label, enforcement.appealable(part, item), item)
    yield Citation("appeal.stay_of_effect", str(titles.STAY), part.stay_of_effect)
    yield from _terms("appeal.grounds", part.grounds)


def _refusals(rules: Rulebook) -> Iterator[Citation]:
    yield from _terms("refusals.application", rules.refusals.application)
    yield from _terms("refusals.grant_line", rules.refusals.grant_line)


def _retention(rules: Rulebook) -> Iterator[Citation]:
    for rule in rules.retention.rules:
        yield _rule(f"retention.{rule.key}", capfirst(rule.what), deciding.retention(rule), rule)


def _second_factor(rules: Rulebook) -> Iterator[Citation]:
    part = rules.second_factor
    yield Citation("second_factor.exempt_roles", str(titles.WHO_NEEDS), deciding.who_needs(part))
    yield Citation("second_factor.fresh_minutes", str(titles.FRESH), deciding.fresh(part))
