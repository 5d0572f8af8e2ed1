"""Keeping filters of the queue. A person's own convenience, so the record has nothing of it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.db.models import Q
from django.utils.translation import gettext as _

from partners.models import SavedFilter
from partners.rules.hands import body_of
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.workflow import as_deed, lock

MOST = 30
"""Filters that one person can keep in a body."""
KEPT = ("q", "state", "time", "whose", "tier__exact", "kind__exact", "o")
"""What of the queue's address is kept: filters, search and sorting; no page, and nothing that is not the queue's."""


def filters_of(query: str) -> str:
    """The part of an address that a saved filter keeps."""
    pairs = [(key, value) for key, value in parse_qsl(query.replace("\x00", "")[:2000]) if key in KEPT]
    return urlencode(sorted(dict(pairs).items()))[:600]


@as_deed
def save_filter(*, name: str, query: str, by: Actor, shared: bool = False, is_default: bool = False) -> SavedFilter:
    """Keep filters under a name of one's own. Refused for a name that is taken, and beyond thirty."""
    row = SavedFilter(owner_id=by.person_id, body_id=body_of(by), query=filters_of(query))
    own = SavedFilter.objects.filter(owner=by.person_id, body=body_of(by))
    if own.count() >= MOST:
        require(refused(_("You keep thirty filters already. Delete one first."), code="too_many", rule="saved_filter"))
    return _write(row, name, shared, is_default)


@as_deed
def change_filter(*, saved: SavedFilter, name: str, shared: bool, is_default: bool, by: Actor) -> SavedFilter:
    """Rename, share, or open the queue with it. Only whose it is."""
    lock(saved)
    _require_own(saved, by)
    return _write(saved, name, shared, is_default)


@as_deed
def delete_filter(*, saved: SavedFilter, by: Actor) -> None:
    """Take it away, also from the colleagues with whom it is shared. Only whose it is."""
    lock(saved)
    _require_own(saved, by)
    saved.delete()


def _write(row: SavedFilter, name: str, shared: bool, is_default: bool) -> SavedFilter:
    row.name, row.shared, row.is_default = " ".join(name.split())[:60], shared, is_default
    others = SavedFilter.objects.filter(owner=row.owner_id, body=row.body_id).exclude(pk=row.pk)
    if not row.name:
        require(refused(_("Give it a name."), code="no_name", rule="saved_filter"))
    if others.filter(name=row.name).exists():
        require(refused(_("You keep another filter by this name."), code="taken", rule="saved_filter"))
    if is_default:
        others.filter(Q(is_default=True)).update(is_default=False)
    row.save()
    return row


def _require_own(saved: SavedFilter, by: Actor) -> None:
    if saved.owner_id != by.user_id or saved.body_id != by.body_id:
        require(refused(_("This filter belongs to a colleague."), code="not_yours", rule="saved_filter"))
