"""SATRE's specification of trusted research environments (YAML): pillars, capabilities, numbered requirements."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.core.catalogues.rows import Collector, items, prop, prose, words
from portal.core.oscal import CatalogueError, Read
from portal.core.plain_yaml import read_yaml


def read_satre(content: bytes, read: Read) -> None:
    """Fill the Read. The file says neither title nor version. Raises CatalogueError."""
    document = read_yaml(content)
    if not isinstance(document.get("specification"), list):
        raise CatalogueError(_("This is no SATRE specification: it has no list “specification” at its top."))
    rows = Collector(read)
    for number, item in enumerate(items(document, "specification"), 1):
        index, pillar, capability = (words(item, key) for key in ("capability_index", "pillar", "capability"))
        where = words(item, "requirement_index") or f"specification[{number}]"
        if not index or not pillar:
            rows.skip(where, _("It belongs to no pillar and capability."))
            continue
        above = rows.group(f"pillar-{index.partition('.')[0]}", pillar)
        group = rows.group(f"capability-{index}", f"{index} {capability}".strip(), parent=above, depth=1)
        # An asterisk says that a footnote tells when it is mandatory: it is to be tested all the same.
        importance = words(item, "importance").rstrip("*").lower()
        url = words(item, "architecture_url")
        rows.control(
            words(item, "requirement_index"),
            group=group,
            title="",
            statement=prose(item, "statement"),
            guidance=prose(item, "guidance"),
            klass=importance,
            props=[prop("importance", importance)] if importance else [],
            links=[{"href": url, "rel": "reference"}] if url.startswith("https://") else [],
            where=where,
        )
