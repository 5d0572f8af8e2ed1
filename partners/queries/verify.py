"""Whether a letter is one of ours, unchanged, and what holds now of what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
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
class Finding:
    """What a check found.

    `letter` is what the check led to, None where it led to nothing. `in_full`: the file itself was shown, so that its
    kind and addressee are no news; a code tells them only of letters whose content is on the public register.
    `standing` is how it stands now with the qualification that the letter speaks of.
    """

    outcome: str
    letter: Letter | None = None
    in_full: bool = False
    standing: Standing | None = None
    replaced_by: str = ""
    sealed: bool = False

    @property
    def names_it(self) -> bool:
        """Whether the kind of the letter and the institution may be shown."""
        return self.letter is not None and (self.in_full or self.letter.kind in PUBLIC)


def by_code(code: str) -> Finding:
    """The letter of a code (partners.rules.letter.clean_code). Up to two queries."""
    letter = letter_by(code=code) if code else None
    return _found(letter) if letter else Finding(UNKNOWN)


def by_file(content: bytes) -> Finding:
    """What the bytes of a file are: one of our letters, one that was changed, or nothing of ours. It is not parsed."""
    now = clock.now()
    letter = letter_by(sha256=sha256(content).hexdigest())
    if letter is not None:
        seals = seals_of(content, roots=own_roots(), at=letter.made_at)
        return _found(letter, in_full=True, sealed=any(seal.whole and seal.checked.trusted for seal in seals))
    seals = seals_of(content, roots=own_roots(), at=now)
    for seal in seals:
        before = letter_by(sha256=sha256(content[: seal.end]).hexdigest()) if seal.checked.intact else None
        if before is not None:
            return Finding(ALTERED, before)
    if any(seal.checked.trusted and seal.whole for seal in seals):
        return Finding(UNRECORDED)
    named = _named(content)
    if named is not None or any(_is_ours(seal) for seal in seals):
        return Finding(ALTERED, named)
    return Finding(UNKNOWN)


def _named(content: bytes) -> Letter | None:
    """The letter whose code stands among the file's keywords: whoever took the seal off left it there."""
    codes = (clean_code(match.decode()) for match in dict.fromkeys(PRINTED.findall(content)))
    for code in [code for code in codes if code][:MOST_CODES]:
        if letter := letter_by(code=code):
            return letter
    return None


def _is_ours(seal: Seal) -> bool:
    """Whether it was made with our certificate, over other bytes than these."""
    return seal.checked.trusted or seal.checked.fingerprint == fingerprint(seal_key().chain[0])


def _found(letter: Letter, *, in_full: bool = False, sealed: bool = False) -> Finding:
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
