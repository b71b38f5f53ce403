"""What follows from a reply."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.notification.retry import (
    MAX_DELAY_S,
    MAX_FAILURES,
    GiveUp,
    Problem,
    Reply,
    TryAgain,
    after,
    backoff_s,
)
from tests.domain.rule_factories import T0


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_taken(status: int) -> None:
    assert after(Reply(status), 1, "d", T0) is None


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_a_busy_receiver_is_tried_again(status: int) -> None:
    assert after(Reply(status), 1, "d", T0) == TryAgain(backoff_s(1, "d"))


@pytest.mark.parametrize("status", [100, 301, 302, 307, 400, 401, 403, 404, 410, 413, 418])
def test_a_refusal_is_final_at_once(status: int) -> None:
    assert after(Reply(status), 1, "d", T0) == GiveUp(f"refused_{status}")


@pytest.mark.parametrize(
    ("problem", "follows"),
    [
        (Problem.UNREACHABLE, TryAgain),
        (Problem.NOT_CONFIGURED, TryAgain),
        (Problem.ADDRESS_REFUSED, GiveUp),
    ],
)
def test_a_call_without_answer_is_tried_again_unless_it_is_forbidden(
    problem: Problem, follows: type
) -> None:
    assert isinstance(after(Reply(problem=problem), 1, "d", T0), follows)


def test_a_forbidden_address_is_named_as_such() -> None:
    assert after(Reply(problem=Problem.ADDRESS_REFUSED), 1, "d", T0) == GiveUp("address_refused")


@pytest.mark.parametrize("reply", [Reply(503), Reply(problem=Problem.UNREACHABLE)])
def test_the_eighth_failure_is_the_last(reply: Reply) -> None:
    assert isinstance(after(reply, MAX_FAILURES - 1, "d", T0), TryAgain)
    assert after(reply, MAX_FAILURES, "d", T0) == GiveUp("gave_up")


@pytest.mark.parametrize(
    ("header", "delay_s"),
    [
        pytest.param("1", 1, id="seconds"),
        pytest.param(" 120 ", 120, id="with spaces"),
        pytest.param("900", MAX_DELAY_S, id="the longest"),
        pytest.param("901", MAX_DELAY_S, id="longer"),
        pytest.param("9" * 40, MAX_DELAY_S, id="absurd"),
        pytest.param(format_datetime(T0 + timedelta(seconds=75), usegmt=True), 75, id="a date"),
        pytest.param(format_datetime(T0 + timedelta(days=1), usegmt=True), 900, id="a late date"),
    ],
)
def test_a_receiver_may_say_when(header: str, delay_s: int) -> None:
    assert after(Reply(429, retry_after=header), 1, "d", T0) == TryAgain(delay_s)
    assert after(Reply(503, retry_after=header), 5, "d", T0) == TryAgain(delay_s)


@pytest.mark.parametrize(
    "header",
    ["", "0", "soon", "-5", "1.5", "٣", format_datetime(T0 - timedelta(seconds=9), usegmt=True)],
)
def test_what_says_nothing_useful_is_not_waited_for(header: str) -> None:
    assert after(Reply(429, retry_after=header), 1, "d", T0) == TryAgain(backoff_s(1, "d"))


@given(st.integers(1, 40), st.text())
def test_delays_double_up_to_15_minutes_less_a_fifth_at_most(failures: int, key: str) -> None:
    whole = min(30 * 2 ** (failures - 1), MAX_DELAY_S)
    assert 0.8 * whole - 1 <= backoff_s(failures, key) <= whole


def test_delays_follow_from_the_dispatch() -> None:
    assert [backoff_s(n, "a") for n in range(1, 8)] == [backoff_s(n, "a") for n in range(1, 8)]
    assert len({backoff_s(5, f"dispatch {n}") for n in range(50)}) > 20


@given(st.text())
def test_all_tries_take_36_to_46_minutes(key: str) -> None:
    total_s = sum(backoff_s(failures, key) for failures in range(1, MAX_FAILURES))
    assert 36 * 60 <= total_s <= 46 * 60
