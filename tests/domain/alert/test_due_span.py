"""Which minutes are due."""

import pytest

from shared.domain.alert.due_span import DueSpan, due_span


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        pytest.param(99, DueSpan(100, 100), id="the-next-one"),
        pytest.param(95, DueSpan(96, 100), id="all-that-were-missed"),
        pytest.param(40, DueSpan(41, 100), id="as-many-as-can-be-made-up"),
        pytest.param(39, DueSpan(41, 100, gap=(40, 40)), id="one-too-many"),
        pytest.param(10, DueSpan(41, 100, gap=(11, 40)), id="a-long-outage"),
        pytest.param(None, DueSpan(41, 100), id="the-first-run-has-no-gap"),
    ],
)
def test_minutes_are_due_in_order_up_to_the_catch_up(done: int | None, expected: DueSpan) -> None:
    assert due_span(done, 100, catch_up_m=60) == expected


@pytest.mark.parametrize("done", [100, 101])
def test_nothing_is_due_before_the_next_minute_is_complete(done: int) -> None:
    due = due_span(done, 100, catch_up_m=60)

    assert due.first > due.last
