"""Chapter: use out of character, heard by the watch over what gateways report, and what people make of it."""

from __future__ import annotations

from datetime import UTC, timedelta

from audits.actions.alert import clear_alert, escalate_alert, question_alert
from audits.models import Alert
from audits.use_sweep import sweep_use
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.demo.gateways import NIGHT_HOURS
from portal.demo.stage import Stage
from portal.demo.timeline import Alone, Story

SINCE = 7
"""Days before the present on which what was reported until then is judged. The rest is judged at the end."""
PLANNED_RUN = (
    "The partner had announced a run at the weekend while its proxy moved, and the log of the scheduler shows who "
    "started it. Use as it should be."
)
MORE_WORK = "The busy week of a study that the partner’s last report announces. The limits of the line were kept."
UNKNOWN_RUN = (
    "Nobody at the partner can say who started it, and the duty officer was not called. The account belongs to a "
    "person on leave."
)
WRONG_NUMBER = "A project number with two digits exchanged. The gateway refused each attempt; the partner corrected it."
ASKED = "The partner was asked which project this was for, and answers by Friday."


def judging(stage: Stage) -> Story:
    """The first round: alerts are raised, and the officers of each authority look at theirs in the days after."""
    sweep_use(by=SYSTEM)
    yield clock.now() + timedelta(hours=26)
    nights = sorted(_raised("rhythm"), key=lambda alert: alert.begins_at.astimezone(UTC).hour != NIGHT_HOURS[0][0])
    for alert in nights[1:]:
        clear_alert(alert=alert, note=PLANNED_RUN, by=_officer(stage, alert))
    for alert in _raised("volume"):
        clear_alert(alert=alert, note=MORE_WORK, by=_officer(stage, alert))
    for alert in nights[:1]:
        escalate_alert(
            alert=alert, severity="low", kind="unauthorised_use", title="Use at a weekend that nobody can explain",
            note=UNKNOWN_RUN, by=_officer(stage, alert),
        )  # fmt: skip
    yield clock.now() + timedelta(hours=21)
    tries = _raised("out_of_scope")
    for alert in tries[1:]:
        clear_alert(alert=alert, note=WRONG_NUMBER, by=_officer(stage, alert))
    for alert in tries[:1]:
        question_alert(alert=alert, note=ASKED, by=_officer(stage, alert))


def begin(stage: Stage) -> Alone:
    """When the first round is: its deeds are transactions of their own, as the portal's own sweep makes them."""
    return Alone(stage.present - timedelta(days=SINCE))


def lately() -> None:
    """What was reported since: nobody has looked at it yet."""
    sweep_use(by=SYSTEM)


def _raised(kind: str) -> list[Alert]:
    rows = Alert.objects.filter(state="raised", kind=kind).select_related(
        "institution__organisation", "line__grant", "release"
    )
    return list(rows.order_by("-score", "begins_at", "reference"))


def _officer(stage: Stage, alert: Alert) -> Actor:
    return stage.authority(alert.authority_id).officers[0]
