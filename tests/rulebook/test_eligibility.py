"""Who may apply and why not, what each kind will be asked, and conditions in words."""

from __future__ import annotations

from typing import Any

import pytest

from portal.rulebook import catalogue
from portal.rulebook.eligibility import may_apply, outline, settled
from portal.rulebook.schema import Rulebook, parse
from portal.rulebook.wording import condition_in_words
from tests.factories.rulebook import document, founding_rules

RULES = founding_rules()
SHEET = RULES.questionnaire
KINDS = [kind.key for kind in RULES.eligibility.kinds]


def with_exclusion(**exclusion: Any) -> Rulebook:
    doc = document()
    doc["eligibility"]["excluded"] = [{"key": "pilot", "title": "Pilot", "why": "From 2027 on.", **exclusion}]
    return parse(doc)


def when(key: str) -> Any:
    return SHEET.question(key).when


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_may_apply_from_a_country_of_the_scheme_and_from_no_other(kind: str) -> None:
    assert may_apply(RULES, kind, "NO")
    refusal = may_apply(RULES, kind, "BR")
    assert (refusal.code, refusal.rule) == ("not_eligible", "eligibility.jurisdictions")
    assert "a seat of its own in a country of the scheme" in str(refusal.reason)


def test_a_kind_that_may_not_apply_is_told_what_it_can_do_instead() -> None:
    refusal = may_apply(RULES, "person", "NO")
    assert refusal.rule == "eligibility.other_kinds.person"
    assert "Apply through your employer" in str(refusal.reason)


def test_a_kind_that_the_rules_do_not_know_may_not_apply() -> None:
    assert may_apply(RULES, "circus", "NO").code == "not_eligible"


def test_an_exception_excludes_these_kinds_in_these_countries_and_says_why() -> None:
    rules = with_exclusion(kinds=["company"], jurisdictions=["CH"])
    refusal = may_apply(rules, "company", "CH")
    assert (refusal.reason, refusal.rule) == ("From 2027 on.", "eligibility.excluded.pilot")
    assert may_apply(rules, "university", "CH")
    assert may_apply(rules, "company", "NO")


def test_an_exception_without_countries_holds_in_all_of_them() -> None:
    rules = with_exclusion(kinds=["company"])
    assert not any(may_apply(rules, "company", item.country) for item in rules.eligibility.jurisdictions)


def test_every_rule_that_a_refusal_names_can_be_cited() -> None:
    rules = with_exclusion(kinds=["company"], jurisdictions=["CH"])
    keys = catalogue.keys(rules)
    asked = [("person", "NO"), ("circus", "NO"), ("company", "BR"), ("company", "CH")]
    assert {may_apply(rules, *each).rule for each in asked} <= keys
    said = catalogue.citation(rules, "eligibility.excluded.pilot")
    assert said is not None
    assert said.text == "Not open to: Company; in Switzerland."


# --- what will be asked ---------------------------------------------------------------------------


def test_questions_for_one_kind_only_are_outlined_for_that_kind_only() -> None:
    counted = {kind: outline(SHEET, kind)[0].always for kind in ("university", "company")}
    assert counted["university"] == counted["company"] + 1


def test_documents_are_listed_with_what_brings_them_up() -> None:
    found = {item.question.key: item.when for part in outline(SHEET, "company") for item in part.documents}
    assert found["mandate_evidence"] == ""
    assert found["impact_assessment"].startswith("“Sensitive personal data")
    assert set(found) == {question.key for question in SHEET.questions if question.type == "evidence"}


def test_a_section_that_only_other_kinds_are_asked_is_left_out() -> None:
    doc = document()
    doc["questionnaire"]["sections"][1]["kinds"] = ["university"]
    sheet = parse(doc).questionnaire
    assert "ownership" not in {part.key for part in outline(sheet, "company")}
    assert "ownership" in {part.key for part in outline(sheet, "university")}


def test_what_only_the_kind_decides_is_settled_before_any_answer() -> None:
    doc = document()
    company = {"organisation": ["company"]}
    open_question = {"question": "foreign_control", "equals": True}
    conditions: list[tuple[Any, bool | None]] = [
        (company, True),
        ({"not": company}, False),
        (open_question, None),
        ({"all": [company, open_question]}, None),
        ({"all": [{"not": company}, open_question]}, False),
        ({"any": [company, open_question]}, True),
        ({"any": [{"not": company}, open_question]}, None),
        ({"not": open_question}, None),
    ]
    for condition, expected in conditions:
        doc["questionnaire"]["sections"][1]["questions"][3]["when"] = condition
        assert settled(parse(doc).questionnaire.question("foreign_control_detail").when, "company") is expected


def test_each_kind_is_told_the_questions_in_its_own_words() -> None:
    condition = {"question": "registration_number", "answered": True}
    doc = document()
    doc["questionnaire"]["sections"][0]["questions"][-1]["when"] = condition
    sheet = parse(doc).questionnaire
    said = condition_in_words(sheet.question("mandate_evidence").when, sheet, "safety_institute")
    assert said == "“Reference of the order or statute that sets your mandate” is answered"


# --- conditions in words --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (
            "foreign_control_detail",
            "“Can a person, company or state outside the scheme’s countries direct your decisions?” is “Yes”",
        ),
        ("owners", "the answer to “Who owns or controls your organisation?” is “Private owners or shareholders” or"),
        ("deployment_case", "“Limited deployment” is chosen for “What will you use the models for?”"),
        ("hazard_controls", "is answered and “None of these” is not chosen for"),
        ("personal_basis", "would you send to the models?” or “Sensitive personal data"),
        ("open_findings", "“When was the last penetration test by outsiders?” is answered"),
    ],
)
def test_a_condition_is_told_in_the_words_of_its_questions(key: str, said: str) -> None:
    assert said in condition_in_words(when(key), SHEET)


def test_every_condition_of_the_founding_version_has_words_also_when_it_does_not_hold() -> None:
    doc = document()
    for section in doc["questionnaire"]["sections"]:
        for question in section["questions"]:
            if "when" in question:
                question["when"] = {"not": question["when"]}
    other = parse(doc).questionnaire
    for question in SHEET.questions:
        if question.when is not None:
            plain = condition_in_words(question.when, SHEET)
            assert plain
            assert condition_in_words(other.question(question.key).when, other) not in ("", plain)


def test_where_there_is_no_condition_there_are_no_words() -> None:
    assert condition_in_words(when("legal_name"), SHEET) == ""
