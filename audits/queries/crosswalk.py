"""Reading crosswalks: what a control is linked to, and which answers serve several catalogues.

What may be concluded: the same asked for, the same answer; all of it met, every part of it met. Nothing else follows: a
part that is met says little of the whole, and what two have in common is for a person to judge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from audits.models import Audit, Catalogue, Check, Control, ControlLink, Relation, Result
from portal.core import clock
from portal.core.catalogues.links import INVERSE

FRESH = timedelta(days=366)
"""How old a result may be that is taken over: what an earlier round of audits saw says nothing of today."""
EQUAL, SUPERSET = Relation.EQUAL.value, Relation.SUPERSET.value


@dataclass(frozen=True, slots=True)
class Linked:
    """A control that another one is linked to; `relation` is that one's to it."""

    control: Control
    relation: str
    note: str
    crosswalk: str

    @property
    def relation_label(self) -> str:
        return str(Relation(self.relation).label)


@dataclass(frozen=True, slots=True)
class Served:
    """A control without a result for which another audit has one that counts."""

    check_id: UUID
    version: int
    label: str
    title: str
    result: str
    audit: str
    control: str
    relation: str
    recorded_at: datetime

    @property
    def result_label(self) -> str:
        return str(Result(self.result).label)

    @property
    def relation_label(self) -> str:
        return str(Relation(self.relation).label)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one audit answers another catalogue: controls `answered` and `linked` of `total`."""

    catalogue: Catalogue
    answered: int
    linked: int
    total: int


def linked_to(control: Control) -> list[Linked]:
    """The controls that this one is linked to by current crosswalks, in the newest version of their catalogue."""
    key = control.catalogue.key
    links = _of(key).filter(
        Q(crosswalk__from_key=key, from_id=control.oscal_id) | Q(crosswalk__to_key=key, to_id=control.oscal_id)
    )
    turned = [(*_other(link, key), link) for link in links.select_related("crosswalk")]
    wanted = Q(pk__in=[])
    for other_key, other_id, _relation, _link in turned:
        wanted |= Q(catalogue__key=other_key, oscal_id=other_id)
    found: dict[tuple[str, str], Control] = {}
    rows = Control.objects.filter(wanted).select_related("catalogue").order_by("catalogue__imported_at")
    for row in rows:
        found[row.catalogue.key, row.oscal_id] = row
    return [
        Linked(found[other_key, other_id], relation, link.note, link.crosswalk.title)
        for other_key, other_id, relation, link in turned
        if (other_key, other_id) in found
    ]


def served(audit: Audit) -> list[Served]:
    """Controls of the audit without a result that an answer in another audit of the institution serves.

    Where several do, the newest counts. Three queries.
    """
    if audit.catalogue is None:
        return []
    key = audit.catalogue.key
    open_rows = Check.objects.filter(audit=audit, result="").select_related("control").order_by("position")
    unanswered = {check.control.oscal_id: check for check in open_rows}
    ids = Control.objects.filter(checks__audit=audit, checks__result="").values("oscal_id")
    links = _of(key).filter(Q(crosswalk__from_key=key, from_id__in=ids) | Q(crosswalk__to_key=key, to_id__in=ids))
    by_other: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for link in links.select_related("crosswalk"):
        other_key, other_id, relation = _other(link, key)
        # Theirs to ours is what counts: whether what they answered contains what is asked here.
        if (theirs := INVERSE.get(relation)) is not None:
            ours = link.from_id if link.crosswalk.from_key == key else link.to_id
            by_other.setdefault((other_key, other_id), []).append((ours, theirs))
    best: dict[str, Served] = {}
    for check in _answered(audit, {other for other, _id in by_other}):
        for ours, relation in by_other.get((check.control.catalogue.key, check.control.oscal_id), []):
            here = unanswered.get(ours)
            if here is not None and _counts(check.result, relation):
                best[ours] = _served(here, check, relation)
    return [best[key] for key in unanswered if key in best]


def reach(audit: Audit) -> list[Reach]:
    """How far this audit's results answer the other catalogues that crosswalks lead to. Three queries."""
    if audit.catalogue is None:
        return []
    key = audit.catalogue.key
    results = dict(Check.objects.filter(audit=audit).values_list("control__oscal_id", "result"))
    linked: dict[str, set[str]] = {}
    answered: dict[str, set[str]] = {}
    for link in _of(key).select_related("crosswalk"):
        other_key, other_id, relation = _other(link, key)
        ours = link.from_id if link.crosswalk.from_key == key else link.to_id
        linked.setdefault(other_key, set()).add(other_id)
        if _counts(results.get(ours, ""), relation):
            answered.setdefault(other_key, set()).add(other_id)
    rows = Catalogue.objects.filter(key__in=linked, state="current").order_by("key", "imported_at")
    newest = {row.key: row for row in rows}
    return [
        Reach(row, len(answered.get(other, ())), len(linked[other]), row.control_count) for other, row in newest.items()
    ]


def _of(key: str) -> QuerySet[ControlLink]:
    """Links of current crosswalks from or to the catalogue."""
    rows: QuerySet[ControlLink] = ControlLink.objects.filter(
        Q(crosswalk__from_key=key) | Q(crosswalk__to_key=key), crosswalk__state="current"
    ).order_by("pk")
    return rows


def _other(link: ControlLink, key: str) -> tuple[str, str, str]:
    """The other end of a link (key and identifier), and the relation of our control to it."""
    if link.crosswalk.from_key == key:
        return link.crosswalk.to_key, link.to_id, link.relation
    return link.crosswalk.from_key, link.from_id, INVERSE.get(link.relation, link.relation)


def _answered(audit: Audit, keys: Iterable[str]) -> QuerySet[Check]:
    """Results of the authority's other audits of the institution against these catalogues, the oldest first."""
    rows: QuerySet[Check] = (
        Check.objects.filter(audit__institution=audit.institution_id, audit__catalogue__key__in=list(keys))
        .filter(audit__authority=audit.authority_id)
        .exclude(audit=audit)
        .exclude(audit__state="cancelled")
        .exclude(result="")
        .annotate(recorded_at=Max("results__recorded_at"))
        .filter(recorded_at__gte=clock.now() - FRESH)
        .select_related("control__catalogue", "audit")
        .order_by("recorded_at", "pk")
    )
    return rows


def _counts(result: str, relation: str) -> bool:
    """Whether the result of a control says the same of one that it has this relation to."""
    if relation == EQUAL:
        return bool(result)
    return relation == SUPERSET and result == Result.MET


def _served(here: Check, theirs: Check, relation: str) -> Served:
    return Served(
        check_id=here.pk,
        version=here.version,
        label=here.control.label,
        title=here.control.title,
        result=theirs.result,
        audit=theirs.audit.reference,
        control=f"{theirs.control.label} ({theirs.control.catalogue.key})",
        relation=relation,
        recorded_at=theirs.recorded_at,  # type: ignore[attr-defined]
    )
