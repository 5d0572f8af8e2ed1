"""Interim suspensions that lapse: whoever runs or watches the case hears of it, in the transaction of the lapse.

Holds belong to the room below and never look up. This room hears what happens to them, and notes on the case that the
hold which it rested on for the time being is gone.
"""

from __future__ import annotations

from collections.abc import Sequence

from portal.core.actors import SYSTEM
from portal.core.observers import Happening, observe


def note_lapses(happenings: Sequence[Happening]) -> None:
    """Note on each case that its interim suspension lapsed, and tell everybody concerned."""
    from audits import notices
    from audits.models import EnforcementCase
    from portal.workflow import record

    lapsed = [happening.subject for happening in happenings if happening.verb == "lapse"]
    for hold in lapsed:
        for case in EnforcementCase.objects.filter(hold=hold).select_related("institution__organisation"):
            detail = {"hold": hold.pk, "confirm_by": hold.confirm_by}
            record(case, "note_lapse", by=SYSTEM, detail=detail, rulebook=case.rulebook, about=[case.institution_id])
            notices.interim_lapsed(case, hold)


def watch_interim_holds() -> None:
    """Listen to holds. Called once, when the app is ready."""
    observe(["hold"], note_lapses)
