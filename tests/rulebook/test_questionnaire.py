"""The questionnaire at work: what is asked, what is missing, what has changed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.rulebook import questionnaire as engine
from portal.rulebook.schema import parse
from tests.factories.rulebook import document, founding_rules
from tests.rulebook.answers import good_answer, good_answers
from tests.rulebook.test_answers import JSON

RULES = founding_rules()
SHEET = RULES.questionnaire
KINDS = [kind.key for kind in RULES.eligibility.kinds]
KEYS = [question.key for question in SHEET.questions]
ANSWERS = st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=5)), JSON, max_size=25)


def asked(answers: dict[str, Any], kind: str = "company") -> list[str]:
    return [question.key for question in engine.visible_questions(SHEET, answers, kind)]


def test_a_question_appears_with_the_answer_that_makes_it_necessary() -> None:
    assert "foreign_control_detail" not in asked({})
    assert "foreign_control_detail" not in asked({"foreign_control": False})
    assert "foreign_control_detail" in asked({"foreign_control": True})
    assert "foreign_control_detail" in asked({"foreign_control": "yes"})


def test_a_question_for_one_kind_of_organisation_is_asked_of_that_kind() -> None:
    assert "faculty" in asked({}, "university")
    assert "faculty" not in asked({}, "company")


def test_a_variant_changes_what_it_names_and_nothing_else() -> None:
    plain, varied = SHEET.question("lei"), engine.resolve(SHEET.question("lei"), "university")
    assert (plain.required, varied.required) == (True, False)
    assert varied.label == plain.label
    assert engine.resolve(plain, "company") is plain


def test_a_hidden_answer_decides_nothing() -> None:
    doc = document()
    part = next(item for item in doc["questionnaire"]["sections"] if item["key"] == "ownership")
    last = {"key": "third", "type": "yes_no", "label": "Third?", "when": {"question": "second", "equals": True}}
    second = {
        "key": "second",
        "type": "yes_no",
        "label": "Second?",
        "when": {"question": "foreign_control", "equals": True},
    }
    part["questions"] += [second, last]
    sheet = parse(doc).questionnaire
    shown = [q.key for q in engine.visible_questions(sheet, {"foreign_control": False, "second": True}, "company")]
    assert "second" not in shown
    assert "third" not in shown


def test_a_wrong_answer_decides_nothing() -> None:
    assert "owners" not in asked({"legal_owner_type": "church"})
    assert "open_findings" not in asked({"last_penetration_test": "yesterday"})
    assert "open_findings" in asked({"last_penetration_test": "2020-01-01"})


def test_a_section_without_a_visible_question_is_not_asked() -> None:
    doc = document()
    doc["questionnaire"]["sections"][1]["when"] = {"question": "headcount", "at_least": 10}
    sheet = parse(doc).questionnaire
    keys = [item.key for item in engine.visible(sheet, {"headcount": 9}, "company")]
    assert "ownership" not in keys
    assert engine.visible_section(sheet, "ownership", {"headcount": 9}, "company") is None
    assert engine.visible_section(sheet, "ownership", {"headcount": 10}, "company") is not None


@pytest.mark.parametrize("kind", KINDS)
def test_a_complete_application_is_complete_for_every_kind(kind: str) -> None:
    answers = good_answers(SHEET, kind)
    found = engine.progress(SHEET, answers, kind)
    assert found.complete, {part.key: part.errors for part in found.sections if not part.complete}
    assert found.percent == 100
    assert {part.state for part in found.sections} == {"complete"}


def test_an_empty_application_has_not_begun() -> None:
    found = engine.progress(SHEET, {}, "company")
    assert (found.complete, found.percent, found.answered) == (False, 0, 0)
    assert {part.state for part in found.sections} == {"not_started"}


def test_a_hidden_required_question_does_not_block_and_a_visible_one_does() -> None:
    answers = good_answers(SHEET, "company")
    assert engine.progress(SHEET, answers, "company").complete
    answers["foreign_control"] = True
    found = engine.progress(SHEET, answers, "company")
    assert found["ownership"].missing == ("foreign_control_detail", "foreign_control_countries")
    assert not found.complete
    assert found.percent < 100


def test_an_optional_question_may_be_blank_and_not_wrong() -> None:
    answers = good_answers(SHEET, "company")
    answers.pop("trading_names", None)
    assert engine.progress(SHEET, answers, "company")["organisation"].complete
    answers["ror"] = "03yrm5c27"
    part = engine.progress(SHEET, answers, "company")["organisation"]
    assert part.state == "in_progress"
    assert "check digits" in part.errors["ror"]


def test_errors_name_every_question_in_the_way() -> None:
    part = engine.progress(SHEET, {"lei": "x"}, "company")["organisation"]
    assert set(part.errors) == {*part.missing, *part.problems}
    assert part.errors["legal_name"] == "Answer this question."


def test_what_is_submitted_is_in_order_and_only_what_was_asked() -> None:
    answers = {**good_answers(SHEET, "company"), "faculty": "Physics", "surprise": 1, "sanctions_detail": "old"}
    kept = engine.prune(SHEET, dict(reversed(list(answers.items()))), "company")
    assert list(kept) == [key for key in KEYS if key in kept]
    assert not {"faculty", "surprise", "sanctions_detail"} & set(kept)


def test_documents_are_found_in_visible_answers_only() -> None:
    answers = good_answers(SHEET, "company")
    hidden = str(uuid4())
    answers["impact_assessment"] = [hidden]
    found = engine.evidence_ids(SHEET, answers, "company")
    assert set(answers["mandate_evidence"]) <= found
    assert hidden not in found


# --- properties -------------------------------------------------------------------------------------


@given(ANSWERS, st.sampled_from([*KINDS, "", "bakery"]))
@settings(deadline=None)
def test_no_answers_make_the_engine_fail(answers: dict[str, Any], kind: str) -> None:
    found = engine.progress(SHEET, answers, kind)
    assert 0 <= found.answered <= found.asked
    assert found.complete == (found.percent == 100)
    kept = engine.prune(SHEET, answers, kind)
    assert engine.prune(SHEET, kept, kind) == kept
    assert engine.differences(SHEET, answers, answers, kind) == ()


@given(st.lists(st.sampled_from(KEYS), max_size=20), st.sampled_from(KINDS))
@example(["last_penetration_test", "open_findings"], "university")
@settings(deadline=None)
def test_taking_answers_away_never_completes_an_application(taken: list[str], kind: str) -> None:
    """What is asked only because of an answer is not missing where that answer is taken away as well."""
    answers = good_answers(SHEET, kind)
    left = {key: value for key, value in answers.items() if key not in taken}
    required = {question.key for question in engine.visible_questions(SHEET, left, kind) if question.required}
    assert engine.progress(SHEET, left, kind).complete == (not required & set(taken))


@given(st.sets(st.sampled_from(KEYS), max_size=12), st.sets(st.sampled_from(KEYS), max_size=12))
@settings(deadline=None)
def test_differences_are_exactly_what_the_submitted_answers_differ_in(before: set[str], after: set[str]) -> None:
    everything = good_answers(SHEET, "company")
    old = {key: value for key, value in everything.items() if key not in before}
    new = {key: value for key, value in everything.items() if key not in after}
    was, now = engine.prune(SHEET, old, "company"), engine.prune(SHEET, new, "company")
    changed = {key for key in {*was, *now} if was.get(key) != now.get(key)}
    assert {item.key for item in engine.differences(SHEET, old, new, "company")} == changed


# --- side by side, and from version to version ------------------------------------------------------


def test_a_difference_shows_both_sides_and_marks_the_words() -> None:
    old = good_answers(SHEET, "company")
    new = {**old, "seat_address": "2 New Street, Oslo", "headcount": 7}
    old["seat_address"] = "2 Old Street, Oslo"
    found = engine.differences(SHEET, old, new, "company")
    assert [(item.key, item.change) for item in found] == [("seat_address", "changed"), ("headcount", "changed")]
    left, right = found[0].marked
    assert [segment.text for segment in left if segment.changed] == ["Old"]
    assert [segment.text for segment in right if segment.changed] == ["New"]
    assert engine.sections_touched(found) == ("organisation",)


def test_an_answer_that_is_no_longer_asked_for_counts_as_removed() -> None:
    old = {**good_answers(SHEET, "company"), "foreign_control": True, "foreign_control_detail": "A loan."}
    new = {**old, "foreign_control": False}
    changes = {item.key: item.change for item in engine.differences(SHEET, old, new, "company")}
    assert changes == {"foreign_control": "changed", "foreign_control_detail": "removed"}


def test_a_change_from_yes_to_no_is_a_change() -> None:
    answers = good_answers(SHEET, "company")
    found = engine.differences(SHEET, answers, {**answers, "training": not answers["training"]}, "company")
    assert [(str(item.before), str(item.after)) for item in found] in ([("Yes", "No")], [("No", "Yes")])


def test_every_question_of_the_founding_version_can_be_answered() -> None:
    for question in SHEET.questions:
        assert good_answer(question) is not None
