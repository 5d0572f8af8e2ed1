"""The watch over series on the Numenta Anomaly Benchmark, scored as its standard profile is published.

Lavin and Ahmad, “Evaluating Real-Time Anomaly Detection Algorithms – the Numenta Anomaly Benchmark”, ICMLA 2015: a
window around each anomaly, of which the earliest detection counts by a sigmoid; false alarms cost 0.11 at most, a
missed window 1; the first 15 % of a series (750 rows at most) are for learning; one threshold for all series; 100 is
the perfect detector, 0 one that says nothing. The windowed Gaussian beside it is the benchmark's own (6,400 rows,
renewed by 100). Only a part of its series is here: the figures are of that part, and the Gaussian's on it says how it
compares.

Where river is installed as well (it is not among the portal's packages) its detectors are measured by the same rules.
"""

from __future__ import annotations

import csv
import importlib
import importlib.util
import json
import math
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from audits.detection.watch import Settings, Watch
from tests.bench import Row

ROOT = Path(os.environ.get("NAB", "/work/shared/data/nab"))
WANTED, GAUSSIAN, MICROSECONDS = 58.0, 40.1, 50
FALSE_ALARM = 0.11
FIVE_MINUTES = Settings(slots=48, kept=60, memory=4000, least=150, silence=200, grain=1e-9, upward=False)
"""The series have a row each five minutes, most of them: two weeks of memory, ten days of each half-hour."""

Scores = list[float]
Detector = Callable[["Series"], Scores]


@dataclass(frozen=True)
class Series:
    """One file: its rows, and the windows of its anomalies as first and last row."""

    name: str
    times: list[datetime]
    values: list[float]
    windows: list[tuple[int, int]]


def series() -> list[Series]:
    """All series that are here."""
    found = []
    for name, given in json.loads((ROOT / "labels/combined_windows.json").read_text()).items():
        path = ROOT / "data" / name
        if not path.exists():
            continue
        with path.open() as file:
            rows = [(datetime.fromisoformat(row["timestamp"]), float(row["value"])) for row in csv.DictReader(file)]
        times = [moment for moment, _value in rows]
        found.append(Series(name, times, [value for _moment, value in rows], list(_windows(times, given))))
    return found


def _windows(times: list[datetime], given: list[list[str]]) -> Iterator[tuple[int, int]]:
    for first, last in given:
        begins, ends = datetime.fromisoformat(first), datetime.fromisoformat(last)
        inside = [place for place, moment in enumerate(times) if begins <= moment <= ends]
        yield inside[0], inside[-1]


# --- detectors ------------------------------------------------------------------------------------
def watched(one: Series) -> Scores:
    """The portal's own watch: its surprise where it tells, 0 where not."""
    watch = Watch(FIVE_MINUTES)
    sounds = (
        watch.hear((at.hour * 60 + at.minute) // 30, value) for at, value in zip(one.times, one.values, strict=True)
    )
    return [sound.score if sound.heard else 0.0 for sound in sounds]


def gaussian(one: Series) -> Scores:
    """The benchmark's windowed Gaussian."""
    past: list[float] = []
    fresh: list[float] = []
    scores, mean, deviation = [], 0.0, 1.0
    for value in one.values:
        scores.append(1 - 0.5 * math.erfc(abs(value - mean) / deviation / math.sqrt(2)) if past else 0.0)
        if len(past) < 6400:
            past.append(value)
        elif len(fresh) < 99:
            fresh.append(value)
            continue
        else:
            past, fresh = [*past[100:], *fresh, value], []
        mean = math.fsum(past) / len(past)
        deviation = math.sqrt(max(math.fsum(x * x for x in past) / len(past) - mean * mean, 0.0)) or 1e-6
    return scores


def of_river() -> dict[str, Detector]:
    """River's detectors, with their own defaults but for the window, each told the value or the three views of it."""
    if importlib.util.find_spec("river") is None:
        return {}
    anomaly, preprocessing, series_of, linear = (
        importlib.import_module(f"river.{name}") for name in ("anomaly", "preprocessing", "time_series", "linear_model")
    )

    def half_space() -> Any:
        return preprocessing.MinMaxScaler() | anomaly.HalfSpaceTrees(seed=1)

    def predictive() -> Any:
        model = series_of.SNARIMAX(p=4, d=0, q=0, regressor=preprocessing.StandardScaler() | linear.LinearRegression())
        return anomaly.PredictiveAnomalyDetection(model, horizon=1, n_std=3.0, warmup_period=150)

    return {
        "HalfSpaceTrees on the value": lambda one: _told(one, half_space(), views=False),
        "HalfSpaceTrees on three views": lambda one: _told(one, half_space(), views=True),
        "OneClassSVM on three views": lambda one: _told(
            one, preprocessing.StandardScaler() | anomaly.OneClassSVM(nu=0.1), views=True
        ),
        "GaussianScorer, 4,000 rows": lambda one: _alone(
            one, anomaly.GaussianScorer(window_size=4000, grace_period=150)
        ),
        "StandardAbsoluteDeviation": lambda one: _alone(one, anomaly.StandardAbsoluteDeviation()),
        "PredictiveAnomalyDetection (AR 4)": lambda one: _alone(one, predictive(), plain=True),
    }


def _told(one: Series, model: Any, *, views: bool) -> Scores:
    scores: Scores = []
    recent: deque[float] = deque(maxlen=10)
    for value in one.values:
        recent.append(value)
        said = {"value": value}
        if views:
            said |= {"jump": value - recent[-2] if len(recent) > 1 else 0.0, "level": sum(recent) / len(recent)}
        scores.append(model.score_one(said))
        model.learn_one(said)
    return scores


def _alone(one: Series, model: Any, *, plain: bool = False) -> Scores:
    scores: Scores = []
    for value in one.values:
        said = model.score_one({}, value) if plain else model.score_one(None, value)
        scores.append(0.0 if said is None or math.isnan(said) else abs(float(said)))
        model.learn_one({}, value) if plain else model.learn_one(None, value)
    return scores


def quietened(scores: Scores, silence: int = 200) -> Scores:
    """The same with the watch's silence after a sound, so that the others have what it has."""
    told, since, kept = 0.0, silence, []
    for score in scores:
        since += 1
        heard = score > told or since > silence
        kept.append(score if heard else 0.0)
        if heard:
            told, since = score, 0
    return kept


# --- scoring --------------------------------------------------------------------------------------
def score(corpus: list[Series], scores: list[Scores]) -> float:
    """The normalised score of the standard profile at the threshold that is best for the whole corpus."""
    rows, total = [], 0
    for number, (one, given) in enumerate(zip(corpus, scores, strict=True)):
        total += len(one.windows)
        for place, (weight, window) in enumerate(_weights(one)):
            if place >= math.floor(0.15 * min(len(one.values), 5000)):
                rows.append((given[place], weight, (number, window)))
    rows.sort(key=lambda row: -row[0])
    best: dict[tuple[int, int], float] = {}
    now = top = -float(total)
    for place, (value, weight, (number, window)) in enumerate(rows):
        if window is None:
            now += weight
        elif (before := best.get((number, window))) is None or weight > before:
            now += 1 + weight if before is None else weight - before
            best[number, window] = weight
        if place + 1 == len(rows) or rows[place + 1][0] != value:
            top = max(top, now)
    return 100 * (top + total) / (2 * total)


def _weights(one: Series) -> Iterator[tuple[float, int | None]]:
    """Of each row: what a detection there counts, and in which window it is."""
    inside = {row: number for number, (first, last) in enumerate(one.windows) for row in range(first, last + 1)}
    before: tuple[int, int] | None = None
    for row in range(len(one.values)):
        number = inside.get(row)
        if number is not None:
            first, last = one.windows[number]
            width = last - first + 1
            before = (last, width)
            yield _sigmoid(-(last - row + 1) / width) / _sigmoid(-1.0), number
        elif before is None:
            yield -FALSE_ALARM, None
        else:
            yield FALSE_ALARM * _sigmoid((row - before[0]) / (before[1] - 1)), None


def _sigmoid(place: float) -> float:
    return -1.0 if place > 3 else 2 / (1 + math.exp(5 * place)) - 1


def run() -> list[Row]:
    """The rows of the table."""
    if not ROOT.exists():
        return [Row("anomaly benchmark", "no series here (NAB)", f"≥ {WANTED}", True)]
    corpus = series()
    rows, part = sum(len(one.values) for one in corpus), f"{len(corpus)} of the 58 series of NAB"
    started = time.perf_counter()
    ours = score(corpus, [watched(one) for one in corpus])
    each = (time.perf_counter() - started) / rows * 1e6
    bare = score(corpus, [gaussian(one) for one in corpus])
    found = [
        Row(f"alerts: standard profile on {part}", f"{ours:.1f}", f"≥ {WANTED}", ours >= WANTED),
        Row("alerts: windowed Gaussian on the same", f"{bare:.1f}", "below ours", bare < ours),
        Row(f"alerts: watching {rows:,} values", f"{each:.0f} µs each", f"≤ {MICROSECONDS} µs", each <= MICROSECONDS),
    ]
    for name, detector in of_river().items():
        raw = [detector(one) for one in corpus]
        other = max(score(corpus, raw), score(corpus, [quietened(one) for one in raw]))
        found.append(Row(f"alerts: river, {name}", f"{other:.1f}", "below ours", other < ours))
    return found
