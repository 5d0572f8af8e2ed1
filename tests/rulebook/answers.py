"""Good answers to any question, made from its own rules."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from portal.rulebook.questionnaire import visible_questions
from portal.rulebook.schema import Column, Question, Questionnaire

FORMATS = {
    "lei": "506700GE1G29325QX363",
    "ror": "https://ror.org/03yrm5c26",
    "domain": "institute.example",
    "email": "person@institute.example",
    "url": "https://institute.example/",
    "phone": "+44 20 7946 0000",
}


def good_answer(question: Question | Column) -> Any:
    """A valid answer; to yes and no always no, and the first of the options."""
    match question.type:
        case "text" | "long_text":
            if (name := getattr(question, "format", None)) is not None:
                return FORMATS[name]
            return ("Words enough. " * 40)[: min(question.max_length, 400)].strip()
        case "number":
            return max(1, int(getattr(question, "minimum", None) or 0))
        case "date":
            return "2025-03-01"
        case "choice":
            return question.options[0].key
        case "several":
            return [question.options[0].key]
        case "country":
            return ["NO"] if getattr(question, "many", False) else "NO"
        case "yes_no":
            return False
        case "person":
            return {"name": "Ada Okafor", "email": "ada@institute.example", "job_title": "Director"}
        case "evidence":
            return [str(uuid5(NAMESPACE_URL, question.key))]
    return [{column.key: good_answer(column) for column in question.columns}] * question.min_items


def good_answers(sheet: Questionnaire, kind: str) -> dict[str, Any]:
    """Valid answers to every question that is asked of this kind of organisation."""
    answers: dict[str, Any] = {}
    for _round in range(len(sheet.questions)):
        new = [item for item in visible_questions(sheet, answers, kind) if item.key not in answers]
        if not new:
            break
        answers.update({question.key: good_answer(question) for question in new})
    return answers
