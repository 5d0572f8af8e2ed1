"""docs/roles.md and docs/states.md, written from the code that they describe. A test fails when they are stale."""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.utils import translation

from portal.accounts.roles import BY_SLUG, ROLES, Role
from portal.core.states import Move, StateTable, mermaid
from portal.workflow import LifecycleModel

GENERATED = "<!-- Written by `manage.py write_docs` from the code. Change the code, then run it again. -->"
FLOORS = ("accounts", "rulebook", "notifications", "partners", "grants", "audits")
"""The order of chapters: from the ground up."""


def tables() -> list[StateTable]:
    """Every lifecycle, the lower app's first, in the order in which the models are defined."""
    models = [model for model in apps.get_models() if issubclass(model, LifecycleModel)]
    order = {label: place for place, label in enumerate(FLOORS)}
    models.sort(key=lambda model: order.get(model._meta.app_label, len(order)))
    return list({model.TABLE.noun: model.TABLE for model in models}.values())


def documents() -> dict[str, str]:
    """File name below docs/ → content, in English."""
    with translation.override("en-gb"):
        return {"roles.md": roles_page(), "states.md": states_page(tables())}


def roles_page() -> str:
    """Every role: what it is for, may do and never does."""
    parts = ["# Roles", GENERATED, _ROLES_LEAD, *(_role(role) for role in ROLES)]
    return "\n\n".join(parts) + "\n"


_ROLES_LEAD = (
    "Rights come from nowhere else: a person holds a role through membership of one organisation (or an appointment, "
    "for system administrators), acts for one organisation at a time, and has no right by being staff or superuser, "
    "because neither exists. Every role of a person but applicant and named person is dormant until the session has a "
    "second factor. "
    "Who may do which deed in which state is in [states.md](states.md)."
)


def _role(role: Role) -> str:
    held = f"Held in: {', '.join(role.kinds)}." if role.kinds else "Held without an organisation."
    factor = "Needs a second factor." if role.second_factor and role.slug not in ("gateway", "system") else ""
    desk = "Works at the desk (`/admin/`)." if role.desk else ""
    lines = [f"## {role.label} (`{role.slug}`)", "", str(role.purpose)]
    lines += ["", " ".join(filter(None, [held, factor, desk])), "", "May:", ""]
    lines += [f"- {line}" for line in role.may]
    if role.never:
        lines += ["", "Never:", "", *(f"- {line}" for line in role.never)]
    return "\n".join(lines)


def states_page(found: Iterable[StateTable]) -> str:
    """Every lifecycle: its diagram, what its states mean, and who may do what."""
    listed = list(found)
    contents = "\n".join(f"- [{table.title}](#{_anchor(table.title)})" for table in listed)
    parts = ["# States", GENERATED, _STATES_LEAD, contents, *(_table(table) for table in listed)]
    return "\n\n".join(parts) + "\n"


_STATES_LEAD = (
    "A deed that is not in these tables does not exist. The same tables are enforced by triggers in the database. A "
    "role in the tables is necessary, not sufficient: guards ask further (own organisation, separation of duties, "
    "deadlines), and say why they refuse."
)


def _anchor(title: str) -> str:
    return "".join(char for char in title.lower().replace(" ", "-") if char.isalnum() or char == "-")


def _table(table: StateTable) -> str:
    states = ["| State | Meaning |", "|---|---|"]
    states += [
        f"| {state.label} (`{state.slug}`) | {state.meaning}{' Final.' if state.final else ''} |"
        for state in table.states
    ]
    diagram = ["```mermaid", mermaid(table), "```"]
    return "\n".join([f"## {table.title}", "", *diagram, "", *states, "", *_deeds(table)])


def _deeds(table: StateTable) -> list[str]:
    """The permission matrix: a row for each deed, a column for each role that may do any."""
    slugs = sorted({slug for move in table.moves for slug in move.who}, key=_place)
    head = ["Deed", "From", "To", *(str(BY_SLUG[slug].label) for slug in slugs)]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * 3}{':---:|' * len(slugs)}"]
    return lines + [_deed(move, slugs) for move in table.moves]


def _deed(move: Move, slugs: list[str]) -> str:
    source = ", ".join(f"`{source}`" for source in move.sources) or "(new)"
    target = f"`{move.target}`" if move.target else "(stays)"
    ticks = " | ".join("✓" if slug in move.who else "" for slug in slugs)
    return f"| {move.label} (`{move.verb}`) | {source} | {target} | {ticks} |"


def _place(slug: str) -> int:
    return list(BY_SLUG).index(slug)
