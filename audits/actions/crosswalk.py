"""Deeds on crosswalks, and answers taken over by them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import asdict
from uuid import UUID

from django.utils.translation import gettext as _

from audits.actions.fieldwork import Answer, record_results
from audits.models import Audit, Catalogue, Control, ControlLink, Crosswalk
from audits.queries.crosswalk import served
from portal.core import clock
from portal.core.actors import Actor
from portal.core.bulk import insert
from portal.core.catalogues.links import LinkRow, read_links
from portal.core.oscal import CatalogueError, Skipped
from portal.ledger.models import Tier
from portal.workflow import as_deed, create, lock, move


@as_deed
def import_crosswalk(
    *, from_key: str, to_key: str, title: str, content: bytes, by: Actor, source: str = ""
) -> Crosswalk:
    """Store the links of a CSV file, all that can be used or nothing. Raises CatalogueError.

    A line whose control is in no version of its catalogue is left out and listed. The same file again gives the
    crosswalk that is there.
    """
    rows, skipped = read_links(content)
    digest = hashlib.sha256(content).hexdigest()
    return _store(from_key, to_key, title, source, digest, rows, skipped, by)


@as_deed
def derive_crosswalk(*, catalogue: Catalogue, name: str, to_key: str, title: str, by: Actor) -> Crosswalk:
    """Store the links that a catalogue itself names: each value of the property is a control of the other one.

    Such a reference says that two controls have something in common, and no more.
    """
    controls = catalogue.controls.order_by("position")
    rows = [
        LinkRow(control.oscal_id, control.oscal_id, str(value).strip(), "intersects-with")
        for control in controls
        for value in control.prop(name)
    ]
    digest = hashlib.sha256(f"{catalogue.digest}:{name}".encode()).hexdigest()
    source = _("Property “%(name)s” of %(catalogue)s") % {"name": name[:100], "catalogue": catalogue}
    return _store(catalogue.key, to_key, title, source, digest, rows, [], by)


@as_deed
def retire_crosswalk(*, crosswalk: Crosswalk, by: Actor) -> Crosswalk:
    """No answer counts by it any more. What was taken over stays."""
    return move(crosswalk, "retire", by=by, detail={"from": crosswalk.from_key, "to": crosswalk.to_key})


@as_deed
def take_over_results(*, audit: Audit, checks: Collection[UUID], by: Actor) -> int:
    """Record for these controls what other audits of the institution showed, as crosswalks allow; how many.

    They are an auditor's results like any other (test_controls), each with where it comes from in its note. What is no
    longer served (a colleague was first, a crosswalk was retired) is left as it is.
    """
    lock(audit)
    answers = [
        Answer(
            item.check_id,
            item.result,
            _("Taken over from audit %(audit)s, control %(control)s, which %(relation)s this one.")
            % {"audit": item.audit, "control": item.control, "relation": item.relation_label},
            item.version,
        )
        for item in served(audit)
        if item.check_id in checks
    ]
    record_results(audit=audit, answers=answers, by=by)
    return len(answers)


def _store(
    from_key: str, to_key: str, title: str, source: str, digest: str, rows: list[LinkRow], skipped: list[Skipped],
    by: Actor,
) -> Crosswalk:  # fmt: skip
    if from_key == to_key:
        raise CatalogueError(_("A crosswalk leads from one catalogue to another."))
    there: Crosswalk | None = Crosswalk.objects.filter(
        from_key=from_key, to_key=to_key, digest=digest, state="current"
    ).first()
    if there is not None:
        return there
    links = _links(rows, _names(from_key), _names(to_key), skipped)
    if not links:
        raise CatalogueError(_("There is no link in it between controls of these two catalogues."))
    crosswalk = Crosswalk(
        title=" ".join(title.split())[:300] or f"{from_key} → {to_key}",
        from_key=from_key,
        to_key=to_key,
        source=" ".join(source.split())[:300],
        digest=digest,
        link_count=len(links),
        skipped=[asdict(item) for item in skipped],
        imported_at=clock.now(),
    )
    detail = {"from": from_key, "to": to_key, "digest": digest, "links": len(links)}
    create(crosswalk, "import", by=by, detail=detail, tier=Tier.SCHEME)
    for link in links:
        link.crosswalk = crosswalk
    insert(ControlLink, links)
    return crosswalk


def _links(
    rows: list[LinkRow], ours: dict[str, str], theirs: dict[str, str], skipped: list[Skipped]
) -> list[ControlLink]:
    made: dict[tuple[str, str], ControlLink] = {}
    for row in rows:
        from_id, to_id = ours.get(row.from_id.lower()), theirs.get(row.to_id.lower())
        if from_id is None or to_id is None:
            missing = row.to_id if from_id else row.from_id
            skipped.append(Skipped(row.where, _("No version of the catalogue has %(id)s.") % {"id": missing[:120]}))
        elif (from_id, to_id) in made:
            skipped.append(Skipped(row.where, _("The two controls are linked already; the first link counts.")))
        else:
            link = ControlLink(from_id=from_id, to_id=to_id, relation=row.relation, note=row.note)
            made[from_id, to_id] = link
    return list(made.values())


def _names(key: str) -> dict[str, str]:
    """Labels and identifiers, in small letters, of all versions of a catalogue; identifiers win."""
    rows = list(Control.objects.filter(catalogue__key=key).values_list("oscal_id", "label"))
    if not rows:
        raise CatalogueError(_("There is no catalogue “%(key)s”.") % {"key": key[:60]})
    labels = {label.lower(): oscal_id for oscal_id, label in rows}
    return labels | {oscal_id.lower(): oscal_id for oscal_id, _label in rows}
