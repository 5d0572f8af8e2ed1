"""The file by which anybody concerned can draw a panel again: the one of samples, with candidates for controls."""

from __future__ import annotations

from typing import Any

from audits.models import Appeal, PanelDraw
from audits.queries.appealed import office_of
from portal.ledger.models import Entry
from portal.ledger.proof import inclusion_proofs
from portal.rulebook.places import zones_of

FIXING = ("appeal.admit", "appeal.lack")
"""Deeds that fix the time of a draw."""


def zones_for(appeal: Appeal) -> list[str]:
    """Zones of those who come to a hearing: of the partner's authority first, then of the panel's bodies, and UTC."""
    _authority, country = office_of(appeal.subject)
    countries = [country, *(seat.body.jurisdiction for seat in appeal.sitting)]
    found = [zone for land in countries if land for zone in zones_of(land)]
    return [*dict.fromkeys([*found, "UTC"])]


def redraw_file(appeal: Appeal, drawn: PanelDraw) -> dict[str, Any]:
    """What portal.core.sampling needs to draw the order again, and to check that nobody chose it. Few queries.

    Candidates are opaque ids of bodies and accounts. That the time was fixed before the root is shown by the entry of
    the deed that fixed it, whose content stays closed.
    """
    checkpoint = drawn.checkpoint
    last = Entry.objects.get(seq=checkpoint.size)
    fixed = Entry.objects.filter(object_id=appeal.pk, verb__in=FIXING, seq__lt=checkpoint.size).order_by("-seq").first()
    entries = [last, *([fixed] if fixed else [])]
    paths = inclusion_proofs([entry.seq for entry in entries], size=checkpoint.size)
    proven = [{"entry": one.public(), "path": [step.hex() for step in paths[one.seq]]} for one in entries]
    return {
        "algorithm": drawn.algorithm,
        "audit": f"{appeal.reference}/{drawn.number}",
        "draw_at": drawn.draw_at.isoformat(),
        "count": len(drawn.drawn),
        "size": checkpoint.size,
        "root": checkpoint.root,
        "controls": sorted(drawn.drawn),
        "controls_digest": drawn.candidates_digest,
        "drawn": drawn.drawn,
        "checkpoint": proven[0],
        **({"fixed": proven[1]} if fixed else {}),
    }
