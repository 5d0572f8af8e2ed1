"""What a request changes about the grant that it amends, side by side: what is in force, and what would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.models import GrantLine
from grants.queries.grant import agreed_lines
from grants.queries.plan import granted_people, plans_of, shown_plans
from grants.queries.request import CaseLine, RequestCase
from grants.queries.words import Words
from portal.core.verdicts import Text

KINDS: dict[str, tuple[Text, str]] = {
    "added": (gettext_lazy("New"), "blue"),
    "dropped": (gettext_lazy("Left out"), "red"),
    "changed": (gettext_lazy("Changed"), "amber"),
    "same": (gettext_lazy("As before"), "neutral"),
}
FIELDS: tuple[tuple[str, Text], ...] = (
    ("requests_per_day", gettext_lazy("Requests a day")),
    ("tokens_per_day", gettext_lazy("Tokens a day")),
    ("seats", gettext_lazy("People at once")),
    ("starts_on", gettext_lazy("First day")),
    ("ends_on", gettext_lazy("Last day")),
)


@dataclass(frozen=True)
class Difference:
    """One thing that differs."""

    what: Text
    before: str
    after: str


@dataclass(frozen=True)
class LineChange:
    """One line of the grant or of the request: what becomes of it. `number` is that in the request, if it is there."""

    kind: str
    words: str
    number: int | None
    differences: list[Difference] = field(default_factory=list)

    @property
    def label(self) -> str:
        return str(KINDS[self.kind][0])

    @property
    def tone(self) -> str:
        return KINDS[self.kind][1]


@dataclass(frozen=True)
class Comparison:
    """The whole of what a request changes: lines, and the plans for its uses as (use, parts that were rewritten)."""

    lines: list[LineChange]
    plans: list[tuple[str, list[str]]]

    @property
    def changes(self) -> int:
        """How many lines and plans are not as before."""
        return sum(line.kind != "same" for line in self.lines) + len(self.plans)


def comparison(case: RequestCase, *, decided: bool = True) -> Comparison | None:
    """The request beside the grant that it changes, None for a first request. Six queries more than the case.

    `decided` False shows what was asked for, without what reviewers made of it.
    """
    original = case.request.amends
    if original is None:
        return None
    words = Words(case.rules)
    before = {line.covers: line for line in agreed_lines(original) if not hasattr(line, "surrender")}
    people = granted_people([line.pk for line in before.values()])
    found = [
        _line(item, before.get(item.line.covers), people, words, decided=decided) for item in case.lines
    ]  # fmt: skip
    kept = {item.line.covers for item in case.lines}
    found += [LineChange("dropped", _words(line, words), None) for key, line in before.items() if key not in kept]
    return Comparison(found, _plans(case, words))


def reading(case: RequestCase, *, decided: bool = True) -> dict[str, Any]:
    """What readers of a case are shown besides its lines: the plans of its uses, and what it changes."""
    uses = {item.line.use_case for item in case.lines}
    return {"plans": shown_plans(case.rules, uses, case.plans), "comparison": comparison(case, decided=decided)}


def _line(
    item: CaseLine, old: GrantLine | None, people: dict[Any, list[Any]], words: Words, *, decided: bool
) -> LineChange:
    told = _words(item.line, words)
    if decided and item.is_refused:
        return LineChange("dropped" if old else "same", told, item.line.number)
    if old is None:
        return LineChange("added", told, item.line.number, [Difference(_("Limits"), "–", _limits(item, decided))])
    differences = [
        Difference(label, _shown(getattr(old, name)), _shown(_after(item, name, decided)))
        for name, label in FIELDS
        if getattr(old, name) != _after(item, name, decided)
    ]
    names_before, names_after = _names(people.get(old.pk, ())), _names(item.people)
    if names_before != names_after:
        differences.append(Difference(_("Who may use it"), names_before, names_after))
    if decided and item.review is not None:
        differences += _conditions(old, item)
    return LineChange("changed" if differences else "same", told, item.line.number, differences)


def _after(item: CaseLine, name: str, decided: bool) -> Any:
    """The value that would be in force: the reviewer's, where the line was reviewed and that may be known."""
    source: Any = item.review if decided and item.review is not None and hasattr(item.review, name) else item.line
    return getattr(source, name)


def _conditions(old: GrantLine, item: CaseLine) -> list[Difference]:
    pairs: Sequence[tuple[Text, Sequence[str], Sequence[str]]] = (
        (_("Conditions"), old.conditions, item.review.conditions if item.review else ()),
        (
            _("Conditions of the provider"),
            old.provider_conditions,
            item.answer.conditions if item.answer else old.provider_conditions,
        ),
    )
    return [
        Difference(what, "; ".join(was) or _("none"), "; ".join(now) or _("none"))
        for what, was, now in pairs
        if list(was) != list(now)
    ]


def _limits(item: CaseLine, decided: bool) -> str:
    text = _("%(requests)s requests and %(tokens)s tokens a day, %(seats)s people at once, %(start)s to %(end)s")
    values = [_shown(_after(item, name, decided)) for name, _label in FIELDS]
    return text % dict(zip(("requests", "tokens", "seats", "start", "end"), values, strict=True))


def _words(line: Any, words: Words) -> str:
    parts = (line.release, words.use_case(line.use_case), line.environment.name, words.data_class(line.data_class))
    return " · ".join(str(part) for part in parts)


def _names(people: Sequence[Any]) -> str:
    return ", ".join(sorted(person.name for person in people)) or _("everybody named for access")


def _shown(value: Any) -> str:
    return number_format(value, force_grouping=True) if isinstance(value, int) else date_format(value, "j M Y")


def _plans(case: RequestCase, words: Words) -> list[tuple[str, list[str]]]:
    """Plans that are new or rewritten, with the parts that differ. One query."""
    original = case.request.amends
    assert original is not None
    before = plans_of(original.request_id)
    labels = {item.key: item.label for item in case.rules.scope.plan_parts}
    found = []
    for use_case, plan in case.plans.items():
        old = before[use_case].parts if use_case in before else {}
        parts = [label for key, label in labels.items() if plan.parts.get(key, "") != old.get(key, "")]
        if parts:
            found.append((words.use_case(use_case), parts))
    return found
