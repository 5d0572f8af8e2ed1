"""A draft that moves to another version: what is new, changed and gone, and which answers no longer fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.rulebook.moving import Novelty, novelties
from portal.rulebook.schema import parse
from tests.factories.rulebook import document, founding_rules
from tests.rulebook.answers import good_answers

SHEET = founding_rules().questionnaire
ANSWERS = good_answers(SHEET, "company")


def told(change: Callable[[dict[str, Any]], None], answers: dict[str, Any] | None = None) -> dict[str, Novelty]:
    """What the author is told after the change of the document, by question."""
    doc = document("1.1")
    change(doc)
    found = novelties(SHEET, parse(doc).questionnaire, ANSWERS if answers is None else answers, "company")
    return {item.question.key: item for item in found}


def questions(doc: dict[str, Any], section: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = doc["questionnaire"]["sections"][section]["questions"]
    return found


def question(doc: dict[str, Any], key: str) -> dict[str, Any]:
    return next(item for part in doc["questionnaire"]["sections"] for item in part["questions"] if item["key"] == key)


def test_nothing_is_told_where_nothing_differs() -> None:
    assert told(lambda doc: None) == {}


def test_a_new_question_is_told_with_its_section_and_has_to_be_answered() -> None:
    found = told(lambda doc: questions(doc).append({"key": "motto", "type": "text", "label": "Your motto"}))
    motto = found["motto"]
    assert (motto.change, motto.section_title, motto.to_do) == ("added", "Your organisation", True)


def test_a_new_question_that_may_be_left_out_is_nothing_to_do() -> None:
    new = {"key": "motto", "type": "text", "label": "Your motto", "required": False}
    assert not told(lambda doc: questions(doc).append(new))["motto"].to_do


def test_a_question_that_is_gone_says_whether_it_had_been_answered() -> None:
    def change(doc: dict[str, Any]) -> None:
        questions(doc)[:] = [item for item in questions(doc) if item["key"] != "headcount"]

    assert (told(change)["headcount"].change, told(change)["headcount"].answered) == ("removed", True)
    assert not told(change, {**ANSWERS, "headcount": ""})["headcount"].answered


def test_new_words_are_shown_beside_the_old_ones() -> None:
    found = told(lambda doc: question(doc, "headcount").update(label="How many people work for you?", hint="Heads."))
    item = found["headcount"]
    assert item.was == "How many people work for your organisation?"
    assert item.what == ("Its words changed.", "Its explanation changed.")
    assert not item.to_do


def test_an_answer_that_no_longer_fits_says_what_to_enter() -> None:
    item = told(lambda doc: question(doc, "legal_name").update(max_length=3))["legal_name"]
    assert item.what == ("Its limits changed.",)
    assert "Shorten this" in item.problem
    assert item.to_do


def test_other_choices_another_form_and_another_duty_are_told() -> None:
    def change(doc: dict[str, Any]) -> None:
        question(doc, "mfa")["options"].append({"key": "none", "label": "Nothing"})
        question(doc, "trading_names")["required"] = True
        question(doc, "training").clear()
        doc["questionnaire"]["sections"][5]["questions"] = [
            item for item in questions(doc, 5) if item
        ] + [{"key": "training", "type": "long_text", "label": "Training"}]  # fmt: skip

    found = told(change)
    assert found["mfa"].what == ("What can be chosen or entered changed.",)
    assert found["trading_names"].what == ("It has to be answered now.",)
    assert found["training"].what == ("It is answered in another form.",)
    assert found["training"].problem


def test_a_question_in_another_section_is_told_as_moved() -> None:
    def change(doc: dict[str, Any]) -> None:
        moving = question(doc, "headcount")
        questions(doc).remove(moving)
        questions(doc, 5).append(moving)

    assert told(change)["headcount"].what == ("It moved to “People”.",)


def test_what_only_readers_and_writers_of_the_rules_notice_is_not_told() -> None:
    assert told(lambda doc: question(doc, "headcount").update(tier="restricted", why="Because.", material=True)) == {}


def test_only_questions_that_these_answers_bring_up_are_told() -> None:
    change = lambda doc: question(doc, "deployment_case").update(label="Why deploy?")  # noqa: E731
    assert "deployment_case" not in told(change, {**ANSWERS, "purposes": ["evaluation"]})
    assert "deployment_case" in told(change, {**ANSWERS, "purposes": ["deployment"]})


def test_new_ones_come_first_and_gone_ones_last() -> None:
    def change(doc: dict[str, Any]) -> None:
        questions(doc)[:] = [item for item in questions(doc) if item["key"] != "headcount"]
        question(doc, "seat").update(label="Country")
        questions(doc, 8).append({"key": "motto", "type": "text", "label": "Your motto"})

    assert [item.change for item in told(change).values()] == ["added", "changed", "removed"]
