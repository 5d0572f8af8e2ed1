"""Lines as pages show them: the rulebook's words, the sentence, limits, conditions, outcome and what holds them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grants.models import Grant, GrantLine, Hold, LineReview, RequestLine
from grants.notices import describe
from grants.queries.agreement import sentence
from grants.queries.hold import active_holds, holds_by_target
from grants.queries.request import CaseLine
from grants.queries.words import Words
from portal.rulebook.schema import Rulebook

OUTCOMES: dict[str, tuple[Any, str]] = {
    "not_reviewed": (gettext_lazy("Not reviewed yet"), "neutral"),
    "refused": (gettext_lazy("Refused"), "red"),
    "waiting": (gettext_lazy("Waiting for the provider"), "amber"),
    "no_consent": (gettext_lazy("Refused: no consent in time"), "red"),
    "declined": (gettext_lazy("Declined by the provider"), "red"),
    "consented": (gettext_lazy("Provider consents"), "green"),
    "granted": (gettext_lazy("Granted"), "green"),
    "narrowed": (gettext_lazy("Granted, narrower"), "green"),
}


@dataclass(frozen=True)
class ShownLine:
    """One line as asked for, with how far it came."""

    item: CaseLine
    use_case: str
    data_class: str
    route: str
    outcome: str
    tone: str
    reason: str
    conditions: list[str]
    obligations: list[str]
    narrowed: list[tuple[str, str]]

    @property
    def line(self) -> Any:
        return self.item.line


def shown_lines(
    items: Iterable[CaseLine], book: Rulebook, *, decided: bool = True, granted: bool = False
) -> list[ShownLine]:
    """The lines for a page. `decided` False hides how reviewers judged, until it may be known.

    `granted`: the request is, so that what was consented to is more than that.
    """
    words = Words(book)
    return [_shown(item, words, decided, granted) for item in items]


def _came_to(item: CaseLine, granted: bool) -> str:
    if item.outcome != "consented" or not granted:
        return item.outcome
    return "narrowed" if item.review is not None and item.review.outcome == "narrowed" else "granted"


def _shown(item: CaseLine, words: Words, decided: bool, granted: bool) -> ShownLine:
    line, review, answer = item.line, item.review if decided else None, item.answer if decided else None
    label, tone = OUTCOMES[_came_to(item, granted)] if decided else (_("Under review"), "blue")
    reason = ""
    if review is not None and item.is_refused:
        reason = f"{words.refusal(review.reason_code)}. {review.reason}"
    elif answer is not None and item.is_declined:
        reason = f"{words.decline(answer.reason_code)}. {answer.reason}".strip()
    elif review is not None and item.is_without_consent:
        reason = _("The provider did not answer in time. Silence is never consent.")
    elif review is not None and review.outcome == "narrowed":
        reason = review.reason
    return ShownLine(
        item=item,
        use_case=words.use_case(line.use_case),
        data_class=words.data_class(line.data_class),
        route=words.route(line.access_route),
        outcome=str(label),
        tone=tone,
        reason=reason,
        conditions=[*(review.conditions if review else []), *(answer.conditions if answer else [])],
        obligations=_at_the_gate(review, words) if review else [],
        narrowed=_narrowed(line, review) if review is not None and review.outcome == "narrowed" else [],
    )


def _at_the_gate(line: Any, words: Words) -> list[str]:
    """What happens at the gateway: safeguards, and whether it stops when a day's limit is used up."""
    stops = [_("Denies for the rest of a day whose limit is used up")] if line.stops_at_limit else []
    return [*words.safeguards(line.obligations), *stops]


def _narrowed(line: RequestLine, review: LineReview) -> list[tuple[str, str]]:
    pairs: list[tuple[Any, Any, Any]] = [
        (_("requests a day"), line.requests_per_day, review.requests_per_day),
        (_("tokens a day"), line.tokens_per_day, review.tokens_per_day),
        (_("people at once"), line.seats, review.seats),
        (_("last day"), line.ends_on, review.ends_on),
    ]
    return [(str(what), f"{_written(asked)} → {_written(given)}") for what, asked, given in pairs if asked != given]


def _written(value: int | date) -> str:
    return date_format(value, "DATE_FORMAT") if isinstance(value, date) else number_format(value, force_grouping=True)


# --- grants ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GrantedLine:
    """One line of a grant, in words."""

    line: GrantLine
    sentence: str
    use_case: str
    data_class: str
    route: str
    obligations: list[str]
    holds: list[Hold]
    over: bool

    @property
    def held(self) -> bool:
        return bool(self.holds)


def granted_lines(
    lines: Collection[GrantLine], book: Rulebook, today: date, holds: Iterable[Hold] | None = None
) -> list[GrantedLine]:
    """The lines in words, each with what holds its partner, its grant, its environment, or itself.

    One query, none where the `holds` on their institutions (queries.hold.active_holds) are read already.
    """
    if holds is None:
        holds = active_holds(institution_id__in={line.institution_id for line in lines})
    words, held = Words(book), holds_by_target(holds)
    return [
        GrantedLine(
            line=line,
            sentence=sentence(line.institution.name, line, book),
            use_case=words.use_case(line.use_case),
            data_class=words.data_class(line.data_class),
            route=words.route(line.access_route),
            obligations=_at_the_gate(line, words),
            holds=[
                hold
                for target in (line.institution_id, line.grant_id, line.environment_id, line.pk)
                for hold in held.get(target, ())
            ],
            over=line.ends_on < today,
        )
        for line in lines
    ]


def holds_of(lines: Iterable[GrantedLine]) -> list[Hold]:
    """What holds one of the lines, each hold once, the first placed first."""
    return sorted({hold.pk: hold for item in lines for hold in item.holds}.values(), key=lambda hold: hold.pk)


def headline(grant: Grant, lines: Sequence[GrantedLine]) -> str:
    """What the grant says in one sentence."""
    if len(lines) == 1:
        return lines[0].sentence
    releases = {str(item.line.release) for item in lines}
    count = len(lines)
    text = ngettext(
        "%(institution)s may use %(releases)s on %(count)s line until %(until)s.",
        "%(institution)s may use %(releases)s on %(count)s lines until %(until)s.",
        count,
    )
    until = f"{grant.ends_on:%-d %B %Y}"
    names = ", ".join(sorted(releases))
    return text % {"institution": grant.institution.name, "releases": names, "count": count, "until": until}


def hold_words(holds: Iterable[Hold]) -> list[dict[str, Any]]:
    """Holds for banners: what they are on, since when, why, and what lifts them."""
    return [{"hold": hold, "on": describe(hold)} for hold in holds]


# --- the matrix -----------------------------------------------------------------------------------
HOTTEST = 4


def matrix(lines: Sequence[GrantedLine], book: Rulebook, *, by_partner: bool, url: str) -> dict[str, Any]:
    """Releases × use cases. A cell says what is in force, with whom, until when; `by_partner` counts partners."""
    cases = list(book.scope.use_cases)
    releases: dict[str, dict[str, list[GrantedLine]]] = {}
    for item in lines:
        releases.setdefault(str(item.line.release), {}).setdefault(item.line.use_case, []).append(item)
    rows = [
        {"label": release, "cells": [_cell(found.get(case.key, []), by_partner, url, case.key) for case in cases]}
        for release, found in sorted(releases.items())
    ]
    return {"columns": [case.label for case in cases], "rows": rows}


def _cell(items: list[GrantedLine], by_partner: bool, url: str, use_case: str) -> dict[str, Any]:
    if not items:
        return {"label": "–", "heat": 0, "says": _("nothing in force")}
    held = [item for item in items if item.held]
    until = max(item.line.ends_on for item in items)
    with_whom = {item.line.institution.name if by_partner else item.line.environment.name for item in items}
    count = len(with_whom)
    label = str(count) if by_partner else f"{until:%-d %b %Y}"
    if held:
        label = _("%(count)s held") % {"count": len(held)}
    says = _("%(who)s, until %(until)s") % {"who": ", ".join(sorted(with_whom)), "until": f"{until:%-d %B %Y}"}
    target = items[0].line.grant_id
    same = all(item.line.grant_id == target for item in items)
    link = url if not same else f"{url}{target}/"
    return {
        "label": label,
        "heat": min(HOTTEST, count + (0 if by_partner else 1)),
        "held": bool(held),
        "says": says,
        "url": link if same else f"{url}?use_case={use_case}",
    }
