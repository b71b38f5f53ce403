"""The labelled series of the Numenta Anomaly Benchmark, read from a folder.

A folder holds `data/<group>/<file>.csv` (timestamp, value), in order of time, and
`labels/combined_windows.json`: per file the first and last moment of each anomaly's window, both
inclusive and both moments of the file. Source: https://github.com/numenta/NAB.
Series labelled point by point are read too: CSV files with the columns timestamp (seconds since the
epoch), value and label (1 where anomalous); neighbouring anomalous points are one window.
"""

import csv
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "nab"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A series with the windows in which it is anomalous.

    Attributes:
        name: unique within its corpus, as `realTweets/Twitter_volume_KO.csv`.
        times_s: seconds since the epoch, not decreasing.
        values: one each.
        windows: first and last index of each anomaly's window, in order, inclusive.
    """

    name: str
    times_s: NDArray[np.float64]
    values: NDArray[np.float64]
    windows: tuple[tuple[int, int], ...]


def load(folder: Path = FOLDER) -> list[Labelled]:
    """Return the whole corpus in the order of its names."""
    labels: dict[str, list[tuple[str, str]]] = json.loads(
        (folder / "labels" / "combined_windows.json").read_text()
    )
    return [_labelled(folder / "data" / name, name, labels[name]) for name in sorted(labels)]


def load_points(folder: Path) -> list[Labelled]:
    """Return the series labelled point by point, in the order of their names."""
    return [_labelled_by_point(path) for path in sorted(folder.glob("*.csv"))]


def halves[T](corpus: list[T]) -> tuple[list[T], list[T]]:
    """Return the 1st, 3rd, 5th ... member and the 2nd, 4th, 6th ..., in order of names."""
    return corpus[0::2], corpus[1::2]


def _labelled(path: Path, name: str, bounds: list[tuple[str, str]]) -> Labelled:
    with path.open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    times = [_seconds(row[0]) for row in rows]
    windows = tuple((times.index(_seconds(a)), times.index(_seconds(b))) for a, b in bounds)
    return Labelled(name, np.array(times), np.array([float(row[1]) for row in rows]), windows)


def _labelled_by_point(path: Path) -> Labelled:
    columns = np.genfromtxt(path, delimiter=",", skip_header=1)
    marked = np.concatenate([[0], columns[:, 2] > 0, [0]]).astype(np.int64)
    edges = np.diff(marked)
    firsts, lasts = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    windows = tuple(zip(firsts.tolist(), lasts.tolist(), strict=True))
    return Labelled(path.name, columns[:, 0], columns[:, 1], windows)


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
