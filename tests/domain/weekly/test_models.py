"""What changed for models from one week to the next."""

from collections.abc import Sequence
from typing import Any

import pytest

from shared.domain.weekly.models import Change, ModelWeek, dearer, failing, slower


def week(model: str = "gpt-5", **fields: Any) -> ModelWeek:
    given = {"requests": 100, "error_rate": 0.0, "p95_response_time_ms": 1000.0, "tokens": 10_000}
    return ModelWeek(model, **(given | fields))


def test_slower_is_a_p95_that_grew_by_a_tenth() -> None:
    found = slower([week()], [week(p95_response_time_ms=1250.0, requests=400)])

    assert found == [Change("gpt-5", "p95_response_time_ms", 1000.0, 1250.0, 25.0, 100, 400)]


@pytest.mark.parametrize(
    ("before", "current"),
    [
        ([week()], [week(p95_response_time_ms=1099.0)]),
        ([week()], [week(p95_response_time_ms=500.0)]),
        ([week(requests=99)], [week(p95_response_time_ms=2000.0)]),
        ([week()], [week(p95_response_time_ms=2000.0, requests=99)]),
        ([week(p95_response_time_ms=None)], [week(p95_response_time_ms=2000.0)]),
        ([week()], [week(p95_response_time_ms=None)]),
        ([], [week(p95_response_time_ms=2000.0)]),
        ([week()], []),
    ],
    ids=["a little", "faster", "few then", "few now", "none then", "none now", "new", "gone"],
)
def test_no_change_worth_telling(before: Sequence[ModelWeek], current: Sequence[ModelWeek]) -> None:
    assert slower(before, current) == []


@pytest.mark.parametrize(("rate", "count"), [(0.0, 0), (0.0099, 0), (0.01, 1), (0.5, 1)])
def test_failing_is_one_request_more_in_a_hundred(rate: float, count: int) -> None:
    found = failing([week()], [week(error_rate=rate)])

    assert len(found) == count
    assert all(change.change_percent is None for change in found)


def test_dearer_is_more_tokens_a_request_or_in_all_the_most_first() -> None:
    before = [week("more"), week("longer"), week("same")]
    current = [
        week("more", requests=200, tokens=20_000),
        week("longer", tokens=15_000),
        week("same", tokens=10_900),
    ]

    assert [(change.model, change.measure) for change in dearer(before, current)] == [
        ("more", "total_tokens"),
        ("longer", "tokens_per_request"),
        ("longer", "total_tokens"),
    ]


def test_what_was_zero_has_no_percentage() -> None:
    assert dearer([week(tokens=0)], [week(tokens=10)]) == []


def test_at_most_ten_are_told() -> None:
    before = [week(f"m{n}") for n in range(12)]
    current = [week(f"m{n}", p95_response_time_ms=2000.0 + n) for n in range(12)]

    assert [change.model for change in slower(before, current)][:2] == ["m11", "m10"]
    assert len(slower(before, current)) == 10
