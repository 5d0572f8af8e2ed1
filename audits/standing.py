"""A measure outlives the qualification that it was decided on: a new one is restricted or suspended as the old one was.

Qualifications belong to the room below and never look up. This room hears of new ones, such as after a lapse, and
brings them in line in the transaction that made them: no signature on an application lifts a measure.
"""

from __future__ import annotations

from collections.abc import Sequence

from portal.core.observers import Happening, observe


def hold_to_measures(happenings: Sequence[Happening]) -> None:
    """Bring each qualification that was just granted in line with the partner's measures that are in effect."""
    from django.utils.translation import gettext as _

    from audits.actions.measure import settle
    from audits.queries.measure import strictest

    for institution in dict.fromkeys(one.subject.institution_id for one in happenings if one.verb == "grant"):
        ruling = strictest(institution)
        if ruling is not None:
            settle(ruling, _("The measure goes on: a new qualification does not lift it."))


def watch_qualifications() -> None:
    """Listen to qualifications. Called once, when the app is ready."""
    observe(["qualification"], hold_to_measures)
