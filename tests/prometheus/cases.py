"""Rules and values that Prometheus and the monitor evaluate alike: edges by hand, others by seed.

A case has its values by label set and minute. Prometheus closes its windows on both sides,
[t - w, t], and here they are half-open, [t - w, t); so samples lie within minutes, never on the
whole minutes at which rules are evaluated, and both windows hold the same ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

LENGTH_M = 40
SEED = 2026
_SIGNS = {"x": (9.0,), ".": (1.0,), "_": (), "=": (5.0,)}
_HOST = (("host", "a"),)

type Minutes = tuple[tuple[float, ...], ...]
type Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Case:
    """One rule over one metric.

    Attributes:
        group: cases of one group share a file.
        number: of the case within its group.
        series: label set -> the values of each minute.
        aggregation: ours; `increase` is a counter's sum, which Prometheus sees growing.
        group_by: the labels of an alert.
        samples_m: how many values a minute has at most.
    """

    group: str
    number: int
    series: dict[Labels, Minutes]
    aggregation: str = "avg"
    window_m: int = 1
    comparison: str = ">"
    threshold: float = 5.0
    for_m: int = 0
    keep_firing_for_m: int = 0
    group_by: tuple[str, ...] = ("host",)
    samples_m: int = 1

    @property
    def name(self) -> str:
        """Return the name of rule and metric."""
        return f"{self.group}_{self.number:02}"

    @property
    def is_counter(self) -> bool:
        return self.aggregation == "increase"


def every_case() -> list[Case]:
    """Return all cases, the same on every call."""
    return [*_edges(), *_random_cases(Random(SEED))]


def _edges() -> Iterator[Case]:
    yield from _numbered("for", _for_cases())
    yield from _numbered("keep_firing", _keep_cases())
    yield from _numbered("gaps", _gap_cases())
    yield from _numbered("flapping", _flapping_cases())
    yield from _numbered("equal", _equal_cases())
    yield from _numbered("series", _series_cases())
    yield from _numbered("grouped", _grouped_cases())
    yield from _numbered("increase", _increase_cases())


def _numbered(group: str, cases: list[dict[str, object]]) -> Iterator[Case]:
    for number, fields in enumerate(cases):
        yield Case(group, number, **fields)  # type: ignore[arg-type]


def _story(signs: str) -> dict[Labels, Minutes]:
    """Return one series: x is a breach, a point is none, = is the threshold, _ is no value."""
    return {_HOST: tuple(_SIGNS[sign] for sign in signs.ljust(LENGTH_M, "."))}


def _for_cases() -> list[dict[str, object]]:
    return [{"series": _story(".xxxxx"), "for_m": for_m} for for_m in (0, 1, 3, 4, 5, 30)] + [
        {"series": _story("xxx.xxxx.xxxxx"), "for_m": 3}
    ]


def _keep_cases() -> list[dict[str, object]]:
    return [
        {"series": _story(".xx......xx"), "keep_firing_for_m": keep_m} for keep_m in (1, 2, 5)
    ] + [
        {"series": _story("xx..x..x......xx"), "keep_firing_for_m": 3},
        {"series": _story("xxx...x.x......x"), "keep_firing_for_m": 2, "for_m": 2},
        {"series": _story("xx__________x___"), "keep_firing_for_m": 4},
    ]


def _gap_cases() -> list[dict[str, object]]:
    return [
        {"series": _story("xxx___xxx_x"), "for_m": 2},
        {"series": _story("_____xxxx"), "for_m": 1},
        {"series": _story("x_x_x_x_x"), "for_m": 3, "window_m": 2},
        {"series": _story("xx_______" + "_" * 31), "window_m": 5, "for_m": 3},
        {"series": _story("__x" + "_" * 37), "window_m": 10, "aggregation": "last"},
        {"series": _story("xxx______xxx"), "window_m": 3, "aggregation": "count", "threshold": 1},
    ]


def _flapping_cases() -> list[dict[str, object]]:
    return [
        {"series": _story("x." * 20)},
        {"series": _story("x." * 20), "for_m": 1},
        {"series": _story("x." * 20), "keep_firing_for_m": 1},
        {"series": _story("xx.." * 10), "keep_firing_for_m": 2, "for_m": 1},
    ]


def _equal_cases() -> list[dict[str, object]]:
    return [
        {"series": _story("==x.==.=x="), "comparison": comparison, "for_m": 1}
        for comparison in (">", ">=", "<", "<=", "==", "!=")
    ]


def _series_cases() -> list[dict[str, object]]:
    hosts = {
        (("host", host),): tuple(_SIGNS[sign] for sign in signs.ljust(LENGTH_M, "_"))
        for host, signs in (("a", "xx..xxxx..x"), ("b", "....xxxxxx"), ("c", "__x_x"), ("d", "x"))
    }
    return [
        {"series": hosts, "for_m": 1},
        {"series": hosts, "for_m": 2, "keep_firing_for_m": 3, "window_m": 3},
        {"series": hosts, "aggregation": "max", "window_m": 4, "comparison": "<"},
        {"series": hosts, "aggregation": "count", "window_m": 5, "threshold": 3},
    ]


def _grouped_cases() -> list[dict[str, object]]:
    random = Random(SEED)
    zones = {
        (("host", host), ("zone", zone)): _drawn(random, samples_m=1, gaps=gaps)
        for host, zone, gaps in (
            ("a", "north", 0.0),
            ("b", "north", 0.0),
            ("c", "south", 0.3),
            ("d", "south", 0.3),
        )
    }
    whole = {labels: values for labels, values in zones.items() if ("zone", "north") in labels}
    shared = {"group_by": ("zone",), "window_m": 3, "for_m": 1}
    return [
        {"series": zones, "aggregation": aggregation, "threshold": threshold, **shared}
        for aggregation, threshold in (
            ("sum", 25),
            ("avg", 5),
            ("min", 1),
            ("max", 8),
            ("count", 4),
            ("rate", 0.1),
        )
    ] + [
        {"series": whole, "aggregation": "avg_by", "threshold": 5, **shared},
        {"series": zones, "aggregation": "sum", "threshold": 40, **shared, "group_by": ()},
    ]


def _increase_cases() -> list[dict[str, object]]:
    random = Random(SEED)
    return [
        {
            "series": {
                (("host", host),): tuple(
                    (float(random.choice((0, 0, 1, 2, 7)) if minute >= window_m else 0),)
                    for minute in range(LENGTH_M)
                )
                for host in "ab"
            },
            "aggregation": "increase",
            "window_m": window_m,
            "threshold": threshold,
            "for_m": for_m,
        }
        for window_m, threshold, for_m in ((1, 1, 0), (5, 8, 2), (10, 15, 0), (3, 4, 1))
    ]


def _random_cases(random: Random) -> Iterator[Case]:
    for number in range(40):
        samples_m = random.choice((1, 1, 2, 3))
        gaps = random.choice((0.0, 0.1, 0.4))
        hosts = "abc"[: random.randint(1, 3)]
        aggregation = random.choice(("avg", "sum", "min", "max", "last", "count", "rate"))
        window_m = random.randint(1, 10)
        yield Case(
            "random",
            number,
            {(("host", host),): _drawn(random, samples_m=samples_m, gaps=gaps) for host in hosts},
            aggregation,
            window_m,
            random.choice((">", ">=", "<", "<=", "==", "!=")),
            _threshold(random, aggregation, window_m * samples_m),
            random.choice((0, 0, 1, 2, 5)),
            random.choice((0, 0, 1, 3)),
            samples_m=samples_m,
        )


def _drawn(random: Random, *, samples_m: int, gaps: float) -> Minutes:
    """Return values that stay low or high for a while, some of them missing."""
    level, minutes = 2, []
    for _ in range(LENGTH_M):
        level = random.choice((2, 5, 8)) if random.random() < 0.25 else level
        values = [float(level + random.randint(-1, 1)) for _ in range(samples_m)]
        minutes.append(tuple(value for value in values if random.random() >= gaps))
    return tuple(minutes)


def _threshold(random: Random, aggregation: str, samples: int) -> float:
    """Return a threshold that values may well be equal to."""
    level = random.choice((2, 5, 8))
    return {
        "sum": float(level * samples),
        "count": float(max(1, round(samples * random.choice((0.5, 0.8, 1.0))))),
        "rate": level * samples / 60 / samples,
    }.get(aggregation, float(level))
