"""Resolving an OSCAL profile: from the catalogs that it selects from, the one catalog that it stands for.

After NIST's profile resolution specification (OSCAL 1.x): import (include-all, with-ids, matching, with-child-controls,
exclude), merge (as-is, flat, custom) and modify (set-parameters, removes, adds). Where a profile says nothing of the
structure, the groups of the catalogs are kept, as a person reads by them. `combine` is use-first: of a control that two
imports bring, the first counts.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.utils.translation import gettext as _

from portal.core.catalogues.alter import modify
from portal.core.catalogues.rows import items, texts, words
from portal.core.oscal import MAX_DEPTH, CatalogueError, Skipped

Thing = dict[str, Any]


def resolve(document: Thing, sources: Mapping[str, Thing]) -> tuple[Thing, list[Skipped]]:
    """The resolved catalog as an OSCAL document, and what could not be followed.

    `sources` are catalogs by the name of their file. An import is matched by the last part of its address, by what the
    back-matter says of it, or, where there is one source only, by that. Raises CatalogueError.
    """
    profile = document["profile"]
    metadata = profile.get("metadata") if isinstance(profile, dict) else None
    if not isinstance(metadata, dict) or not words(metadata, "title"):
        raise CatalogueError(_("The profile has no metadata, so its title and version are unknown."))
    imports = list(items(profile, "imports"))
    if not imports:
        raise CatalogueError(_("The profile imports nothing."))
    skipped: list[Skipped] = []
    catalogs = [(one, _source(one, profile, sources)) for one in imports]
    groups, loose = _merged(profile, _imported(catalogs, skipped))
    modify(profile, groups, loose, skipped)
    catalog = {
        "uuid": str(uuid5(NAMESPACE_URL, f"resolved:{words(profile, 'uuid')}")),
        "metadata": {**metadata, "oscal-version": words(metadata, "oscal-version") or "1.1.2"},
        "params": [param for _one, catalog in catalogs for param in items(catalog, "params")],
        "groups": groups,
        "controls": loose,
        "back-matter": {
            "resources": [
                found for _one, catalog in catalogs for found in items(catalog.get("back-matter"), "resources")
            ]
        },
    }
    return {"catalog": {name: value for name, value in catalog.items() if value}}, skipped


def _source(one: Thing, profile: Thing, sources: Mapping[str, Thing]) -> Thing:
    href = words(one, "href")
    names = {href.rpartition("/")[2]}
    for resource in items(profile.get("back-matter"), "resources"):
        if href == f"#{words(resource, 'uuid')}":
            names |= {words(link, "href").rpartition("/")[2] for link in items(resource, "rlinks")}
    found = next((sources[name] for name in sorted(names) if name in sources), None)
    if found is None and len(sources) == 1:
        found = next(iter(sources.values()))
    catalog = found.get("catalog") if found is not None else None
    if not isinstance(catalog, dict):
        raise CatalogueError(
            _("The profile selects from %(name)s. Import that catalog first, then name it beside the profile.")
            % {"name": href[:200] or "?"}
        )
    return catalog


# --- what is selected ---------------------------------------------------------------------------------
class _Selection:
    """What one import takes of its catalog."""

    def __init__(self, one: Thing) -> None:
        wanted = list(items(one, "include-controls"))
        self._all = not wanted
        self._wanted, self._not_wanted = wanted, list(items(one, "exclude-controls"))

    def takes(self, key: str, above: list[str]) -> bool:
        return (self._all or _any(self._wanted, key, above)) and not _any(self._not_wanted, key, above)

    def named(self) -> Iterator[str]:
        for found in self._wanted:
            yield from texts(found, "with-ids")


def _any(selectors: list[Thing], key: str, above: list[str]) -> bool:
    return any(
        _matches(found, key)
        or (words(found, "with-child-controls") == "yes" and any(_matches(found, parent) for parent in above))
        for found in selectors
    )


def _matches(found: Thing, key: str) -> bool:
    if key in texts(found, "with-ids"):
        return True
    return any(fnmatchcase(key, words(match, "pattern")[:120]) for match in items(found, "matching"))


def _imported(catalogs: list[tuple[Thing, Thing]], skipped: list[Skipped]) -> list[Thing]:
    """The groups of all imports, each with the controls that were selected; loose ones in a group without a title."""
    seen: set[str] = set()
    found: list[Thing] = []
    for one, catalog in catalogs:
        selection, there = _Selection(one), set[str]()
        found += [kept for group in items(catalog, "groups") if (kept := _group(group, selection, seen, there, 0))]
        if loose := _controls(catalog, selection, seen, there, [], 0):
            found.append({"controls": loose})
        skipped += [
            Skipped(key[:300], _("The profile selects it, and the catalog does not have it."))
            for key in selection.named()
            if key not in there
        ]
    return found


def _group(group: Thing, selection: _Selection, seen: set[str], there: set[str], depth: int) -> Thing | None:
    if depth > MAX_DEPTH:
        return None
    children = [kept for child in items(group, "groups") if (kept := _group(child, selection, seen, there, depth + 1))]
    controls = _controls(group, selection, seen, there, [], depth)
    if not children and not controls:
        return None
    rest = {name: value for name, value in group.items() if name not in ("groups", "controls")}
    return {**copy.deepcopy(rest), **({"groups": children} if children else {}), "controls": controls}


def _controls(
    parent: Thing, selection: _Selection, seen: set[str], there: set[str], above: list[str], depth: int
) -> list[Thing]:
    """Controls of a group or control that are selected; one whose parent is not selected moves up to its place."""
    kept: list[Thing] = []
    if depth > MAX_DEPTH:
        return kept
    for control in items(parent, "controls"):
        key = words(control, "id")
        there.add(key)
        below = _controls(control, selection, seen, there, [*above, key], depth + 1)
        if not selection.takes(key, above) or key in seen:
            kept += below
            continue
        seen.add(key)
        rest = copy.deepcopy({name: value for name, value in control.items() if name != "controls"})
        kept.append({**rest, **({"controls": below} if below else {})})
    return kept


# --- how it is put together ---------------------------------------------------------------------------
def _merged(profile: Thing, found: list[Thing]) -> tuple[list[Thing], list[Thing]]:
    """Groups and loose controls as the profile wants them."""
    merge = profile.get("merge")
    merge = merge if isinstance(merge, dict) else {}
    if "flat" in merge:
        return [], [control for group in found for control in _flat(group)]
    if isinstance(merge.get("custom"), dict):
        pool = {words(control, "id"): control for group in found for control in _flat(group)}
        custom = merge["custom"]
        return [_custom(group, pool, 0) for group in items(custom, "groups")], _inserted(custom, pool)
    groups = [group for group in found if words(group, "title")]
    return groups, [control for group in found if not words(group, "title") for control in items(group, "controls")]


def _flat(group: Thing) -> Iterator[Thing]:
    yield from items(group, "controls")
    for child in items(group, "groups"):
        yield from _flat(child)


def _custom(group: Thing, pool: dict[str, Thing], depth: int) -> Thing:
    made = {name: copy.deepcopy(value) for name, value in group.items() if name not in ("groups", "insert-controls")}
    if depth < MAX_DEPTH and (children := [_custom(child, pool, depth + 1) for child in items(group, "groups")]):
        made["groups"] = children
    return {**made, "controls": _inserted(group, pool)}


def _inserted(group: Thing, pool: dict[str, Thing]) -> list[Thing]:
    """The controls that a group of a custom structure asks for, in the order that it asks for them; each goes once."""
    found: list[Thing] = []
    for insert in items(group, "insert-controls"):
        selection = _Selection(insert)
        keys = [key for key in pool if selection.takes(key, [])]
        order = words(insert, "order")
        if order in ("ascending", "descending"):
            keys.sort(reverse=order == "descending")
        else:
            asked = {key: place for place, key in enumerate(selection.named())}
            keys.sort(key=lambda key: asked.get(key, len(asked)))
        found += [pool.pop(key) for key in keys]
    return found
