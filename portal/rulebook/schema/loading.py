"""Reading a rulebook from YAML or JSON: every fault with its place, its line and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from portal.rulebook.schema.conditions import OPERATORS
from portal.rulebook.schema.document import Rulebook
from portal.rulebook.schema.errors import Problem, RulebookError
from portal.rulebook.schema.questions import QUESTION_TYPES

Loc = tuple[int | str, ...]
_TAGS = {*OPERATORS, *QUESTION_TYPES}
MAX_BYTES = 2_000_000
MAX_NESTING = 60


class _Loader(yaml.SafeLoader):
    """Safe YAML in which only true and false are booleans: `NO` is Norway, and `yes` is a word."""


_BOOL, _TIMESTAMP = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in (_BOOL, _TIMESTAMP)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|false)$"), ["t", "f"])


def parse(document: Mapping[str, Any], *, lines: Mapping[str, int] | None = None) -> Rulebook:
    """The rulebook in the document. Raises RulebookError with every fault; `lines` gives each path its line."""
    known = lines or {}
    try:
        return Rulebook.model_validate(dict(document))
    except ValidationError as error:
        problems = _distinct(_problem(details, document) for details in error.errors(include_url=False))
    except RulebookError as error:
        problems = list(error.problems)
    raise RulebookError(Problem(item.where, item.what, _line(item.where, known)) for item in problems)


def read(text: str) -> Rulebook:
    """The rulebook in YAML (or JSON, which is YAML too). Raises RulebookError."""
    if len(text) > MAX_BYTES:
        raise RulebookError([Problem("", f"The file is larger than {MAX_BYTES // 1_000_000} MB. A rulebook is not.")])
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise RulebookError([Problem("", "The file is empty. Start from the version in force.")])
        lines: dict[str, int] = {}
        problems = list(_walk(node, "", lines, set()))
        if problems:
            raise RulebookError(problems)
        document = loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = f"This is not YAML: {getattr(error, 'problem', None) or error}. Correct the text there."
        raise RulebookError([Problem("", what, mark.line + 1 if mark else None)]) from error
    except (ValueError, RecursionError) as error:
        raise RulebookError([Problem("", f"This cannot be read: {error}. Correct the text.")]) from error
    if not isinstance(document, dict):
        raise RulebookError(
            [Problem("", "A rulebook is a mapping of its parts (meta, questionnaire, …). Start from one.")]
        )
    return parse(document, lines=lines)


def load(path: Path) -> Rulebook:
    """The rulebook in that file. Raises RulebookError, also when the file is not there or not text."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RulebookError([Problem("", f"{path} cannot be read: {error}. Check the name and the rights.")]) from error
    return read(text)


def _walk(node: yaml.Node, where: str, lines: dict[str, int], above: set[int]) -> Iterator[Problem]:
    """Notes the line of every path; yields keys that are written twice, which YAML would let pass in silence."""
    lines[where] = node.start_mark.line + 1
    if id(node) in above or len(above) > MAX_NESTING:
        yield Problem(where, "This contains itself or is nested too deep. Write it out.", node.start_mark.line + 1)
        return
    above = {*above, id(node)}
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(item, f"{where}[{index}]", lines, above)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, item in node.value:
            name = str(key.value)
            path = f"{where}.{name}" if where else name
            if name in seen:
                yield Problem(path, f"“{name}” is written twice here. Keep one.", key.start_mark.line + 1)
            seen.add(name)
            yield from _walk(item, path, lines, above)
            lines[path] = key.start_mark.line + 1


def _line(where: str, lines: Mapping[str, int]) -> int | None:
    """The line of the path, or of the nearest part round it that is in the file."""
    path = where
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines.get(path)


def _distinct(problems: Iterator[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))


def _path(loc: Loc, document: Any) -> tuple[str, Any]:
    """The place in the document as written, without the names of types that the checker puts between; its value."""
    where, value = "", document
    for index, step in enumerate(loc):
        if isinstance(step, int):
            where += f"[{step}]"
            value = value[step] if isinstance(value, list | tuple) and step < len(value) else None
        elif isinstance(value, dict) and step in value:
            where += f".{step}" if where else step
            value = value[step]
        elif step in _TAGS and (index + 1 < len(loc) or isinstance(value, dict)):
            continue
        elif index + 1 == len(loc):
            where += f".{step}" if where else step
            value = None
    return where, value


def _problem(details: ErrorDetails, document: Any) -> Problem:
    loc: Loc = details["loc"]
    where, _value = _path(loc, document)
    context = details.get("ctx", {})
    match details["type"]:
        case "missing":
            what = "This is missing. Add it."
        case "extra_forbidden":
            what = f"“{loc[-1]}” is not known here.{_suggestion(str(loc[-1]), loc)}"
        case "union_tag_invalid" | "union_tag_not_found":
            what = f"Set `type` to one of: {', '.join(QUESTION_TYPES)}."
        case "condition":
            what = f"{details['msg']}. Write one of these."
        case "literal_error" | "enum":
            what = f"{details['input']!r} is not possible here. Use one of: {context.get('expected', '')}."
        case "string_pattern_mismatch":
            what = f"{details['input']!r} does not have the right form ({context.get('pattern', '')}). Correct it."
        case "value_error":
            what = str(context.get("error", details["msg"]))
        case "too_short":
            what = f"There must be at least {context.get('min_length')}. Add what is missing."
        case _:
            what = f"{details['msg']}. Correct it."
    return Problem(where, what)


def _suggestion(name: str, loc: Loc) -> str:
    known = sorted({*Rulebook.model_fields, *_all_fields()}) if len(loc) > 1 else list(Rulebook.model_fields)
    close = get_close_matches(name, known, n=1)
    return f" Did you mean “{close[0]}”?" if close else " Take it out, or correct the spelling."


def _all_fields() -> set[str]:
    from portal.rulebook.schema.base import Part

    fields: set[str] = set()
    waiting: list[type[Part]] = [Part]
    while waiting:
        model = waiting.pop()
        fields.update(model.model_fields)
        waiting.extend(model.__subclasses__())
    return fields
