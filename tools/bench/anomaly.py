"""Anomaly scoring: how fast, and how well on labelled series, next to simple references.

One set of parameters scores every series. It was chosen on the first half of NAB's files (1st, 3rd,
5th ... by name), on synthetic series of seed 1 and, for a small part, on four KPI series; the other
half and seed 2 played no part. Best thresholds are the best of each detector on just that corpus,
as NAB's own scorer does; `production` is `ALERT_SCORE`. NAB is left out where it is absent, series
labelled by point unless `ANOMALY_DATA=DIR` names a folder (DIR/*.csv: timestamp,value,label).
"""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from shared.domain.anomaly.detector import ALERT_SCORE, Detector
from tools.bench.figure import Figure
from tools.nab import corpus
from tools.nab.corpus import Labelled
from tools.nab.events import best_events, events
from tools.nab.references import REFERENCES
from tools.nab.scorer import Floats, sweep
from tools.nab.synthetic import draw

_RUNS = 5
_SERIES = 56
_UNSEEN_SEED = 2
_STANDARD = "of 100"
_TARGET = 58
_SPEED_TARGET = 20_000


def detect(series: Labelled) -> Floats:
    """Return the app's detector's score of each point."""
    detector = Detector()
    points = zip(series.times_s.tolist(), series.values.tolist(), strict=True)
    return np.array([detector.score(time_s, value).score for time_s, value in points])


def measure(nab: Path = corpus.FOLDER, *, count: int = _SERIES) -> list[Figure]:
    """Return speed, state size and quality.

    Args:
        nab: the benchmark's folder.
        count: how many synthetic series are drawn.
    """
    synthetic = draw(count, seed=_UNSEEN_SEED)
    figures = _costs(synthetic[0])
    if nab.is_dir():
        figures += _nab(corpus.load(nab))
    else:
        print("  left out: NAB, as there is no ../shared/data/nab", flush=True)
    figures += found("synthetic", synthetic)
    folder = os.environ.get("ANOMALY_DATA")
    if folder is None:
        print("  left out: labelled points, as ANOMALY_DATA names no folder of them", flush=True)
        return figures
    return figures + found("labelled points", corpus.load_points(Path(folder)))


def _costs(series: Labelled) -> list[Figure]:
    points = list(zip(series.times_s.tolist(), series.values.tolist(), strict=True))
    speeds: list[float] = []
    for _ in range(_RUNS):
        detector = Detector()
        began_s = time.process_time()
        for time_s, value in points:
            detector.score(time_s, value)
        speeds.append(len(points) / (time.process_time() - began_s))
    speed = statistics.median(speeds)
    return [
        Figure("anomaly scoring, one core", speed, "points/s", _SPEED_TARGET, at_least=True),
        Figure("state of one series as bytes", len(detector.to_bytes()) / 1e3, "kB"),
    ]


def _nab(series: list[Labelled]) -> list[Figure]:
    scored = [detect(one) for one in series]
    (first, second), (first_scores, second_scores) = corpus.halves(series), corpus.halves(scored)
    parts = {
        "first half (chosen on)": (first, first_scores),
        "second half (unseen)": (second, second_scores),
        "all": (series, scored),
    }
    figures: list[Figure] = []
    for part, (some, scores) in parts.items():
        swept = sweep(some, scores)
        for name, score in (("best", swept.best[1]), ("production", swept.at(ALERT_SCORE))):
            label = f"NAB standard score, {part}, {name} threshold"
            figures.append(Figure(label, score, _STANDARD, _TARGET, at_least=True))
    for name, reference in REFERENCES.items():
        score = sweep(series, [reference(one) for one in series]).best[1]
        label = f"NAB standard score, all, {name}, best threshold"
        figures.append(Figure(label, score, _STANDARD))
    for part, (some, scores) in parts.items():
        figures += _event_figures(f"NAB {part}", some, scores)
    return figures + _references("NAB all", series)


def found(name: str, series: list[Labelled]) -> list[Figure]:
    """Return the event F1 of the detector and the references on labelled series."""
    scored = [detect(one) for one in series]
    return [*_event_figures(name, series, scored), *_references(name, series)]


def _event_figures(name: str, series: Sequence[Labelled], scored: Sequence[Floats]) -> list[Figure]:
    production = events(series, scored, ALERT_SCORE)
    _, best = best_events(series, scored)
    told = f"{production.found} of {production.windows} found, {production.false_alarms} false"
    return [
        Figure(f"event F1, {name}, production threshold ({told})", production.f1, ""),
        Figure(f"event F1, {name}, best threshold", best.f1, ""),
    ]


def _references(name: str, series: list[Labelled]) -> list[Figure]:
    return [
        Figure(f"event F1, {name}, {told}, best threshold", _best_f1(series, reference), "")
        for told, reference in REFERENCES.items()
    ]


def _best_f1(series: list[Labelled], reference: Callable[[Labelled], Floats]) -> float:
    return best_events(series, [reference(one) for one in series])[1].f1
