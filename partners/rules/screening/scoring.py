"""How alike two names are, from 0 to 100, and why: words that agree, that are spelt otherwise, that one side lacks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from nicknames import NickNamer
from rapidfuzz.distance import JaroWinkler, Levenshtein
from rapidfuzz.fuzz import token_sort_ratio

from partners.rules.screening.names import ACRONYM, PERSON, TELLING, Name, Word, skeleton
from partners.rules.screening.words import are_kindred

INITIAL, NICKNAME, SOUNDS_ALIKE, ACRONYM_SCORE = 0.85, 0.9, 0.85, 85
"""What an initial, a short form, the same sounds in another spelling, and an acronym are worth."""
OF_ONE_KIND = 0.5
"""What two words for a body of the same kind are worth (words.KINDRED)."""
ABROAD = 15
"""What two names lose that name countries, and none of them both."""
SPELT_ALIKE = 0.82
"""From here on two words may be spellings of one (Jaro-Winkler)."""
WITHIN, FEW_WITHIN, DISTINCT = 0.6, 0.35, 1.2
"""What the share of the smaller name is worth, and where it is one word of several; and what a word counts that says by
itself who it is.
"""
ORDER_SHARE = 0.95
"""What the whole text without regard to order is worth, where it says more than the words."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two words, or groups of words, that were put together, and how alike they are (0 to 1)."""

    left: str
    right: str
    score: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two names are (0 to 100), the words that were put together, and those that only one side has."""

    score: int
    pairs: tuple[Pair, ...] = ()
    only_left: tuple[str, ...] = ()
    only_right: tuple[str, ...] = ()


Weights = Mapping[str, float]
"""What the words of a list count (frequent_words); where it says nothing, all count the same."""


def likeness(left: Name, right: Name, frequent: Weights | None = None) -> Likeness:
    """How alike the two names are. Symmetrical, and independent of the order of words."""
    if not left.words or not right.words:
        return Likeness(0)
    if left.text == right.text:
        return Likeness(100, tuple(Pair(word.text, word.text, 1.0) for word in left.words))
    pairs, rest_left, rest_right = _align(left, right)
    score = _score(left, right, pairs, frequent or {})
    if not left.kind == right.kind == PERSON:
        score = max(score, ACRONYM_SCORE) if _is_acronym(left, right) else score
        score -= ABROAD if left.places and right.places and not left.places & right.places else 0
    return Likeness(
        score,
        tuple(Pair(a.text, b.text, value) for a, b, value in pairs),
        tuple(word.text for word in rest_left if word.weight >= 0.2),
        tuple(word.text for word in rest_right if word.weight >= 0.2),
    )


Found = tuple[Word, Word, float]


def _align(left: Name, right: Name) -> tuple[list[Found], list[Word], list[Word]]:
    """Put the words together, the most alike first, each once; then words that one side writes as one."""
    rated = [
        (value, i, j)
        for i, a in enumerate(left.words)
        for j, b in enumerate(right.words)
        if (value := alike(a.text, b.text) or _kindred(a, b)) > 0
    ]
    rated.sort(key=lambda item: (-item[0], item[1], item[2]))
    free_left, free_right, pairs = set(range(len(left.words))), set(range(len(right.words))), list[Found]()
    for value, i, j in rated:
        if i in free_left and j in free_right:
            free_left.discard(i)
            free_right.discard(j)
            pairs.append((left.words[i], right.words[j], value))
    rest_left, rest_right = [left.words[i] for i in sorted(free_left)], [right.words[j] for j in sorted(free_right)]
    _join(rest_left, rest_right, pairs, flip=False)
    _join(rest_right, rest_left, pairs, flip=True)
    return pairs, rest_left, rest_right


def _kindred(left: Word, right: Word) -> float:
    return OF_ONE_KIND if are_kindred(left.text, right.text) else 0.0


def _join(several: list[Word], ones: list[Word], pairs: list[Found], *, flip: bool) -> None:
    """Words in a row that the other side writes as one: Korle Bu and Korlebu, John F. Kennedy and JFK."""
    for one in list(ones):
        found = next(_runs(several, one), None)
        if found is None:
            continue
        run, value = found
        for word in run:
            several.remove(word)
        ones.remove(one)
        whole = Word("+".join(word.text for word in run), "name")
        pairs.append((one, whole, value) if flip else (whole, one, value))


def _runs(several: list[Word], one: Word) -> Iterator[tuple[list[Word], float]]:
    """Runs of words that together are the one word, written without a space or by their first letters."""
    for start in range(len(several) - 1):
        two = several[start : start + 2]
        joined = two[0].text + two[1].text
        if len(joined) > 3 and (value := alike(joined, one.text)) >= SPELT_ALIKE:
            yield two, value
    main = [word for word in several if word.role != "particle"]
    for words in (several, main):
        for start in range(len(words) - 1):
            run = words[start : start + len(one.text)]
            if len(run) >= 2 and "".join(word.text[0] for word in run) == one.text:
                yield run, SOUNDS_ALIKE


def _counts(word: Word, frequent: Weights) -> float:
    here = frequent.get(word.text, frequent.get(ELSE, 1.0))
    return here if word.role == "name" else min(word.weight, here)


def _score(left: Name, right: Name, pairs: Iterable[Found], frequent: Weights) -> int:
    """What both share of both, and what the smaller has of itself; that less where it is one word of several.

    Not where that word is so rare in the list that it says by itself who it is.
    """
    found = list(pairs)
    shared = sum(min(_counts(a, frequent), _counts(b, frequent)) * value for a, b, value in found)
    whole_left = sum(_counts(word, frequent) for word in _side(left, found, 0))
    whole_right = sum(_counts(word, frequent) for word in _side(right, found, 1))
    both = 2 * shared / (whole_left + whole_right)
    within = shared / min(whole_left, whole_right)
    one_of_several = min(_solid(left), _solid(right)) < 2 and _solid(left) != _solid(right)
    telling = max((min(_counts(a, frequent), _counts(b, frequent)) * value for a, b, value in found), default=0)
    share = FEW_WITHIN if one_of_several and telling < DISTINCT else WITHIN
    score = 100 * ((1 - share) * both + share * within)
    in_order = token_sort_ratio(left.text, right.text) * ORDER_SHARE
    return min(round(max(score, in_order)), 99)


def _side(name: Name, found: list[Found], side: int) -> list[Word]:
    """The words of a side, those that were joined as the one that they are together with."""
    ours = (pair[0] if side == 0 else pair[1] for pair in found)
    joined = [word for word in ours if word not in name.words]
    parts = [part for word in joined for part in word.text.split("+")]
    rest = list(name.words)
    for part in parts:
        rest.remove(next(word for word in rest if word.text == part))
    return [*rest, *joined]


def _solid(name: Name) -> int:
    return sum(1 for word in name.words if word.role == "name" and len(word.text) > 1)


def _is_acronym(left: Name, right: Name) -> bool:
    for one, other in ((left, right), (right, left)):
        main = [word.text for word in one.words if word.role in TELLING]
        if len(main) == 1 and ACRONYM[0] <= len(main[0]) <= ACRONYM[1] and main[0] in other.initials:
            return True
    return False


@lru_cache(maxsize=65536)
def alike(left: str, right: str) -> float:
    """How alike two words are, 0 where they are not: spelling, sound, initials and short forms of given names."""
    if left == right:
        return 1.0
    if len(left) == 1 or len(right) == 1:
        return INITIAL if left[0] == right[0] and not (left + right).isdigit() else 0.0
    if left.isdigit() or right.isdigit():
        return 0.0
    if right in _short_forms(left) or left in _short_forms(right):
        return NICKNAME
    spelt = JaroWinkler.normalized_similarity(left, right)
    same_sound = len(skeleton(left)) > 1 and skeleton(left) == skeleton(right)
    if same_sound:
        return max(SOUNDS_ALIKE, spelt)
    edits = Levenshtein.distance(left, right)
    if spelt >= SPELT_ALIKE and edits <= max(1, min(len(left), len(right)) // 3):
        return spelt
    return 0.0


FULL, RARE, FEWEST = 1 / 200, 1 / 4000, 200
"""The share of a list's names in which a word counts 1; that up to which it counts more the rarer it is; and how many
names a list needs to say so.
"""
LEAST = 0.25
"""What the most frequent word of a list still counts."""
ELSE = ""
"""The key of what every word counts that is not frequent."""


def frequent_words(counts: Mapping[str, int], names: int) -> dict[str, float]:
    """What the words of a list count: the more of its names have one, the less it says (log of the share)."""
    if names < FEWEST:
        return {}
    found = {word: _says(names / often) for word, often in counts.items() if often > max(1, names * RARE)}
    return {**found, ELSE: _says(min(names, 1 / RARE))}


def _says(share: float) -> float:
    return round(max(LEAST, math.log(share) / -math.log(FULL)), 2)


_names = NickNamer()


@lru_cache(maxsize=8192)
def _short_forms(word: str) -> frozenset[str]:
    return frozenset(_names.nicknames_of(word))
