"""The `modify` part of an OSCAL profile: parameters that it sets, and what it removes from and adds to controls."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from portal.core.catalogues.rows import items, words
from portal.core.oscal import MAX_DEPTH, Skipped

Thing = dict[str, Any]
LISTS = ("params", "props", "links", "parts")
SET = ("class", "props", "links", "label", "usage", "constraints", "guidelines", "values", "select")
"""What `set-parameters` may give a parameter."""


def modify(profile: Thing, groups: list[Thing], loose: list[Thing], skipped: list[Skipped]) -> None:
    """Change the selected controls in place as the profile asks. What cannot be found is listed."""
    wanted = profile.get("modify")
    if not isinstance(wanted, dict):
        return
    controls = {words(control, "id"): control for control in _all(groups, loose)}
    params = {words(param, "id"): param for control in controls.values() for param in items(control, "params")}
    for change in items(wanted, "set-parameters"):
        key = words(change, "param-id")
        if key not in params:
            skipped.append(Skipped(key[:300] or "set-parameters", _("No selected control has this parameter.")))
            continue
        params[key].update({name: copy.deepcopy(change[name]) for name in SET if name in change})
    for alter in items(wanted, "alters"):
        key = words(alter, "control-id")
        if key not in controls:
            skipped.append(Skipped(key[:300] or "alters", _("The profile alters it without selecting it.")))
            continue
        for remove in items(alter, "removes"):
            _remove(controls[key], remove, 0)
        for add in items(alter, "adds"):
            _add(controls[key], add)


def _all(groups: list[Thing], loose: list[Thing]) -> Iterator[Thing]:
    for control in loose:
        yield control
        yield from _all([], list(items(control, "controls")))
    for group in groups:
        yield from _all(list(items(group, "groups")), list(items(group, "controls")))


def _remove(thing: Thing, remove: Thing, depth: int) -> None:
    """Take out what all of the given conditions fit, at any depth of the control's parts."""
    conditions: list[Callable[[str, Thing], bool]] = []
    if name := words(remove, "by-name"):
        conditions.append(lambda _kind, item: words(item, "name") == name)
    if klass := words(remove, "by-class"):
        conditions.append(lambda _kind, item: words(item, "class") == klass)
    if key := words(remove, "by-id"):
        conditions.append(lambda _kind, item: words(item, "id") == key)
    if ns := words(remove, "by-ns"):
        conditions.append(lambda _kind, item: words(item, "ns") == ns)
    if kind := words(remove, "by-item-name"):
        conditions.append(lambda found, _item: found in (kind, f"{kind}s"))
    if not conditions or depth > MAX_DEPTH:
        return
    for kind_of in LISTS:
        if kind_of in thing:
            thing[kind_of] = [
                item for item in items(thing, kind_of) if not all(fits(kind_of, item) for fits in conditions)
            ]
    for part in items(thing, "parts"):
        _remove(part, remove, depth + 1)


def _add(control: Thing, add: Thing) -> None:
    """Put things into the control, or where `by-id` points: into that part (starting, ending), or beside it."""
    position, key = words(add, "position") or "ending", words(add, "by-id")
    if title := words(add, "title"):
        control["title"] = title
    for kind in LISTS:
        if not (new := copy.deepcopy(list(items(add, kind)))):
            continue
        holder, place = (control, None) if not key else _find(control, key, 0)
        if position in ("before", "after") and place is not None and kind == "parts":
            at = place + (position == "after")
            holder["parts"] = [*holder["parts"][:at], *new, *holder["parts"][at:]]
            continue
        into = holder if place is None else holder["parts"][place]
        there = list(items(into, kind))
        into[kind] = [*new, *there] if position == "starting" else [*there, *new]


def _find(thing: Thing, key: str, depth: int) -> tuple[Thing, int | None]:
    """The holder of the part with the identifier, and its place in it; the control itself where there is none."""
    if depth <= MAX_DEPTH:
        parts = list(items(thing, "parts"))
        thing["parts"] = parts
        for place, part in enumerate(parts):
            if words(part, "id") == key:
                return thing, place
            found, at = _find(part, key, depth + 1)
            if at is not None:
                return found, at
    return thing, None
