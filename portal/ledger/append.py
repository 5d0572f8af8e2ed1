"""Appending to the record. Called once, at the end of a deed's transaction, by portal.workflow only."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from portal.core.bulk import insert
from portal.core.canonical import canonical
from portal.ledger.merkle import Frontier, leaf_hash
from portal.ledger.models import Entry, Event, Head, Node, PublicFields, Tier, public


@dataclass(frozen=True, slots=True)
class Deed:
    """What a deed leaves in the record.

    `detail` is kept in the event (JSON types, dates, UUIDs); `about` are ids of the objects on whose
    timelines it belongs; `retained_until` is the day after which the event may be purged.
    """

    verb: str
    object_type: str
    object_id: UUID
    time: datetime
    role: str
    retained_until: date
    body_id: UUID | None = None
    actor_id: UUID | None = None
    actor_name: str = ""
    state: str = ""
    state_before: str = ""
    rulebook: str = ""
    tier: str = Tier.CASE
    says: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    about: tuple[UUID, ...] = ()


@dataclass(slots=True)
class Written(PublicFields):
    """An entry and its event in one, by the names of their columns."""

    entry_id: int
    tier: str
    salt: bytes
    content: str
    about: list[UUID]
    actor_id: UUID | None
    leaf_hash: bytes = b""


def commitment(salt: bytes, content: bytes) -> bytes:
    """SHA-256(salt || canonical event). 32 random bytes of salt keep a guessed event from being confirmed."""
    return hashlib.sha256(salt + content).digest()


def head_mac(size: int, root: str) -> str:
    """HMAC-SHA-256 under LEDGER_KEY over size and root: a head written by anyone else is found out."""
    message = f"{size}:{root}".encode()
    return hmac.new(settings.LEDGER_KEY.encode(), message, hashlib.sha256).hexdigest()


def lock_head() -> Head:
    """The head, locked until the transaction ends. Made on first use."""
    head = Head.objects.select_for_update().filter(pk=1).first()
    if head is not None:
        return head
    with connection.cursor() as cursor:
        empty = Frontier().root().hex()
        cursor.execute(
            "INSERT INTO ledger_head (id, size, frontier, root, mac) VALUES (1, 0, '{}', %s, %s)"
            " ON CONFLICT DO NOTHING",
            [empty, head_mac(0, empty)],
        )
    return Head.objects.select_for_update().get(pk=1)


def append(deeds: Sequence[Deed]) -> list[Written]:
    """Write entries and events for the deeds, in order, with the next sequence numbers and no gap.

    Takes the head's lock: two transactions append one after the other. Must run inside a transaction.
    Gives what was written, in the order of the deeds.
    """
    if not deeds:
        return []
    head = lock_head()
    tree = Frontier(head.size, [bytes.fromhex(peak) for peak in head.frontier])
    written, nodes = [], []
    for deed in deeds:
        one = _written(deed, seq=tree.size + 1)
        nodes += tree.append(one.leaf_hash)
        written.append(one)
    insert(Entry, written)
    insert(Event, written)
    insert(Node, nodes)
    head.size, head.frontier, head.root = tree.size, [peak.hex() for peak in tree.peaks], tree.root().hex()
    head.mac = head_mac(head.size, head.root)
    head.save()
    return written


def _written(deed: Deed, *, seq: int) -> Written:
    salt, content = secrets.token_bytes(32), canonical(_content(deed))
    one = Written(
        seq=seq,
        time=deed.time,
        verb=deed.verb,
        body_id=deed.body_id,
        role=deed.role,
        object_type=deed.object_type,
        object_id=deed.object_id,
        state=deed.state,
        rulebook=deed.rulebook,
        retained_until=deed.retained_until,
        commitment=commitment(salt, content),
        entry_id=seq,
        tier=deed.tier,
        salt=salt,
        content=content.decode(),
        about=list(dict.fromkeys((deed.object_id, *deed.about))),
        actor_id=deed.actor_id,
    )
    one.leaf_hash = leaf_hash(canonical(public(one)))
    return one


def _content(deed: Deed) -> dict[str, Any]:
    return {
        "verb": deed.verb,
        "object_type": deed.object_type,
        "object": deed.object_id,
        "time": deed.time.isoformat(timespec="microseconds"),
        "body": deed.body_id,
        "role": deed.role,
        "actor": deed.actor_id,
        "actor_name": deed.actor_name,
        "state": deed.state,
        "state_before": deed.state_before,
        "rulebook": deed.rulebook,
        "tier": deed.tier,
        "says": deed.says,
        "about": list(deed.about),
        "detail": deed.detail,
    }
