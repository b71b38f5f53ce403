"""A change of a mean is split without a remainder, and its cause is named."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.degradation.attribution import Cause, Part, decompose
from shared.domain.degradation.attribution_view import (
    error_attribution,
    latency_attribution,
    mean_attribution,
)
from shared.domain.rollup.grouped_cells import Cells
from shared.domain.rollup.rollup import Rollup
from tests.domain.factories import request, rollup

_RNG = np.random.default_rng(7)


def traffic(
    count: int,
    *,
    tokens: float = 200.0,
    ms_per_token: float = 5.0,
    varied: bool = True,
    **fields: Any,
) -> list[Any]:
    """Return successful requests whose latency is 100 ms and so much for each token of output."""
    spread = _RNG.normal(0, 0.4 if varied else 0.0, count)
    outputs = np.maximum(np.rint(tokens * np.exp(spread)), 1).astype(int).tolist()
    noise = np.exp(_RNG.normal(0, 0.1, count)).tolist()
    return [
        request(
            duration_ms=(100 + ms_per_token * output) * off,
            input_tokens=100,
            output_tokens=output,
            **fields,
        )
        for output, off in zip(outputs, noise, strict=True)
    ]


def share(found: list[Any], cause: Cause, dimension: str | None = None, value: str = "") -> float:
    """Return the share of the parts of a cause, of one value where it is named."""
    return sum(
        part.share
        for part in found
        if part.cause is cause
        and dimension in (None, part.dimension)
        and (not value or part.value == value)
    )


def of(*groups: list[Any]) -> Rollup:
    """Return the rollup of requests."""
    return rollup(*[each for group in groups for each in group])


@pytest.mark.parametrize("varied", [True, False], ids=["varied", "all alike"])
def test_a_rise_by_longer_outputs_is_attributed_to_length(varied: bool) -> None:
    before = of(traffic(400, varied=varied))
    after = of(traffic(400, tokens=600, varied=varied))

    found = latency_attribution("response_time_ms", before, after)

    assert found[0].cause is Cause.OUTPUT_LENGTH
    assert found[0].share > 0.8
    assert "longer outputs" in found[0].text
    assert sum(part.share for part in found) == pytest.approx(1)


def test_a_slow_deployment_is_named() -> None:
    before = of(traffic(300, deployment="east"), traffic(300, deployment="west"))
    after = of(traffic(300, deployment="east"), traffic(300, deployment="west", ms_per_token=15.0))

    found = latency_attribution("response_time_ms", before, after)

    assert (found[0].cause, found[0].dimension, found[0].value) == (
        Cause.RATE,
        "deployment",
        "west",
    )
    assert share(found, Cause.RATE, "deployment", "west") > 0.9
    assert abs(share(found, Cause.OUTPUT_LENGTH)) < 0.1


@pytest.mark.parametrize("dimension", ["application", "environment", "operation", "model_version"])
def test_what_is_slow_is_named_whichever_label_it_is(dimension: str) -> None:
    apart = [{dimension: value, "deployment": d} for value in "ab" for d in ("east", "west")]
    before = of(*(traffic(150, **labels) for labels in apart))
    after = of(
        *(
            traffic(150, **each, ms_per_token=12.0 if each[dimension] == "b" else 5)
            for each in apart
        )
    )

    found = latency_attribution("response_time_ms", before, after)

    assert (found[0].cause, found[0].dimension, found[0].value) == (Cause.RATE, dimension, "b")


def test_a_mix_shift_is_named() -> None:
    fast, slow = {"deployment": "fast"}, {"deployment": "slow", "ms_per_token": 20.0}
    before = of(traffic(450, **fast), traffic(50, **slow))
    after = of(traffic(100, **fast), traffic(400, **slow))

    found = latency_attribution("response_time_ms", before, after)

    assert (found[0].cause, found[0].dimension, found[0].value) == (
        Cause.MIX,
        "deployment",
        "slow",
    )
    assert found[0].share > 0.9
    assert (found[0].before, found[0].after) == pytest.approx((0.1, 0.8))


def test_an_application_that_came_is_mix() -> None:
    before = of(traffic(300, application="chat"))
    after = of(
        traffic(300, application="chat"), traffic(300, application="batch", ms_per_token=30.0)
    )

    found = latency_attribution("response_time_ms", before, after)

    assert (found[0].cause, found[0].dimension, found[0].value) == (
        Cause.MIX,
        "application",
        "batch",
    )


def test_what_got_slower_everywhere_names_no_label() -> None:
    both = ("east", "west")
    before = of(*(traffic(300, deployment=name) for name in both))
    after = of(*(traffic(300, deployment=name, ms_per_token=15.0) for name in both))

    found = latency_attribution("response_time_ms", before, after)

    assert (found[0].cause, found[0].dimension) == (Cause.RATE, None)
    assert found[0].share > 0.9


def test_errors_are_split_by_label_type_and_class() -> None:
    def failing(count: int, of_all: int, deployment: str, error: str) -> list[Any]:
        bad = [request(deployment=deployment, error_type=error, status_code=429)] * count
        return [*bad, *[request(deployment=deployment)] * (of_all - count)]

    before = of(failing(1, 100, "east", "rate_limit"), failing(1, 100, "west", "boom"))
    after = of(failing(1, 100, "east", "rate_limit"), failing(41, 100, "west", "rate_limit"))

    found = error_attribution("error_rate", before, after)

    for by in ("labels", "error_type", "error_class"):
        assert sum(part.share for part in found if part.by == by) == pytest.approx(1)
    by_label = [part for part in found if part.by == "labels"]
    assert (by_label[0].dimension, by_label[0].value) == ("deployment", "west")
    assert share(found, Cause.ERROR_TYPE, "error_type", "rate_limit") == pytest.approx(41 / 40)
    assert share(found, Cause.ERROR_TYPE, "error_type", "boom") == pytest.approx(-1 / 40)
    assert share(found, Cause.ERROR_CLASS, "error_class", "quota") > 0


def test_without_requests_at_either_time_nothing_is_attributed() -> None:
    some = of(traffic(10))
    assert latency_attribution("response_time_ms", some, some.where(some.slots < 0)) == []
    assert latency_attribution("response_time_ms", some, some) == []


_groups = st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"))
_sums = st.dictionaries(
    _groups, st.tuples(st.integers(1, 1000), st.floats(-20, 20)), min_size=1, max_size=9
)


def _drawn(sums: dict[tuple[str, str], tuple[int, float]]) -> Cells:
    labels = [(("deployment", first), ("application", second)) for first, second in sums]
    counts = np.array([count for count, _ in sums.values()], np.float64)
    means = np.array([mean for _, mean in sums.values()])
    return Cells(labels, counts, counts * means)


@given(_sums, _sums)
@settings(max_examples=200)
def test_the_parts_add_up_to_the_change(before: Any, after: Any) -> None:
    first, second = _drawn(before), _drawn(after)
    change = second.total.sum() / second.count.sum() - first.total.sum() / first.count.sum()
    parts: list[Part] = decompose(first, second)
    assert math.isclose(sum(part.amount for part in parts), change, abs_tol=1e-6)


def test_a_rise_of_the_time_to_the_first_token_is_told_in_ms() -> None:
    before, after = (
        of([request(time_to_first_token_ms=ms) for _ in range(60)]) for ms in (400.0, 1_000.0)
    )
    found = mean_attribution(
        "time_to_first_token_ms", "first_token_n", "first_token_sum", before, after
    )
    rate = next(part for part in found if part.cause is Cause.RATE)
    assert (rate.before, rate.after) == (pytest.approx(400), pytest.approx(1_000))
    assert "(400 to 1000 ms)" in rate.text
