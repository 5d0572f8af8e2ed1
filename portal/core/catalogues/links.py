"""A crosswalk as a table: CSV with a header, one link a line.

Columns: `from` and `to` (identifiers or labels of controls) must be there; `relation` and `note` may be.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.core.catalogues.table import csv_rows
from portal.core.oscal import CatalogueError, Skipped

RELATIONS = ("equal-to", "superset-of", "subset-of", "intersects-with")
"""Of NIST IR 8477's set theory relations those that say something. `equivalent-to` of OSCAL 1.2 counts as equal."""
INVERSE = {"equal-to": "equal-to", "superset-of": "subset-of", "subset-of": "superset-of"}
MOST = 50_000


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link as it stands in the file. `where` tells the line."""

    where: str
    from_id: str
    to_id: str
    relation: str
    note: str = ""


def read_links(content: bytes) -> tuple[list[LinkRow], list[Skipped]]:
    """The links of a file and what was left out. Raises CatalogueError."""
    rows: list[LinkRow] = []
    skipped: list[Skipped] = []
    for number, row in csv_rows(content, needed=("from", "to")):
        where = _("line %(number)s") % {"number": number}
        if row is None:
            skipped.append(Skipped(where, _("It has more cells than the header.")))
            continue
        said = row.get("relation", "").strip().lower() or "intersects-with"
        relation = "equal-to" if said == "equivalent-to" else said
        from_id, to_id = row["from"].strip(), row["to"].strip()
        if not from_id or not to_id:
            skipped.append(Skipped(where, _("It does not name two controls.")))
        elif relation not in RELATIONS:
            known = ", ".join(RELATIONS)
            skipped.append(Skipped(where, _("The relation must be one of: %(names)s.") % {"names": known}))
        else:
            rows.append(LinkRow(where, from_id, to_id, relation, row.get("note", "").strip()[:500]))
        if len(rows) > MOST:
            raise CatalogueError(_("The file has more than %(most)s links.") % {"most": f"{MOST:,}"})
    return rows, skipped
