"""Timer schedules of the local host."""

from datetime import UTC, datetime

import pytest

from tools.devhost.errors import FunctionError
from tools.devhost.schedule import Schedule

# A Monday.
T0 = datetime(2026, 11, 23, 10, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("0 * * * * *", datetime(2026, 11, 23, 10, 1, tzinfo=UTC), id="each-minute"),
        pytest.param("35 * * * * *", datetime(2026, 11, 23, 10, 0, 35, tzinfo=UTC), id="second"),
        pytest.param("30 * * * * *", datetime(2026, 11, 23, 10, 1, 30, tzinfo=UTC), id="later"),
        pytest.param("*/5 * * * *", datetime(2026, 11, 23, 10, 5, tzinfo=UTC), id="five-fields"),
        pytest.param("0 0 3 1 * MON", datetime(2027, 2, 1, 3, tzinfo=UTC), id="both-days-match"),
    ],
)
def test_the_next_occurrence_is_the_first_later_one(expression: str, expected: datetime) -> None:
    assert Schedule.parse(expression).after(T0) == expected


@pytest.mark.parametrize(
    "expression",
    ["", "hourly", "0 0 25 * * *", "0 0 0 L * *", "0 0 0 * * 7", "0 0 0 31 2 *", "00:05:00"],
)
def test_what_is_not_a_schedule_is_refused(expression: str) -> None:
    with pytest.raises(FunctionError, match="not a schedule"):
        Schedule.parse(expression)
