"""The permission matrix: who may do what at every URL. README.md beside this folder says how to write rows."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

from tests.world import OWNERS, PERSONAS, VARIANTS, World

OK, SIGN_IN, SECOND_FACTOR = "ok", "sign-in", "second-factor"
KEPT_OUT = frozenset({SIGN_IN, SECOND_FACTOR, "401", "403", "404", "405"})
"""What an address answers that does not let the asker in."""
DORMANT = frozenset({SECOND_FACTOR, "403", "404"})


def personas(*patterns: str) -> frozenset[str]:
    """Personas by pattern: `reviewer` is the owner alone, `reviewer.body` with the colleague, `reviewer.any` with
    the stranger too; `administrator` is those of all four kinds; `everyone` and `signed_in` as they say.
    """
    found: set[str] = set()
    for pattern in patterns:
        matched = _matching(pattern)
        if not matched:
            raise ValueError(f"No persona is called {pattern!r}.")
        found |= matched
    return frozenset(found)


def _matching(pattern: str) -> set[str]:
    if pattern == "everyone":
        return set(PERSONAS)
    if pattern == "signed_in":
        return {name for name in PERSONAS if name != "anonymous" and not name.startswith("gateway")}
    name, _, which = pattern.partition(".")
    names = [known for known in OWNERS if known == name or known.partition("@")[0] == name]
    suffixes = {"": VARIANTS[:1], "body": VARIANTS[:2], "any": VARIANTS}.get(which, (f".{which}",))
    return {f"{known}{suffix}" for known in names for suffix in suffixes if f"{known}{suffix}" in PERSONAS}


@dataclass(frozen=True)
class Expect:
    """What each persona is to get. The first rule that names the persona counts, then `others`."""

    rules: tuple[tuple[frozenset[str], frozenset[str]], ...]
    others: frozenset[str]
    asked: tuple[str, ...] = OWNERS

    def of(self, persona: str) -> frozenset[str]:
        return next((outcomes for names, outcomes in self.rules if persona in names), self.others)

    def but(self, *patterns: str, gets: str) -> Expect:
        """The same, except that these personas get something else (`ok`, `404`, …; several joined by `|`)."""
        rule = (personas(*patterns), frozenset(gets.split("|")))
        return replace(self, rules=(rule, *self.rules))


def _rules(*pairs: tuple[frozenset[str], str | frozenset[str]]) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    return tuple(
        (names, outcome if isinstance(outcome, frozenset) else frozenset({outcome})) for names, outcome in pairs
    )


def public() -> Expect:
    """Everybody, signed in or not."""
    return Expect((), frozenset({OK}))


def signed_in() -> Expect:
    """Every account; visitors and machines are led to sign-in."""
    return Expect(_rules((personas("signed_in"), OK)), frozenset({SIGN_IN}))


def roles(*patterns: str) -> Expect:
    """A page without an object: these roles; others get 403 with the reason, visitors are led to sign-in."""
    return Expect(
        _rules(
            (personas(*patterns), OK),
            (personas("anonymous", "gateway.any"), SIGN_IN),
            (personas("dormant"), DORMANT),
        ),
        frozenset({"403"}),
    )


def object_of(*, may: tuple[str, ...] | list[str], sees: tuple[str, ...] | list[str] = ()) -> Expect:
    """A page of one object: `may` are let in; `sees`, who know that it is there, get 403; strangers to it 404."""
    return Expect(
        _rules(
            (personas(*may), OK),
            (personas("anonymous", "gateway.any"), SIGN_IN),
            (personas("dormant"), DORMANT),
            (personas(*sees) if sees else frozenset(), "403"),
        ),
        frozenset({"404"}),
        PERSONAS,
    )


def desk(*patterns: str) -> Expect:
    """A page of the desk without an object."""
    return roles(*patterns)


def machine(*, may: tuple[str, ...] = ("gateway",), strangers: str = "404") -> Expect:
    """An address of the API: a gateway's bearer token; a session is not enough (401)."""
    return Expect(
        _rules((personas(*may), OK), (personas("gateway.stranger"), strangers)),
        frozenset({"401"}),
        (*OWNERS, "gateway.stranger"),
    )


def explicit(**outcomes: str) -> Expect:
    """For pages of libraries that answer in their own way: `explicit(anonymous="404", signed_in="ok|403")`."""
    pairs = _rules(*((personas(name), frozenset(gets.split("|"))) for name, gets in outcomes.items()))
    return Expect(pairs, frozenset({OK}) if "everyone" not in outcomes else frozenset(outcomes["everyone"].split("|")))


def kept_out() -> Expect:
    """A method that the address does not have: whatever it answers, nobody is let in."""
    return Expect((), KEPT_OUT)  # the same object: the test knows it by that


Make = Callable[[World], Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """One URL. `make` gives its arguments from the world, `data` what is posted, `path` an unnamed URL's address."""

    url: str
    get: Expect = field(default_factory=kept_out)
    post: Expect = field(default_factory=kept_out)
    make: Make | None = None
    data: Make | None = None
    path: str = ""
    others: Mapping[str, Expect] = field(default_factory=dict)
    json: bool = False


def row(url: str, get: Expect | None = None, post: Expect | None = None, **more: Any) -> Row:
    """A row. A method that is not named must let nobody in."""
    return Row(url, get or kept_out(), post or kept_out(), **more)


DESK = ("case_officer", "reviewer", "signatory", "auditor", "system_administrator")
"""Personas whose roles work at the desk; the frame of the admin is open to them."""


def desk_model(model: str, *patterns: str, make: Make, hidden: tuple[str, ...] = ()) -> list[Row]:
    """The stock addresses of a DeskAdmin (`accounts_organisation`): list, detail and history for the roles named.

    `make` gives `{"object_id": …}`. `patterns` are who sees that row; `hidden` who has the list, but not this row.
    Nobody adds, changes or deletes by the stock forms: deeds have rows of their own.
    """
    app, _, name = model.rpartition("_")
    listed = roles(*patterns, *hidden)
    # Django's admin sends whoever may not see the row back to the index, and says that it does not exist.
    one = listed.but(*hidden, gets="ok|403|404") if hidden else listed
    return [
        row(f"admin:{model}_changelist", listed, listed),
        row(f"admin:{model}_add"),
        row(f"admin:{model}_change", one, make=make),
        row(f"admin:{model}_delete", make=make),
        row(f"admin:{model}_history", one, one, make=make),
        # Leads on to the detail, whose row decides.
        row(f"admin/{app}/{name}/<path:object_id>/", roles(*DESK), roles(*DESK), path=f"/admin/{app}/{name}/1/"),
    ]


def rows_by_app() -> dict[str, list[Row]]:
    """The rows of every module in this folder, by the module's name."""
    found: dict[str, list[Row]] = {}
    for module in pkgutil.iter_modules(__path__):
        rows = found.setdefault(module.name, [])
        for item in import_module(f"{__name__}.{module.name}").ROWS:
            rows += item if isinstance(item, list) else [item]
    return found


def all_rows() -> list[Row]:
    """The rows of every module, one after the other."""
    return [row for rows in rows_by_app().values() for row in rows]
