"""The watch over one series: no look ahead, resumable, the same as a plain model of it, and what it hears."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from statistics import median_high

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.detection.watch import HOURLY, VERSION, Sound, Watch

SMALL = replace(HOURLY, slots=6, kept=8, memory=60, least=20, silence=6)
values = st.lists(st.one_of(st.integers(0, 5000), st.floats(0, 1e6, width=32)), min_size=0, max_size=150)


def heard(watch: Watch, given: list[float], start: int = 0) -> list[Sound]:
    slots = watch.settings.slots
    return [watch.hear((start + place) % slots, value) for place, value in enumerate(given)]


def weeks(count: int, seed: int = 1) -> list[float]:
    """Office hours: some hundreds of requests from 8 to 18 on five days, next to none at night and at weekends."""
    chance, found = random.Random(seed), []
    for hour in range(count * 168):
        busy = 8 <= hour % 24 < 18 and hour // 24 % 7 < 5
        found.append(float(chance.randint(200, 310) if busy else chance.randint(0, 4)))
    return found


class Naive:
    """The same rules from the whole past each time, without state: written from the words of docs/adr/0010."""

    def __init__(self, said) -> None:
        self.said = said
        self.past: list[float] = []
        self.views: list[tuple[float, float, float]] = []
        self.held = [(0.0, -16)] * 3  # the quantile that was looked up last, and when

    def hear(self, value: float) -> float:
        """The score of the next value."""
        place, said = len(self.past), self.said
        day = self.past[place % said.slots :: said.slots][-said.kept :]
        recent = [*self.past, value][-10:]
        views = (
            value - median_high(day) if len(day) >= 6 else 0.0,
            value - self.past[-1] if self.past else 0.0,
            self._off(sum(recent) / len(recent)),
        )
        scores = [self._surprise(index, off) for index, off in enumerate(views)] if place >= said.least else [0.0]
        self.past.append(value)
        self.views.append(views)
        return max(0.0, *scores)

    def _off(self, level: float) -> float:
        mean = spread = 0.0
        for place in range(len(self.past)):
            recent = self.past[max(0, place - 9) : place + 1]
            share = 1 / min(place + 1, self.said.memory)
            gone = sum(recent) / len(recent) - mean
            mean, spread = mean + share * gone, (1 - share) * (spread + share * gone * gone)
        if len(self.past) < 30:
            return 0.0
        return (level - mean) / max(math.sqrt(spread), 0.01 * abs(mean), 1e-9)

    def _surprise(self, index: int, off: float) -> float:
        """By weighing each past value anew: those before a halving count half as much, and so on."""
        held, when = self.held[index]
        if off <= 0 or (off <= held and len(self.past) - when < 16):
            return 0.0
        weights: list[tuple[int, float]] = []
        total = 0.0
        for views in self.views:
            size = abs(views[index])
            weights.append((math.floor(math.log(size) / math.log(1.2)) if size > 1e-12 else -1000, 1.0))
            total += 1
            if total >= self.said.memory:
                bins: dict[int, float] = {}
                for bin_, weight in weights:
                    bins[bin_] = bins.get(bin_, 0) + weight
                weights = [(bin_, weight / 2) for bin_, weight in bins.items() if weight / 2 > 0.1]
                total = sum(weight for _bin, weight in weights)
        bins = {}
        for bin_, weight in weights:
            bins[bin_] = bins.get(bin_, 0) + weight
        left, above, weighed, cut = total * (1 - self.said.quantile), 0.0, 0.0, 0.0
        for bin_ in sorted(bins, reverse=True):
            middle = 1.2 ** (bin_ + 0.5) if bin_ != -1000 else 0.0
            if above + bins[bin_] > left:
                cut = middle
                break
            above, weighed = above + bins[bin_], weighed + bins[bin_] * middle
        self.held[index] = cut, len(self.past)
        if off <= cut:
            return 0.0
        mean = weighed / above - cut if above else 0.0
        grain = 1e-9 if index == 2 else self.said.grain
        return -math.log10(1 - self.said.quantile) + (off - cut) / max(mean, 0.02 * cut, grain) / math.log(10)


@given(past=values, future=values, other=values)
def test_changing_the_future_never_changes_the_past(past, future, other):
    assert heard(Watch(SMALL), [*past, *future])[: len(past)] == heard(Watch(SMALL), [*past, *other])[: len(past)]


@given(given=values, cuts=st.lists(st.integers(0, 150), max_size=4))
def test_resumed_from_its_state_it_is_as_if_it_had_never_stopped(given, cuts):
    whole = Watch(SMALL)
    expected = heard(whole, given)
    watch, found, start = Watch(SMALL), [], 0
    for cut in sorted({min(cut, len(given)) for cut in cuts} | {len(given)}):
        found += heard(watch, given[start:cut], start)
        again, start = Watch.unpack(watch.pack(), SMALL), cut
        assert again is not None
        watch = again
    assert found == expected
    assert watch.pack() == whole.pack()


@settings(max_examples=30, deadline=None)
@given(given=st.lists(st.integers(0, 3000).map(float), min_size=40, max_size=140))
def test_scores_are_those_of_a_plain_model_that_reads_the_whole_past_each_time(given):
    naive, sounds = Naive(SMALL), heard(Watch(SMALL), given)
    for value, sound in zip(given, sounds, strict=True):
        expected = naive.hear(value)
        assert sound.score == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_a_burst_at_night_is_told_once_with_what_is_usual_at_that_hour():
    watch = Watch(replace(HOURLY, loud=6, worth=100))
    assert not any(sound.heard for sound in heard(watch, weeks(6)))
    night = heard(watch, [2, 3, 1, 4100, 4100, 4000])
    assert [sound.heard for sound in night] == [False, False, False, True, False, False]
    assert night[3].score > 6
    assert night[3].most is not None
    assert night[3].most <= 4
    assert night[3].before == 1


def test_a_louder_hour_is_told_during_the_silence_after_the_first():
    watch = Watch(replace(HOURLY, loud=6, worth=100))
    heard(watch, weeks(6))
    assert [sound.heard for sound in heard(watch, [2, 900, 60_000])] == [False, True, True]


def test_less_than_usual_says_nothing_where_only_more_counts():
    past = weeks(6)
    quiet = [0.0] * 24
    assert not any(sound.heard for sound in heard(_after(past), quiet))
    both = Watch(replace(HOURLY, upward=False))
    heard(both, past)
    assert max(sound.score for sound in heard(both, quiet)) > 0


def test_nothing_is_told_in_the_first_week():
    watch = Watch(replace(HOURLY, worth=1))
    assert not any(sound.heard for sound in heard(watch, [1.0] * 100 + [10_000.0] + [1.0] * 66))


def test_what_is_too_little_to_matter_is_not_told():
    silent = [0.0] * 1000
    assert not heard(_after(silent), [99.0], 1000)[0].heard
    assert heard(_after(silent), [100.0], 1000)[0].heard


def test_a_baseline_that_is_poisoned_slowly_is_not_heard():
    """What docs/adr/0010 says it does not catch: a twentieth more each day. Whoever mends this test mends that page."""
    watch = _after(weeks(6))
    past, sounds = weeks(6), []
    for day in range(40):
        sounds += heard(watch, [value * 1.05**day for value in past[day % 5 * 24 :][:24]])
    assert not any(sound.heard for sound in sounds)


def test_a_baseline_that_is_poisoned_by_doubling_is_heard():
    watch = _after(weeks(6))
    past, sounds = weeks(6), []
    for day in range(8):
        sounds += heard(watch, [value * 2**day for value in past[:24]])
    assert any(sound.heard for sound in sounds[:96])


def test_bursts_at_night_that_train_the_watch_are_heard_before_they_do():
    watch = _after(weeks(6))
    past = weeks(1)[:24]
    first = heard(watch, [*past[:3], 2000.0, *past[4:]])
    assert first[3].heard


def test_the_state_is_small_and_of_a_version():
    watch = _after(weeks(12))
    kept = watch.pack()
    assert len(kept) < 4096
    assert Watch.unpack(bytes([VERSION + 1]) + kept[1:]) is None
    assert Watch.unpack(b"") is None


def _after(past: list[float]) -> Watch:
    watch = Watch(replace(HOURLY, loud=6, worth=100))
    heard(watch, past)
    return watch
