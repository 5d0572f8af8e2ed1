"""A name in the form in which it is compared, and the keys by which it is found among very many others.

Unicode is composed (NFKC) and written in ASCII (anyascii: Cyrillic, Greek, Arabic, Chinese and the rest), case and
punctuation go, initials and dotted abbreviations are told apart, legal forms, titles and particles count for little.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

from partners.rules.screening.places import COUNTRIES, COUNTRY_OF, with_countries
from partners.rules.screening.words import GENERIC, LEGAL_FORMS, PARTICLES, SHORT_FOR, TITLES

PERSON, ORGANISATION, ENTITY = "person", "organisation", "entity"
"""Kinds of what has a name; `entity` is either."""
LONGEST = 300
"""Characters of a name that are looked at. Lists carry sentences where names should be."""
MOST_WORDS = 24
ACRONYM = (3, 10)
"""Letters of what may be an acronym."""
_DOTTED = re.compile(r"\b(?:[a-z]\.[ ]?){2,}")
_APOSTROPHES = re.compile(r"['’`´ʼ]")
_WORDS = re.compile(r"[a-z0-9]+")
_ASIDE = re.compile(r"[(\[][^)\]]*[)\]]")
_ARTICLE = re.compile("(?<!\\w)\u0627\u0644(?=\\w{2})")
"""The Arabic article, which is written in one with its word."""
_SEVERAL_IN_ONE = re.compile(r"(?<=[a-z]{3})(?=[A-Z][a-z]{2})")
"""Between the words of “RailCorp”, where the name of an organisation runs them together."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")

WEIGHTS = {"name": 1.0, "place": 0.5, "generic": 0.5, "particle": 0.1, "title": 0.1, "form": 0.1, "aside": 0.2}
"""How much a word of each class counts beside a word of the name itself."""
TELLING = ("name", "place", "generic")
"""Classes of words that say who it is."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name, in ASCII and lower case, with what it counts."""

    text: str
    role: str

    @property
    def weight(self) -> float:
        return WEIGHTS[self.role]


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared. `shown` is as it was written."""

    shown: str
    words: tuple[Word, ...]
    kind: str = ENTITY

    @property
    def core(self) -> tuple[Word, ...]:
        """The words that say who it is; all of them where none does."""
        return tuple(word for word in self.words if word.role in TELLING) or self.words

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def places(self) -> frozenset[str]:
        """The countries that it names."""
        return frozenset(word.text for word in self.words if word.role == "place")

    @property
    def initials(self) -> frozenset[str]:
        """What the name may be shortened to: first letters, with and without its small words."""
        main = [word for word in self.words if word.role in TELLING]
        whole = [word for word in self.words if word.role not in ("aside", "particle")]
        every = [word for word in self.words if word.role != "aside"]
        both = ("".join(word.text[0] for word in words) for words in (main, whole, every))
        return frozenset(text for text in both if ACRONYM[0] <= len(text) <= ACRONYM[1])


@lru_cache(maxsize=4096)
def name_of(text: str, kind: str = ENTITY) -> Name:
    """The name in the form in which it is compared. No words where nothing of it can be read."""
    shown = " ".join(text.split())[:LONGEST]
    plain = _ascii(shown) if kind == PERSON else with_countries(_ascii(_SEVERAL_IN_ONE.sub(" ", shown)))
    aside = {word for part in _ASIDE.findall(plain) for word in _WORDS.findall(part)}
    main = _split(_ASIDE.sub(" ", plain), kind)
    asides = [word for word in _split(" ".join(sorted(aside)), kind) if word not in main] if main else []
    words = [Word(word, _role(word, kind)) for word in main or _split(plain, kind)]
    beside = [Word(word, role if (role := _role(word, kind)) == "place" else "aside") for word in asides]
    return Name(shown, tuple([*words, *beside][:MOST_WORDS]), kind)


def _ascii(text: str) -> str:
    composed = unicodedata.normalize("NFKC", _read_again(text))
    written = composed if composed.isascii() else anyascii(_ARTICLE.sub("al ", composed))
    if _is_dense(composed):
        written = _CAMEL.sub(" ", written)
    return _APOSTROPHES.sub("", written.lower().replace("&", " and "))


def _read_again(text: str) -> str:
    """The text as it was meant, where bytes of UTF-8 were read as those of Latin (“SolidaritÃ©s”)."""
    if text.isascii():
        return text
    for wrong in ("latin-1", "cp1252"):
        with contextlib.suppress(UnicodeError):
            return text.encode(wrong).decode("utf-8")
    return text


def _is_dense(text: str) -> bool:
    """Whether it is written without spaces between syllables that transliteration capitalises (Han, Hangul)."""
    return any(unicodedata.category(char) == "Lo" and ord(char) > 0x2E80 for char in text)


def _split(plain: str, kind: str) -> list[str]:
    if kind == PERSON:
        return _WORDS.findall(plain)
    joined = _DOTTED.sub(lambda found: found.group().replace(".", "").replace(" ", "") + " ", plain)
    written = (SHORT_FOR.get(word, word) for word in _WORDS.findall(joined))
    return [COUNTRY_OF.get(word, word) for word in written]


def _role(word: str, kind: str) -> str:
    if kind != ORGANISATION and word in TITLES:
        return "title"
    if word in PARTICLES:
        return "particle"
    if kind != PERSON and word in COUNTRIES:
        return "place"
    if kind != PERSON and word in LEGAL_FORMS:
        return "form"
    if kind != PERSON and word in GENERIC:
        return "generic"
    return "name"


# --- keys -----------------------------------------------------------------------------------------

_SOUNDS = (
    ("sch", "s"), ("tch", "s"), ("cz", "s"), ("ch", "k"), ("sh", "s"), ("zh", "s"), ("kh", "k"), ("gh", "k"),
    ("ph", "f"), ("th", "t"), ("dh", "t"), ("ck", "k"), ("ce", "se"), ("ci", "si"), ("cy", "si"), ("x", "ks"),
)  # fmt: skip
_CLASSES = str.maketrans("bcdfgjkmnpqrstvwxz", "bktfkikmnpkrstffks")
_SILENT = re.compile(r"[aeiouhyw]")
_DOUBLE = re.compile(r"(.)\1+")


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """The word's consonants by class of sound, so that spellings of one name meet: Mohammed, Muhamad, mhmd → mmt."""
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    first = "a" if word[:1] in "aeiouyh" else word[:1].translate(_CLASSES)
    rest = _SILENT.sub("", word[1:]).translate(_CLASSES).replace("i", "")
    return _DOUBLE.sub(r"\1", first + rest)


def keys_of(name: Name) -> list[str]:
    """Keys of which two names that may be one share at least one: sounds, beginnings and initials of their words."""
    found: set[str] = set()
    for word in name.core:
        if word.role == "aside" or len(word.text) < 2:
            continue
        code = skeleton(word.text)
        found.add(f"s{code}" if len(code) > 1 else f"w{word.text}")
        if len(word.text) > 3:
            found.add(f"p{word.text[:4]}")
    if name.kind != PERSON:
        found.update(f"i{text}" for text in name.initials)
    main = [word.text for word in name.words if word.role == "name"]
    if len(main) == 1 and ACRONYM[0] <= len(main[0]) <= ACRONYM[1] and name.kind != PERSON:
        found.add(f"i{main[0]}")
    return sorted(key[:40] for key in found)


def plain_identifier(value: str) -> str:
    """An identifier without case, spaces and punctuation, "" where too little is left to say anything."""
    text = _ascii(value)
    joined = "".join(_WORDS.findall(text))
    return joined[:38] if len(joined) > 4 else ""


def identifier_keys(values: Iterable[str]) -> list[str]:
    """Keys by which what has the same identifier is found, whatever its name."""
    return sorted({f"n{plain}" for value in values if (plain := plain_identifier(value))})
