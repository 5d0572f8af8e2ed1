"""What a sample is drawn from, what goes on the checklist, and the file by which anybody can draw it again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from audits.models import Audit, Catalogue, Control, Finding, SampleDraw
from portal.core.verdicts import Refused, refused
from portal.ledger.models import Entry, Event
from portal.ledger.proof import inclusion_proofs
from portal.rulebook.queries import rules

FIXING = ("audit.plan", "audit.replan", "audit.reschedule", "audit.choose")
"""Deeds that fix time and number of a draw."""


def catalogue_for(audit: Audit) -> Catalogue:
    """What the audit is held against: what an officer chose, or the newest baseline that was there at `draw_at`.

    A version that is imported once the lot is known changes nothing, so nobody chooses the sample by it. A follow-up
    is held against what the audit before was. Raises Refused where there is none.
    """
    if audit.catalogue is not None:
        return audit.catalogue
    if audit.follows is not None and audit.follows.catalogue is not None:
        return audit.follows.catalogue
    key = rules(audit.rulebook).audits.baseline
    rows: QuerySet[Catalogue] = Catalogue.objects.filter(key=key, state="current")
    if audit.draw_at is not None:
        rows = rows.filter(imported_at__lte=audit.draw_at)
    found = rows.order_by("-imported_at").first()
    if found is not None:
        return found
    raise Refused(
        refused(
            _("There is no catalogue “%(key)s” to audit against. Ask the system administrator to import it.")
            % {"key": key},
            code="no_catalogue",
            rule="audits.baseline",
        )
    )


def controls_of(catalogue: Catalogue) -> list[str]:
    """Identifiers of all its controls, as its document has them."""
    return list(catalogue.controls.order_by("position").values_list("oscal_id", flat=True))


def checklist_of(audit: Audit) -> tuple[Catalogue, list[tuple[UUID, int]]]:
    """The catalogue, and id and position of each control to be tested, in its order.

    That is what was drawn; in a follow-up, what the audit before found wanting. Where neither says anything, all.
    """
    sample = SampleDraw.objects.select_related("catalogue").filter(audit=audit).first()
    catalogue = sample.catalogue if sample else catalogue_for(audit)
    controls: QuerySet[Control] = Control.objects.filter(catalogue=catalogue)
    if sample is not None:
        controls = controls.filter(oscal_id__in=sample.drawn)
    elif audit.follows_id is not None:
        wanting = Finding.objects.filter(audit=audit.follows_id, control__isnull=False).values("control")
        some = controls.filter(pk__in=wanting)
        controls = some if some.exists() else controls
    return catalogue, list(controls.order_by("position").values_list("pk", "position"))


# --- drawing again --------------------------------------------------------------------------------
def draw_file(sample: SampleDraw) -> dict[str, Any]:
    """What portal.core.sampling needs to draw the sample again and to check that nobody chose it. Few queries.

    Of the entry that fixed the draw the content is opened where the portal itself made the plan; of a person's deed
    only that it was on record before the root.
    """
    audit, checkpoint = sample.audit, sample.checkpoint
    assert audit.draw_at is not None
    last = Entry.objects.get(seq=checkpoint.size)
    fixed = (
        Entry.objects.filter(object_id=audit.pk, verb__in=FIXING, seq__lt=checkpoint.size)
        .select_related("event")
        .order_by("-seq")
        .first()
    )
    entries = [last, *([fixed] if fixed else [])]
    paths = inclusion_proofs([entry.seq for entry in entries], size=checkpoint.size)
    return {
        "algorithm": sample.algorithm,
        "audit": audit.reference,
        "draw_at": audit.draw_at.isoformat(),
        "count": audit.sample_size,
        "size": checkpoint.size,
        "root": checkpoint.root,
        "catalogue": {
            "key": sample.catalogue.key,
            "version": sample.catalogue.version,
            "title": sample.catalogue.title,
            "sha256": sample.catalogue.digest,
        },
        "controls": controls_of(sample.catalogue),
        "controls_digest": sample.controls_digest,
        "drawn": sample.drawn,
        "checkpoint": _proven(last, paths),
        **({"fixed": _proven(fixed, paths) | _opened(fixed)} if fixed else {}),
    }


def _proven(entry: Entry, paths: dict[int, list[bytes]]) -> dict[str, Any]:
    return {"entry": entry.public(), "path": [step.hex() for step in paths[entry.seq]]}


def _opened(entry: Entry) -> dict[str, Any]:
    event: Event | None = getattr(entry, "event", None)
    if event is None or entry.role != "system":
        return {}
    return {"salt": bytes(event.salt).hex(), "content": event.content}
