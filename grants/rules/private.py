"""What may not come with a report of use: content of prompts and answers, and anything that names a person.

Attributes that we do not know are ignored, unless they look like either: then the whole event is refused, so that
nobody sends them for years without noticing. Nothing of them is kept, logged or given back.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from grants.rules.usage import Problem

MOST_TEXT = 200
"""Characters of an attribute that we do not know. Names and ids are shorter; what is longer is read as content."""
MOST_WORDS = 8
DEEPEST = 8
"""How deep attributes may be nested."""

_COUNTS = re.compile(r"(tokens?|count|length|size|total|ms|seconds|temperature|top_[pk]|penalty)$")
_CONTENT = re.compile(
    r"prompt|completion|message|content(?!_?type|_?encoding|_?length)|instruction|transcript|utterance|"
    r"(^|[._])(input|output|response|request|query|question|answer|document|tool)[._]?(text|body|data|value|arguments?|"
    r"result|call[._](arguments?|result))$|(^|[._])(text|body|query|question|answer)$"
)
_PERSONAL = re.compile(
    r"e_?mail|phone|mobile|surname|birth|passport|(^|[._])ssn|iban|postal|street|"
    r"(first|last|full|given|family|middle|nick|display|maiden|real)_?name|"
    r"(user|person|enduser|end_user|customer|employee|contact|author|operator|researcher|owner|account)[._]?name|"
    r"^(user|enduser|end_user|person)\.|(^|[._])(client|source|peer)[._](address|ip)|(^|[._])ip(_?address)?$|"
    r"(^|[._])(gender|age|nationality|salutation)$"
)
_ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}\.[^\s@]{2,}")
_PLAIN_KEY = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}\Z")


def looks_private(key: str, value: Any, depth: int = 0) -> Problem | None:
    """What is wrong with an attribute that we do not know: its name, a name or a text within it; None if harmless."""
    if depth > DEEPEST:
        return Problem("malformed", str(_("Attributes are nested too deeply.")))
    plain = key.lower().replace("-", "_").replace(" ", "_")
    is_number = isinstance(value, bool | int | float) or value is None
    if _ADDRESS.search(key) or (_PERSONAL.search(plain) and not (is_number and _COUNTS.search(plain))):
        return _personal(key)
    if _CONTENT.search(plain) and not (is_number and _COUNTS.search(plain)):
        return _content(key)
    return _in_value(key, value, depth)


def _in_value(key: str, value: Any, depth: int) -> Problem | None:
    if isinstance(value, str):
        if _ADDRESS.search(value):
            return _personal(key)
        if len(value) > MOST_TEXT or "\n" in value or len(value.split(None, MOST_WORDS)) > MOST_WORDS:
            return _content(key)
        return None
    if isinstance(value, dict):
        inside = (looks_private(str(name), one, depth + 1) for name, one in value.items())
    elif isinstance(value, list):
        inside = (_nested(key, one, depth + 1) for one in value)
    else:
        return None
    return next((problem for problem in inside if problem is not None), None)


def _nested(key: str, value: Any, depth: int) -> Problem | None:
    if depth > DEEPEST:
        return Problem("malformed", str(_("Attributes are nested too deeply.")))
    return _in_value(key, value, depth)


def _named(key: str) -> str:
    """The attribute's name, where it is one that cannot itself be what is refused."""
    return f"“{key}”" if _PLAIN_KEY.match(key) else str(_("An attribute"))


def _content(key: str) -> Problem:
    text = _("%(name)s looks like content of a prompt or an answer. Report counts only. Nothing of the event was kept.")
    return Problem("content", str(text) % {"name": _named(key)})


def _personal(key: str) -> Problem:
    text = _("%(name)s looks like personal data. Name people by the id of their account. Nothing of it was kept.")
    return Problem("personal_data", str(text) % {"name": _named(key)})
