"""Drawing the sample of an audit by the root of the record at the time that was fixed beforehand."""

from __future__ import annotations

from audits.models import Audit, SampleDraw
from audits.queries.sample import catalogue_for, controls_of
from portal.core import clock
from portal.core.actors import Actor
from portal.core.sampling import ALGORITHM, digest_of, draw
from portal.core.verdicts import require
from portal.ledger.checkpoint import ensure_checkpoint
from portal.ledger.models import Checkpoint, Tier
from portal.workflow import as_deed, can, lock, record


def draw_sample(*, audit: Audit, by: Actor) -> SampleDraw:
    """Draw the audit's sample, once: whoever comes second gets what was drawn. Raises ValueError before its time.

    The lot is the first checkpoint from `draw_at` on, which is taken first where there is none yet. So it does not
    matter when the draw is made, or by whom.
    """
    assert audit.draw_at is not None
    require(can(audit, "draw", by))
    checkpoint = ensure_checkpoint(since=audit.draw_at)
    return _draw(audit=audit, checkpoint=checkpoint, by=by)


@as_deed
def _draw(*, audit: Audit, checkpoint: Checkpoint, by: Actor) -> SampleDraw:
    lock(audit)
    if (done := SampleDraw.objects.filter(audit=audit).first()) is not None:
        return done
    assert audit.draw_at is not None
    catalogue = catalogue_for(audit)
    controls = controls_of(catalogue)
    drawn = draw(checkpoint.root, audit.reference, controls, audit.sample_size)
    sample = SampleDraw(
        audit=audit,
        catalogue=catalogue,
        checkpoint=checkpoint,
        algorithm=ALGORITHM,
        controls_digest=digest_of(controls),
        controls_count=len(controls),
        drawn=drawn,
        drawn_at=clock.now(),
    )
    detail = {
        "root": checkpoint.root,
        "size": checkpoint.size,
        "catalogue": catalogue.key,
        "version": catalogue.version,
        "controls": sample.controls_digest,
        "drawn": drawn,
    }
    # Not for the partner before fieldwork begins: who knows what is looked at, tidies up there alone.
    record(audit, "draw", by=by, detail=detail, about=[audit.institution_id], tier=Tier.AUTHORITY)
    sample.save(force_insert=True)
    return sample
