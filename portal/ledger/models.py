"""The record of every deed: entries (public, hashed), events (tiered, salted, purged in time), nodes and the head."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from portal.core.append_only import append_only, forbid_truncate


class Tier(models.TextChoices):
    """Who may be shown an event: the disclosure tiers, from everybody to those who work on the case."""

    PUBLIC = "public", _("Public")
    SCHEME = "scheme", _("Bodies of the scheme")
    CASE = "case", _("Parties to the case")
    AUTHORITY = "authority", _("Authorities only")
    RESTRICTED = "restricted", _("Assigned people only")


@dataclass(slots=True)
class PublicFields:
    """What is hashed of an entry."""

    seq: int
    time: datetime
    verb: str
    body_id: UUID | None
    role: str
    object_type: str
    object_id: UUID
    state: str
    rulebook: str
    retained_until: date
    commitment: bytes


def public(entry: PublicFields | Entry) -> dict[str, object]:
    """The fields that are hashed, as JSON types in their canonical writing."""
    return {
        "seq": entry.seq,
        "time": entry.time.isoformat(timespec="microseconds"),
        "verb": entry.verb,
        "body": str(entry.body_id) if entry.body_id else None,
        "role": entry.role,
        "object_type": entry.object_type,
        "object": str(entry.object_id),
        "state": entry.state,
        "rulebook": entry.rulebook,
        "retained_until": entry.retained_until.isoformat(),
        "commitment": bytes(entry.commitment).hex(),
    }


class Entry(models.Model):
    """One deed, as anybody may know it. Its fields, canonically written, are a leaf of the Merkle tree."""

    seq = models.BigIntegerField(primary_key=True)
    time = models.DateTimeField()
    verb = models.CharField(max_length=80)
    body_id = models.UUIDField(null=True)
    role = models.CharField(max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.UUIDField()
    state = models.CharField(max_length=40, blank=True)
    rulebook = models.CharField(max_length=20, blank=True)
    retained_until = models.DateField()
    commitment = models.BinaryField(max_length=32)
    leaf_hash = models.BinaryField(max_length=32)
    xact = models.BigIntegerField(db_default=RawSQL("pg_current_xact_id()::text::bigint", ()))

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["object_id", "-seq"], name="entry_object")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="entry_seq_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.verb}"

    def public(self) -> dict[str, object]:
        """The fields that are hashed, as JSON types in their canonical writing."""
        return public(self)


class Event(models.Model):
    """What precisely was done, for those who may see it. Removed when retention ends; the commitment stays."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="event")
    tier = models.CharField(max_length=12, choices=Tier.choices)
    salt = models.BinaryField(max_length=32)
    content = models.TextField()
    about = ArrayField(models.UUIDField())
    actor_id = models.UUIDField(null=True)
    retained_until = models.DateField()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar = [
            GinIndex(fields=["about"], name="event_about"),
            models.Index(fields=["actor_id", "-entry"], name="event_actor"),
            models.Index(fields=["retained_until"], name="event_retention"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                IF TG_OP = 'DELETE' AND OLD.retained_until < CURRENT_DATE THEN RETURN OLD; END IF;
                RAISE EXCEPTION 'append-only: % is not allowed on %', TG_OP, TG_TABLE_NAME;
                """,
            ),
            forbid_truncate(),
        ]

    def __str__(self) -> str:
        return f"event {self.pk}"


class Node(models.Model):
    """The root of a complete subtree, kept so that proofs need a logarithm of look-ups."""

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("tree node")
        verbose_name_plural = _("tree nodes")
        triggers = append_only()
        constraints: ClassVar = [models.UniqueConstraint(fields=["level", "index"], name="node_place")]

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Head(models.Model):
    """The one row that is locked to append: how many entries there are, and the authenticated root over them."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    frontier = ArrayField(models.CharField(max_length=64), default=list)
    root = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("head of the record")
        verbose_name_plural = _("heads of the record")
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="grows",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                IF TG_OP = 'UPDATE' AND NEW.size > OLD.size AND NEW.id = OLD.id THEN RETURN NEW; END IF;
                RAISE EXCEPTION 'append-only: the head of the record only grows';
                """,
            ),
            forbid_truncate(),
        ]
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="head_is_one_row")]

    def __str__(self) -> str:
        return f"{self.size} entries"


class Checkpoint(models.Model):
    """Size and root of the record at a moment (portal.ledger.checkpoint). Its own entry is the last one in it."""

    id = models.UUIDField(primary_key=True, editable=False)
    size = models.BigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    taken_at = models.DateTimeField()

    class Meta:
        verbose_name = _("checkpoint of the record")
        verbose_name_plural = _("checkpoints of the record")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["taken_at"], name="checkpoint_moment")]

    def __str__(self) -> str:
        return f"{self.size} {self.root}"


class Counter(models.Model):
    """How many references of a letter were given in a year (portal.core.references)."""

    letter = models.CharField(max_length=4)
    year = models.SmallIntegerField()
    used = models.IntegerField()

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        constraints: ClassVar = [models.UniqueConstraint(fields=["letter", "year"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.letter}-{self.year}: {self.used}"
