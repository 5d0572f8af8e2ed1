"""References inside a document: every name that a part uses must exist, and conditions must be answerable in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import pycountry

from portal.rulebook.schema.base import DISCLOSURE_TIERS, Part
from portal.rulebook.schema.conditions import (
    MAX_DEPTH,
    AtLeast,
    Equals,
    Includes,
    Leaf,
    OfKind,
    OneOf,
    depth,
    leaves,
)  # fmt: skip
from portal.rulebook.schema.decisions import APPEALABLE
from portal.rulebook.schema.errors import Problem
from portal.rulebook.schema.questions import ChoiceQuestion, Choosing, Question, SeveralQuestion
from portal.rulebook.schema.scope import Pattern

if TYPE_CHECKING:
    from portal.rulebook.schema.document import Rulebook

Found = Iterator[Problem]
RESERVED = frozenset(
    "add_row asked check csrfmiddlewaretoken go kind page rulebook save section show state upload version".split()  # noqa: SIM905
)
"""Names that the pages' own controls have, so that no question can."""


def reference_problems(rules: Rulebook) -> list[Problem]:
    """Every dangling or impossible reference in the document, in its order."""
    return [
        *_unique_keys(rules),
        *_disclosure(rules),
        *_countries(rules),
        *_who_may_apply(rules),
        *_questionnaire(rules),
        *_circumstances(rules),
        *_risk(rules),
        *_scope(rules),
        *_incidents(rules),
        *_appeals(rules),
    ]


def _unknown(where: str, name: str, known: Iterable[str], what: str) -> Problem:
    close = get_close_matches(name, list(known), n=1)
    advice = f" Did you mean “{close[0]}”?" if close else " Add it, or take the reference out."
    return Problem(where, f"There is no {what} “{name}”.{advice}")


def _circumstances(rules: Rulebook) -> Found:
    known = [section.key for section in rules.questionnaire.sections]
    for index, item in enumerate(rules.qualification.circumstances):
        for place, name in enumerate(item.sections):
            if name not in known:
                yield _unknown(f"qualification.circumstances[{index}].sections[{place}]", name, known, "section")


def _twice(where: str, keys: Iterable[str]) -> Found:
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key in seen:
            yield Problem(f"{where}[{index}].key", f"“{key}” is there twice. Give each a key of its own.")
        seen.add(key)


def _unique_keys(rules: Rulebook) -> Found:
    lists: dict[str, Iterable[str]] = {
        "disclosure": (item.key for item in rules.disclosure),
        "eligibility.kinds": (item.key for item in rules.eligibility.kinds),
        "eligibility.other_kinds": (item.key for item in rules.eligibility.other_kinds),
        "eligibility.excluded": (item.key for item in rules.eligibility.excluded),
        "qualification.circumstances": (item.key for item in rules.qualification.circumstances),
        "declarations": (item.key for item in rules.declarations),
        "risk.factors": (item.key for item in rules.risk.factors),
        "clocks": (item.key for item in rules.clocks),
        "scope.use_cases": (item.key for item in rules.scope.use_cases),
        "scope.data_classes": (item.key for item in rules.scope.data_classes),
        "scope.capability_tiers": (item.key for item in rules.scope.capability_tiers),
        "scope.access_routes": (item.key for item in rules.scope.access_routes),
        "scope.safeguards": (item.key for item in rules.scope.safeguards),
        "scope.prohibited_uses": (item.key for item in rules.scope.prohibited_uses),
        "scope.not_allowed": (item.key for item in rules.scope.not_allowed),
        "scope.needed": (item.key for item in rules.scope.needed),
        "scope.plan_parts": (item.key for item in rules.scope.plan_parts),
        "consent.decline_reasons": (item.key for item in rules.consent.decline_reasons),
        "audits.sooner": (item.key for item in rules.audits.sooner),
        "audits.escalation": (item.key for item in rules.audits.escalation),
        "obligations": (item.key for item in rules.obligations),
        "incidents.kinds": (item.key for item in rules.incidents.kinds),
        "incidents.harms": (item.key for item in rules.incidents.harms),
        "incidents.recipients": (item.key for item in rules.incidents.recipients),
        "incidents.deadlines": (item.key for item in rules.incidents.deadlines),
        "incidents.forms": (item.key for item in rules.incidents.forms),
        "appeal.grounds": (item.key for item in rules.appeal.grounds),
        "appeal.against": (item.key for item in rules.appeal.against),
        "refusals.application": (item.key for item in rules.refusals.application),
        "refusals.grant_line": (item.key for item in rules.refusals.grant_line),
        "retention.rules": (item.key for item in rules.retention.rules),
        "questionnaire.sections": (item.key for item in rules.questionnaire.sections),
    }
    for where, keys in lists.items():
        yield from _twice(where, keys)


def _disclosure(rules: Rulebook) -> Found:
    missing = [tier for tier in DISCLOSURE_TIERS if tier not in {item.key for item in rules.disclosure}]
    if missing:
        yield Problem("disclosure", f"Say who may read the tiers {', '.join(missing)}. Add an entry for each.")


def _countries(rules: Rulebook) -> Found:
    seen: set[str] = set()
    for index, item in enumerate(rules.eligibility.jurisdictions):
        where = f"eligibility.jurisdictions[{index}].country"
        if pycountry.countries.get(alpha_2=item.country) is None:
            yield Problem(where, f"“{item.country}” is no country code of ISO 3166-1. Use two letters, such as FR.")
        if item.country in seen:
            yield Problem(where, f"{item.country} is there twice. Take one out.")
        seen.add(item.country)


def _who_may_apply(rules: Rulebook) -> Found:
    part = rules.eligibility
    kinds = {item.key for item in part.kinds}
    countries = {item.country for item in part.jurisdictions}
    for index, other in enumerate(part.other_kinds):
        where = f"eligibility.other_kinds[{index}]"
        if other.key in kinds:
            yield Problem(f"{where}.key", f"“{other.key}” may apply by `kinds`. Take it out of one of the two lists.")
        if not other.meaning:
            yield Problem(f"{where}.meaning", "Say why this kind may not apply, and what it can do instead.")
    for index, item in enumerate(part.excluded):
        where = f"eligibility.excluded[{index}]"
        yield from _kinds(f"{where}.kinds", item.kinds, kinds)
        for country in item.jurisdictions:
            if country not in countries:
                yield _unknown(f"{where}.jurisdictions", country, countries, "country that may apply called")
        if not item.kinds and not item.jurisdictions:
            yield Problem(where, "This excludes everybody. Name the kinds, the countries, or both.")


# --- questions and conditions ---------------------------------------------------------------------


def _questionnaire(rules: Rulebook) -> Found:
    before: dict[str, Question] = {}
    every = {question.key for question in rules.questionnaire.questions}
    kinds = {kind.key for kind in rules.eligibility.kinds}
    for number, section in enumerate(rules.questionnaire.sections):
        here = f"questionnaire.sections[{number}]"
        yield from _kinds(f"{here}.kinds", section.kinds, kinds)
        if section.when is not None:
            yield from _condition(f"{here}.when", section.when, before, every, kinds)
        for index, question in enumerate(section.questions):
            where = f"{here}.questions[{index}]"
            if question.key in before:
                yield Problem(f"{where}.key", f"The question “{question.key}” is there twice. Rename one of them.")
            if question.key in RESERVED:
                yield Problem(f"{where}.key", f"“{question.key}” is a name of the page’s own. Choose another.")
            yield from _kinds(f"{where}.kinds", question.kinds, kinds)
            yield from _kinds(f"{where}.variants", question.variants, kinds)
            if question.when is not None:
                yield from _condition(f"{where}.when", question.when, before, every, kinds)
            before[question.key] = question
    for number, obligation in enumerate(rules.obligations):
        known: dict[str, Question] = {}
        inside = {question.key for question in obligation.questions}
        for index, question in enumerate(obligation.questions):
            where = f"obligations[{number}].questions[{index}]"
            if question.key in known:
                yield Problem(f"{where}.key", f"The question “{question.key}” is there twice. Rename one of them.")
            if question.when is not None:
                yield from _condition(f"{where}.when", question.when, known, inside, kinds)
            known[question.key] = question


def _kinds(where: str, used: Iterable[str], known: set[str]) -> Found:
    for kind in used:
        if kind not in known:
            yield _unknown(where, kind, known, "kind of organisation")


def _condition(where: str, condition: Part, before: dict[str, Question], every: set[str], kinds: set[str]) -> Found:
    if depth(condition) > MAX_DEPTH:
        yield Problem(where, f"The condition is nested more than {MAX_DEPTH} deep. Split the question instead.")
        return
    for leaf in leaves(condition):
        if isinstance(leaf, OfKind):
            yield from _kinds(where, leaf.organisation, kinds)
        elif leaf.question in before:
            yield from _comparison(where, leaf, before[leaf.question])
        elif leaf.question in every:
            what = f"It depends on “{leaf.question}”, which is asked later or depends on this one. Ask that one first."
            yield Problem(where, what)
        else:
            yield _unknown(where, leaf.question, every, "question")


def _comparison(where: str, leaf: Leaf, question: Question) -> Found:
    """Whether the comparison can ever hold for a question of that type."""
    if isinstance(leaf, Includes):
        yield from _inclusion(where, leaf, question)
    elif isinstance(leaf, AtLeast) and question.type != "number":
        yield Problem(
            where, f"`at_least` compares numbers, and “{question.key}” is {question.type}. Use another operator."
        )
    elif isinstance(leaf, Equals | OneOf):
        wanted = (leaf.equals,) if isinstance(leaf, Equals) else leaf.one_of
        for value in wanted:
            yield from _value(where, value, question)


def _inclusion(where: str, leaf: Includes, question: Question) -> Found:
    if isinstance(question, SeveralQuestion):
        yield from _offered(where, leaf.includes, question)
    elif not (question.type == "country" and question.many):
        yield Problem(where, f"`includes` needs a list, and “{question.key}” is {question.type}. Use `equals` or `in`.")


def _offered(where: str, value: object, question: Choosing) -> Found:
    keys = [option.key for option in question.options]
    if value not in keys:
        yield _unknown(where, str(value), keys, f"option of “{getattr(question, 'key', '')}” called")


def _value(where: str, value: object, question: Question) -> Found:
    if isinstance(question, ChoiceQuestion):
        yield from _offered(where, value, question)
        return
    expected: dict[str, tuple[type, ...]] = {
        "yes_no": (bool,), "number": (int, float), "text": (str,), "long_text": (str,), "date": (str,),
        "country": (str,),
    }  # fmt: skip
    types = expected.get(question.type)
    if types is None or (question.type == "country" and question.many):
        what = f"“{question.key}” is {question.type} and has no single value to compare. Use `includes` or `answered`."
        yield Problem(where, what)
    elif not isinstance(value, types) or (isinstance(value, bool) and question.type != "yes_no"):
        yield Problem(
            where, f"“{question.key}” is {question.type}; {value!r} can never be its answer. Correct the value."
        )


def _risk(rules: Rulebook) -> Found:
    questions = {question.key: question for question in rules.questionnaire.questions}
    kinds = {kind.key for kind in rules.eligibility.kinds}
    for index, factor in enumerate(rules.risk.factors):
        yield from _condition(f"risk.factors[{index}].when", factor.when, questions, set(questions), kinds)
        if not factor.points and factor.at_least is None:
            yield Problem(f"risk.factors[{index}]", "This factor changes nothing. Give it points or `at_least`.")


# --- scope, incidents, appeals --------------------------------------------------------------------


def _scope(rules: Rulebook) -> Found:
    scope = rules.scope
    patterns: list[tuple[str, Pattern]] = [
        *((f"scope.not_allowed[{index}]", item) for index, item in enumerate(scope.not_allowed)),
        *((f"scope.needed[{index}]", item) for index, item in enumerate(scope.needed)),
        *(
            (f"scope.use_cases[{number}].only_where[{index}]", item)
            for number, use_case in enumerate(scope.use_cases)
            for index, item in enumerate(use_case.only_where)
        ),
    ]
    vocabularies = {
        "use_cases": ({item.key for item in scope.use_cases}, "use case"),
        "data_classes": ({item.key for item in scope.data_classes}, "data class"),
        "capability_tiers": ({item.key for item in scope.capability_tiers}, "capability tier"),
        "access_routes": ({item.key for item in scope.access_routes}, "access route"),
        "kinds": ({item.key for item in rules.eligibility.kinds}, "kind of organisation"),
    }
    for where, pattern in patterns:
        for name, (known, what) in vocabularies.items():
            for used in getattr(pattern, name):
                if used not in known:
                    yield _unknown(f"{where}.{name}", used, known, what)
    safeguards = {item.key for item in scope.safeguards}
    for index, needed in enumerate(scope.needed):
        for used in needed.safeguards:
            if used not in safeguards:
                yield _unknown(f"scope.needed[{index}].safeguards", used, safeguards, "safeguard")
    for name in ("data_classes", "capability_tiers"):
        ranks = [item.rank for item in getattr(scope, name)]
        if ranks != sorted(set(ranks)):
            yield Problem(f"scope.{name}", "List these by rising rank, each rank once.")


def _incidents(rules: Rulebook) -> Found:
    incidents = rules.incidents
    recipients = {item.key for item in incidents.recipients}
    vocabularies = {
        "kinds": ({item.key for item in incidents.kinds}, "kind of incident"),
        "harms": ({item.key for item in incidents.harms}, "harm"),
    }
    for index, rule in enumerate(incidents.deadlines):
        here = f"incidents.deadlines[{index}]"
        if rule.recipient not in recipients:
            yield _unknown(f"{here}.recipient", rule.recipient, recipients, "recipient")
        parts: list[tuple[str, Any]] = [(f"{here}.applies", rule.applies)]
        parts += [(f"{here}.steps[{number}].applies", step.applies) for number, step in enumerate(rule.steps)]
        for number, step in enumerate(rule.steps):
            parts += [(f"{here}.steps[{number}].shorter[{place}]", item) for place, item in enumerate(step.shorter)]
        for where, applies in parts:
            for name, (known, what) in vocabularies.items():
                for used in getattr(applies, name, ()):
                    if used not in known:
                        yield _unknown(f"{where}.{name}", used, known, what)
    yield from _report_forms(rules)


def _report_forms(rules: Rulebook) -> Found:
    forms = {item.key for item in rules.incidents.forms}
    for index, rule in enumerate(rules.incidents.deadlines):
        for number, step in enumerate(rule.steps):
            for named in (step.form, step.if_ongoing.form if step.if_ongoing else None):
                if named is not None and named not in forms:
                    yield _unknown(f"incidents.deadlines[{index}].steps[{number}].form", named, forms, "form")
    for index, form in enumerate(rules.incidents.forms):
        for place, question in enumerate(form.questions):
            if question.key in RESERVED:
                yield Problem(
                    f"incidents.forms[{index}].questions[{place}].key",
                    f"“{question.key}” is a name of the page itself.",
                )


def _appeals(rules: Rulebook) -> Found:
    named = {item.key for item in rules.appeal.against}
    if missing := [kind for kind in APPEALABLE if kind not in named]:
        yield Problem("appeal.against", f"Say how appeals against {', '.join(missing)} go. Add an entry for each.")
    grounds = {item.key for item in rules.appeal.grounds}
    for index, appealable in enumerate(rules.appeal.against):
        for used in appealable.grounds:
            if used not in grounds:
                yield _unknown(f"appeal.against[{index}].grounds", used, grounds, "ground")
