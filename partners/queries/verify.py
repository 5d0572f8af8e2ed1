"""Whether a letter is one of ours, unchanged, and what holds now of what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from partners.models import Letter
from partners.queries.institution import live_qualification
from partners.queries.letter import PUBLIC, letter_by
from partners.queries.standing import Standing, standing_of
from partners.rules.letter import LENGTH, clean_code
from portal.core import clock
from portal.core.identifiers import CROCKFORD
from portal.seal.keys import fingerprint, own_roots, seal_key
from portal.seal.pdf import Seal, seals_of

GENUINE, ENDED, ALTERED, UNRECORDED, UNKNOWN = "genuine", "ended", "altered", "unrecorded", "unknown"
PRINTED = re.compile(rb"(?<![0-9a-z])[%s]{%d}(?![0-9a-z])" % (CROCKFORD.encode(), LENGTH))
MOST_CODES = 5


@dataclass(frozen=True, slots=True)
class Document:
    """A sealed document of another room, such as an agreement. `holds`: what it says still holds; `note` says how."""

    kind: str
    institution: str
    authority: str
    made_at: datetime
    holds: bool
    note: str


Source = Callable[..., Document | None]
SOURCES: list[Source] = []
"""Rooms above that seal documents add theirs in their AppConfig: the document of a `code` or of a `sha256`, or None."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    `letter` is what the check led to, None where it led to nothing. `in_full`: the file itself was shown, so that its
    kind and addressee are no news; a code tells them only of letters whose content is on the public register.
    `standing` is how it stands now with the qualification that the letter speaks of. `document` stands in the place
    of the letter where another room sealed it.
    """

    outcome: str
    letter: Letter | None = None
    in_full: bool = False
    standing: Standing | None = None
    replaced_by: str = ""
    sealed: bool = False
    document: Document | None = None

    @property
    def names_it(self) -> bool:
        """Whether the kind of the letter and the institution may be shown."""
        return self.letter is not None and (self.in_full or self.letter.kind in PUBLIC)


def by_code(code: str) -> Finding:
    """The letter of a code (partners.rules.letter.clean_code). Up to two queries."""
    known = _known(code=code) if code else None
    return _found(known) if known else Finding(UNKNOWN)


def by_file(content: bytes) -> Finding:
    """What the bytes of a file are: one of our letters, one that was changed, or nothing of ours. It is not parsed."""
    now = clock.now()
    found = _known(sha256=sha256(content).hexdigest())
    if found is not None:
        seals = seals_of(content, roots=own_roots(), at=found.made_at)
        return _found(found, in_full=True, sealed=any(seal.whole and seal.checked.trusted for seal in seals))
    seals = seals_of(content, roots=own_roots(), at=now)
    for seal in seals:
        before = _known(sha256=sha256(content[: seal.end]).hexdigest()) if seal.checked.intact else None
        if before is not None:
            return _altered(before)
    if any(seal.checked.trusted and seal.whole for seal in seals):
        return Finding(UNRECORDED)
    named = _named(content)
    if named is not None or any(_is_ours(seal) for seal in seals):
        return _altered(named)
    return Finding(UNKNOWN)


def _known(**by: str) -> Letter | Document | None:
    """The letter, or the document of a room above, of that code or digest."""
    return letter_by(**by) or next((found for source in SOURCES if (found := source(**by))), None)


def _altered(known: Letter | Document | None) -> Finding:
    return Finding(ALTERED, document=known) if isinstance(known, Document) else Finding(ALTERED, known)


def _named(content: bytes) -> Letter | Document | None:
    """The letter whose code stands among the file's keywords: whoever took the seal off left it there."""
    codes = (clean_code(match.decode()) for match in dict.fromkeys(PRINTED.findall(content)))
    for code in [code for code in codes if code][:MOST_CODES]:
        if known := _known(code=code):
            return known
    return None


def _is_ours(seal: Seal) -> bool:
    """Whether it was made with our certificate, over other bytes than these."""
    return seal.checked.trusted or seal.checked.fingerprint == fingerprint(seal_key().chain[0])


def _found(letter: Letter | Document, *, in_full: bool = False, sealed: bool = False) -> Finding:
    if isinstance(letter, Document):
        return Finding(GENUINE if letter.holds else ENDED, in_full=in_full, sealed=sealed, document=letter)
    if letter.kind not in PUBLIC:
        return Finding(GENUINE, letter, in_full=in_full, sealed=sealed)
    held = letter.application.qualification
    now = standing_of(held)
    newer = None if now.in_force else live_qualification(letter.application.institution_id)
    return Finding(
        GENUINE if now.in_force else ENDED,
        letter,
        in_full=in_full,
        standing=now,
        replaced_by=newer.reference if newer and newer.pk != held.pk else "",
        sealed=sealed,
    )
