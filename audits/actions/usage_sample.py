"""Drawing windows of reported use for an audit, by a lot that nobody chose, once."""

from __future__ import annotations

from django.utils.translation import gettext as _

from audits.models import Audit, SampledWindow, UsageSample
from audits.queries.usage_sample import ALGORITHM, counted, drawn, facts_of, frame_of
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, refused, require
from portal.ledger.checkpoint import ensure_checkpoint
from portal.ledger.models import Checkpoint
from portal.rulebook.queries import rules
from portal.workflow import as_deed, can, lock, record


def draw_usage_sample(*, audit: Audit, by: Actor) -> UsageSample:
    """Draw, and keep what was drawn with the audit: audits.evidence.usage_windows of all, and of those without a grant.

    The lot is the first checkpoint after the audit began; it is taken now where there is none yet, before the deed,
    for it keeps the head of the record. Raises Conflict where it was drawn already.
    """
    require(can(audit, "draw_use", by))
    assert audit.began_at is not None
    return _draw(audit=audit, checkpoint=ensure_checkpoint(since=audit.began_at), by=by)


@as_deed
def _draw(*, audit: Audit, checkpoint: Checkpoint, by: Actor) -> UsageSample:
    lock(audit)
    if UsageSample.objects.filter(audit=audit).exists():
        raise Conflict(refused(_("The windows were drawn already."), code="already_done", rule="audits.evidence"))
    frame = frame_of(audit)
    population, outside = counted(frame)
    rows = drawn(frame, checkpoint.root, rules(audit.rulebook).audits.evidence.usage_windows)
    sample = UsageSample(
        audit=audit,
        checkpoint=checkpoint,
        algorithm=ALGORITHM,
        since=frame.since,
        until=frame.until,
        population=population,
        outside=outside,
        drawn_by_id=by.person_id,
        drawn_at=clock.now(),
    )
    detail = {
        "root": checkpoint.root,
        "size": checkpoint.size,
        "algorithm": ALGORITHM,
        "period": [frame.since.isoformat(), frame.until.isoformat()],
        "windows": [population, outside],
        "drawn": [[str(row.gateway_id), row.event_id, row.rank] for _stratum, row in rows],
    }
    record(audit, "draw_use", by=by, detail=detail, rulebook=audit.rulebook, about=[audit.institution_id])
    sample.save(force_insert=True)
    SampledWindow.objects.bulk_create(
        SampledWindow(
            sample=sample,
            place=place,
            stratum=stratum,
            rank=row.rank,
            gateway_id=row.gateway_id,
            event_id=row.event_id,
            started_at=row.started_at,
            ended_at=row.ended_at,
            facts=facts_of(row),
        )
        for place, (stratum, row) in enumerate(rows, start=1)
    )
    return sample
