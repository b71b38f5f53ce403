"""What a rollup keeps for each series and minute, hour or day: every measure's name is here.

A *dense* measure has one number a row; a *sparse* one has a sum for each of a row's keys (buckets
of a sketch, error types, token cells, limbs of an exact sum). Measures that are read together share
a group, which is one column of the stored entity, so that a read fetches only what it needs.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a chunk or a rollup is about; the letter begins its storage key."""

    REQUEST = "r"
    METRIC = "m"


class Reduce(StrEnum):
    """How a dense measure merges; `last` follows the measure named with `_at` appended."""

    SUM = "sum"
    MIN = "min"
    MAX = "max"
    LAST = "last"
    MIN_FLOAT = "min_float"
    MAX_FLOAT = "max_float"


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of one kind of rollup.

    Attributes:
        dense: name -> (group, how it merges).
        sparse: name -> group.
        coded: the sparse measures whose keys are codes into a list of terms.
    """

    dense: dict[str, tuple[str, Reduce]]
    sparse: dict[str, str]
    coded: frozenset[str]

    def group_of(self, measure: str) -> str:
        """Return the group that holds a measure."""
        return self.dense[measure][0] if measure in self.dense else self.sparse[measure]

    @property
    def groups(self) -> tuple[str, ...]:
        """Every group, in order."""
        named = [*(group for group, _ in self.dense.values()), *self.sparse.values()]
        return tuple(dict.fromkeys(named))


def _sums(group: str, *names: str) -> dict[str, tuple[str, Reduce]]:
    return dict.fromkeys(names, (group, Reduce.SUM))


def _values(group: str, prefix: str) -> dict[str, tuple[str, Reduce]]:
    return {
        f"{prefix}_min": (group, Reduce.MIN),
        f"{prefix}_max": (group, Reduce.MAX),
        f"{prefix}_last": (group, Reduce.LAST),
        f"{prefix}_last_at": (group, Reduce.MAX),
    }


# Sums of ln(latency in us), ln(1 + output) and ln(1 + uncached input), each rounded to 1/1024, and
# of their squares and products: enough to explain a change of latency by a change of lengths.
MOMENTS = (
    "moment_n",
    "moment_l",
    "moment_o",
    "moment_u",
    "moment_ll",
    "moment_oo",
    "moment_uu",
    "moment_lo",
    "moment_lu",
    "moment_ou",
)
MOMENT_SCALE = 1024

REQUEST_MEASURES = Measures(
    dense={
        **_sums(
            "counts", "n", "n_ok", "overflow", "duplicates", "missing_usage", "retries", "spilled"
        ),
        **_sums("counts", "streamed", "weight_millionths"),
        **_sums("usage", "usage_n", "usage_sum", "admitted_tokens"),
        **_values("usage", "usage"),
        **_sums("latency", "latency_sum"),
        **_values("latency", "latency"),
        **_sums("failed_latency", "failed_sum"),
        **_values("failed_latency", "failed"),
        **_sums("first_token", "first_token_n", "first_token_sum"),
        **_values("first_token", "first_token"),
        **_sums("moments", *MOMENTS),
    },
    sparse={
        "error_class": "errors",
        "error_type": "errors",
        "finish_reason": "finish",
        "tokens": "tokens",
        "unseen_tokens": "tokens",
        "calls": "tokens",
        "latency_sketch": "latency_sketch",
        "failed_sketch": "failed_sketch",
        "first_token_sketch": "first_token_sketch",
        "input_sketch": "input_sketch",
        "output_stop_sketch": "output_sketch",
        "output_length_sketch": "output_sketch",
        "speed_sketch": "speed_sketch",
    },
    coded=frozenset(
        {"error_class", "error_type", "finish_reason", "tokens", "unseen_tokens", "calls"}
    ),
)

METRIC_MEASURES = Measures(
    dense={
        **_sums("counts", "n", "overflow"),
        "value_min": ("values", Reduce.MIN_FLOAT),
        "value_max": ("values", Reduce.MAX_FLOAT),
        "value_last": ("values", Reduce.LAST),
        "value_last_at": ("values", Reduce.MAX),
    },
    sparse={
        "sum": "values",
        "value_sketch": "value_sketch",
        "squares": "quality",
        "histogram": "quality",
    },
    coded=frozenset(),
)

MEASURES = {Kind.REQUEST: REQUEST_MEASURES, Kind.METRIC: METRIC_MEASURES}
