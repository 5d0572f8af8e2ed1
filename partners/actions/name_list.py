"""Loading lists of names: received as a file, read as a whole or not at all, replaced by the next load, retired."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from uuid import UUID

from django.core.cache import cache
from django.http import Http404
from django.utils.translation import gettext as _

from partners import files
from partners.actions.handing import hand_out
from partners.models import ListedEntity, ListedName, NameList
from partners.notices_screening import tell_of_list
from partners.rules.screening.names import identifier_keys, keys_of, name_of
from partners.rules.screening.parsing import Listed, Skipped, Unreadable, read_list
from partners.rules.screening.scoring import frequent_words
from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Actor
from portal.core.bulk import insert, seldom_collecting
from portal.core.ids import new_id
from portal.core.verdicts import refused, require
from portal.ledger.models import Tier
from portal.workflow import as_deed, create, deed, lock, move

logger = logging.getLogger(__name__)
BATCH = 5_000
"""Entities that are written at a time."""
TOLD = 200
"""Rows left out of which the reason is kept; the rest are counted."""
COMMON = 1 / 200
"""Keys of more than this share of a list's names are not asked for alone,"""
COMMON_LEAST = 2_000
"""but of a short list every key is."""
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,48}[a-z0-9]")


@as_deed
def receive_list(
    *,
    authority: Organisation,
    slug: str,
    title: str,
    form: str,
    content: BinaryIO,
    file_name: str,
    by: Actor,
    source: str = "",
) -> NameList:
    """Keep the file as the next version of the list. It is read afterwards (load_list). Refused for a wrong form."""
    if not _SLUG.fullmatch(slug):
        reason = _("Give the list a short name of small letters, digits and hyphens, such as sanctions-eu.")
        require(refused(reason, code="no_slug", rule="screening"))
    if form not in NameList.Format.values or not title.strip():
        require(refused(_("Say what the list is called and which form it has."), code="no_form", rule="screening"))
    lock(authority)
    earlier = NameList.objects.filter(authority=authority, slug=slug)
    if earlier.filter(state="loading").exists():
        reason = _("A load of this list is under way. Wait until it is done, then load the next.")
        require(refused(reason, code="loading", rule="screening"))
    kept = files.keep(content, folder="lists")
    name_list = NameList(
        authority=authority,
        slug=slug,
        number=(earlier.order_by("-number").values_list("number", flat=True).first() or 0) + 1,
        title=" ".join(title.split())[:200],
        source=" ".join(source.split())[:300],
        format=form,
        file_name=file_name[:200],
        stored_name=kept.stored_name,
        sha256=kept.sha256,
        size=kept.size,
        loaded_by=by.user,
        loaded_at=clock.now(),
    )
    detail = {"slug": slug, "number": name_list.number, "sha256": kept.sha256, "size": kept.size}
    hand_out("partners.tasks.load_list", name_list.pk)
    return create(name_list, "load", by=by, detail=detail, about=[authority.pk], tier=Tier.AUTHORITY)


def load_list(*, name_list: NameList, by: Actor) -> NameList:
    """Read the whole file into the list and put it in use, in one transaction; or fail with the reason.

    The load of the same list before it is then replaced. Refused where it was read already.
    """
    try:
        with deed(), seldom_collecting():
            _read(name_list, by)
    except Unreadable as error:
        _fail(name_list, str(error), by)
    except Http404:
        _fail(name_list, _("The file was lost before it could be read. Load it again."), by)
    finally:
        cache.delete(progress_key(name_list.pk))
    return name_list


@dataclass(slots=True)
class _Count:
    entities: int = 0
    names: int = 0
    left_out: int = 0
    skipped: list[dict[str, Any]] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)
    refs: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Entity:
    id: UUID
    name_list_id: UUID
    ref: str
    kind: str
    caption: str
    facts: dict[str, Any]
    digest: str


@dataclass(slots=True)
class _Name:
    id: UUID
    name_list_id: UUID
    entity_id: UUID
    text: str
    shown: str
    weak: bool
    keys: list[str]


def _read(name_list: NameList, by: Actor) -> None:
    lock(name_list)
    require(name_list.TABLE.verdict("finish", name_list, by))
    count = _Count()
    with closing(files.stream(name_list.stored_name)) as file:
        entities: list[_Entity] = []
        names: list[_Name] = []
        for listed in _usable(file, name_list, count):
            entity, mine = _rows(listed, name_list.pk, count)
            entities.append(entity)
            names += mine
            if len(entities) >= BATCH:
                _write(entities, names)
                _progress(name_list, file, count)
        _write(entities, names)
    if not count.entities:
        why = count.skipped[0]["reason"] if count.skipped else _("The file is empty.")
        raise Unreadable(_("No row of it could be used. The first: %(reason)s") % {"reason": why})
    _finish(name_list, count, by)


def _usable(file: BinaryIO, name_list: NameList, count: _Count) -> Iterator[Listed]:
    """The rows that can be used; the others are counted, and the first of them told."""
    for row in read_list(file, name_list.format):
        skipped = row if isinstance(row, Skipped) else _twice(row, count)
        if skipped is None and isinstance(row, Listed):
            yield row
            continue
        count.left_out += 1
        if skipped is not None and len(count.skipped) < TOLD:
            count.skipped.append({"line": skipped.line, "reason": skipped.reason})


def _twice(row: Listed, count: _Count) -> Skipped | None:
    seen = hash(row.ref)
    if seen in count.refs:
        return Skipped(row.line, _("Its id was there before."))
    if not any(name_of(text, row.kind).words for text, _weak in row.names):
        return Skipped(row.line, _("Nothing of its name can be compared."))
    count.refs.add(seen)
    return None


def _rows(listed: Listed, name_list: UUID, count: _Count) -> tuple[_Entity, list[_Name]]:
    facts = listed.as_json()
    # Only ever compared with another of its kind, and a million of them are made: plain JSON will do.
    said = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    entity = _Entity(new_id(), name_list, listed.ref, listed.kind, listed.names[0][0], facts, said)
    identifiers = identifier_keys(value for found in listed.identifiers.values() for value in found)
    names: list[_Name] = []
    for text, weak in listed.names:
        name = name_of(text, listed.kind)
        if not name.words:
            continue
        keys = [*keys_of(name), *([] if names else identifiers)]
        names.append(_Name(new_id(), name_list, entity.id, name.text[:400], name.shown, weak, keys))
        count.words.update({word.text for word in name.words})
        count.keys.update(keys)
    count.entities += 1
    count.names += len(names)
    return entity, names


def _write(entities: list[_Entity], names: list[_Name]) -> None:
    insert(ListedEntity, entities)
    insert(ListedName, names)
    entities.clear()
    names.clear()


def progress_key(name_list: UUID) -> str:
    """Where it stands how far the reading is, as nothing of an open transaction is seen from outside."""
    return f"name-list:{name_list}"


def _progress(name_list: NameList, file: BinaryIO, count: _Count) -> None:
    share = round(100 * file.tell() / max(name_list.size, 1))
    cache.set(progress_key(name_list.pk), {"percent": min(share, 99), "names": count.names}, timeout=3600)


def _finish(name_list: NameList, count: _Count, by: Actor) -> None:
    least = max(COMMON_LEAST, count.names * COMMON)
    for earlier in NameList.objects.filter(authority=name_list.authority_id, slug=name_list.slug, state="current"):
        move(earlier, "supersede", by=by, about=[name_list.authority_id, name_list.pk], tier=Tier.AUTHORITY)
    move(
        name_list,
        "finish",
        by=by,
        changes={
            "finished_at": clock.now(),
            "entities": count.entities,
            "names": count.names,
            "left_out": count.left_out,
            "skipped": count.skipped,
            "frequent": frequent_words(count.words, count.names),
            "common_keys": sorted(key for key, often in count.keys.items() if often > least),
        },
        detail={
            "entities": count.entities,
            "names": count.names,
            "left_out": count.left_out,
            "sha256": name_list.sha256,
        },
        about=[name_list.authority_id],
        tier=Tier.AUTHORITY,
    )
    tell_of_list(name_list)


@as_deed
def _fail(name_list: NameList, reason: str, by: Actor) -> None:
    changes = {"reason": reason[:1000]}
    about = [name_list.authority_id]
    move(name_list, "fail", by=by, changes=changes, detail=changes, about=about, tier=Tier.AUTHORITY)
    tell_of_list(name_list)


@as_deed
def retire_list(*, name_list: NameList, reason: str, by: Actor) -> NameList:
    """Take a list out of use. What was compared with it, and what was found, stays."""
    if not reason.strip():
        require(refused(_("Say why it is no longer used."), code="no_reason", rule="screening"))
    changes = {"reason": reason.strip()[:1000]}
    about = [name_list.authority_id]
    return move(name_list, "retire", by=by, changes=changes, detail=changes, about=about, tier=Tier.AUTHORITY)
