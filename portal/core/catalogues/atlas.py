"""MITRE ATLAS (YAML): tactics as groups, techniques with their subtechniques, mitigations with what they counter."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from portal.core.catalogues.rows import Collector, items, prop, prose, texts, words
from portal.core.oscal import CatalogueError, Read
from portal.core.plain_yaml import read_yaml

MITIGATIONS = "mitigations"


def read_atlas(content: bytes, read: Read) -> None:
    """Fill the Read; the file's own name and version count before those given. Raises CatalogueError."""
    document = read_yaml(content)
    if not isinstance(document.get("matrices"), list):
        raise CatalogueError(_("This is no ATLAS file: it has no list “matrices” at its top."))
    read.title = words(document, "name")[:300] or read.title
    read.version = words(document, "version")[:60] or read.version
    rows = Collector(read)
    for matrix in items(document, "matrices"):
        for tactic in items(matrix, "tactics"):
            if key := words(tactic, "id"):
                rows.group(key, words(tactic, "name") or key, overview=prose(tactic, "description"))
        _techniques(matrix, rows)
        _mitigations(matrix, rows)
    if studies := sum(1 for _item in items(document, "case-studies")):
        rows.skip(
            "case-studies", _("%(count)s case studies tell what happened; they are no controls.") % {"count": studies}
        )


def _techniques(matrix: dict[str, Any], rows: Collector) -> None:
    known = {words(tactic, "id") for tactic in items(matrix, "tactics")}
    under: dict[str, str] = {}
    # A subtechnique has no tactic of its own: it stands with its technique, which may come after it in the file.
    for item in sorted(items(matrix, "techniques"), key=lambda item: bool(words(item, "subtechnique-of"))):
        key, parent = words(item, "id"), words(item, "subtechnique-of")
        tactics = [tactic for tactic in texts(item, "tactics") if tactic in known]
        group = under.get(parent, "") if parent else next(iter(tactics), "")
        if not group:
            rows.skip(key or "techniques", _("It names no tactic or technique of this file."))
            continue
        kept = rows.control(
            key,
            group=group,
            parent=parent,
            title=words(item, "name"),
            statement=prose(item, "description"),
            klass="technique",
            props=[
                *(prop("tactic", tactic) for tactic in tactics),
                *(prop("maturity", value) for value in [words(item, "maturity")] if value),
            ],
            links=_elsewhere(item),
        )
        if kept:
            under[key] = group


def _mitigations(matrix: dict[str, Any], rows: Collector) -> None:
    for item in items(matrix, "mitigations"):
        counters = [key for found in items(item, "techniques") if (key := words(found, "id"))]
        counters += [key for key in texts(item, "techniques") if key]
        uses = [
            f"{words(found, 'id')}: {words(found, 'use')}" for found in items(item, "techniques") if words(found, "use")
        ]
        rows.control(
            words(item, "id"),
            group=rows.group(MITIGATIONS, _("Mitigations")),
            title=words(item, "name"),
            statement=prose(item, "description"),
            guidance="\n".join(uses),
            klass="mitigation",
            props=[
                *(prop("category", value) for value in texts(item, "category")),
                *(prop("ml-lifecycle", value) for value in texts(item, "ml-lifecycle")),
            ],
            links=[*({"href": f"#{key}", "rel": "related"} for key in counters), *_elsewhere(item)],
            where=words(item, "id") or MITIGATIONS,
        )


def _elsewhere(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Where ATT&CK has the same."""
    reference = item.get("ATT&CK-reference")
    reference = reference if isinstance(reference, dict) else {}
    url = words(reference, "url")
    return [{"href": url, "rel": "reference", "text": words(reference, "id")}] if url.startswith("https://") else []
