"""Streaming, timeouts and retries: how long is waited, and for what."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from shared.domain.advice import retries, streaming, timeouts
from shared.domain.advice.ground import Conclusion, Ground
from shared.domain.advice.scope import Scope
from shared.domain.digest.durations import FIRST_TOKEN
from shared.domain.recommendation.recommendation import Category, Target
from shared.domain.verification.verdict import Metric
from tests.domain.advice.ground_factories import (
    MIDNIGHT,
    Day,
    advised,
    days_of,
    ground_of,
    is_silent,
    works_of,
)

DAYS, SIZE = 7, 400


def answered(seconds: float, *, streamed: float | None = 0.0, **fields: Any) -> list[Day]:
    """Return days of answers; a share of them streamed, with the first token after 0.4 s."""

    def one(draw: np.random.Generator, at: int) -> dict[str, Any]:
        noise = float(np.exp(draw.normal(0, 0.3)))
        stream = None if streamed is None else draw.random() < streamed
        given = {
            "application": "other" if stream else "shop",
            "duration_ms": 1000 * seconds * noise,
            "output_tokens": 400,
            "stream": stream,
            "time_to_first_token_ms": 400.0 * noise if stream else None,
        }
        return given | fields

    return list(days_of(DAYS, SIZE, one))


def ground(days: list[Day]) -> Ground:
    """Return the ground of the shop, with first tokens of whoever streams."""
    works = works_of(days)
    found = ground_of(days, scope=Scope("gpt-5-mini", "mini", "shop"))
    others = works.get(Scope("gpt-5-mini", "mini", "other"))
    if others is None:
        return found
    rows = others.sections["durations"]
    first = rows.where(rows.keys["group"] == FIRST_TOKEN)
    return ground_of(days, scope=found.scope, first_tokens=first)


def test_long_answers_that_nobody_streams_are_to_be_streamed() -> None:
    made = advised(streaming.conclude(ground(answered(6.0, streamed=0.3))))
    assert made.setting == "stream=true"
    assert made.target == Target(Metric.TIME_TO_FIRST_TEXT)
    assert made.expected_improvement is not None
    assert 90 < made.expected_improvement.low < 93.4 < made.expected_improvement.high < 96
    assert "not the time to the last one" in made.description


@pytest.mark.parametrize(
    "days",
    [
        pytest.param(answered(1.0, streamed=0.3), id="short answers"),
        pytest.param(answered(6.0, streamed=None), id="unknown whether streamed"),
    ],
)
def test_otherwise_streaming_is_not_advised(days: list[Day]) -> None:
    assert is_silent(streaming.conclude(ground(days)))


def test_without_a_first_token_known_nothing_is_said_of_it() -> None:
    assert streaming.conclude(ground(answered(6.0))) is None


def timed_out(
    timeout_s: float, middle_s: float, *, size: int = 800, spread: float = 0.6, hang: float = 0.0
) -> list[Day]:
    """Return answers of log-normal times that are given up after a timeout; some hang."""

    def one(draw: np.random.Generator, _: int) -> dict[str, Any]:
        wanted = middle_s * float(np.exp(draw.normal(0, spread)))
        if draw.random() < hang or wanted > timeout_s:
            return {"duration_ms": 1000 * timeout_s, "error_type": "timeout"}
        return {"duration_ms": 1000 * wanted}

    return list(days_of(DAYS, size, one))


def test_a_timeout_that_cuts_answers_short_is_to_be_longer() -> None:
    made = advised(timeouts.conclude(ground_of(timed_out(10.0, 5.0))))
    assert made.setting == "timeout_s=20"
    assert made.expected_improvement is None
    assert made.evidence["timeout_s"] == pytest.approx(10.0)
    assert "nobody waited for" in made.description


def test_a_timeout_that_only_hanging_calls_meet_is_to_be_shorter() -> None:
    made = advised(timeouts.conclude(ground_of(timed_out(120.0, 2.0, hang=0.01))))
    assert 15 <= int(made.setting.removeprefix("timeout_s=")) <= 40
    assert made.target == Target(Metric.FAILED_RESPONSE_TIME)
    assert made.expected_improvement is not None
    assert made.expected_improvement.low > 60
    assert made.expected_improvement.high <= 100


@pytest.mark.parametrize(
    "days",
    [
        pytest.param(timed_out(30.0, 5.0, hang=0.01), id="a timeout that fits"),
        pytest.param(timed_out(120.0, 2.0), id="no timeouts"),
        pytest.param(timed_out(1.2, 0.05, hang=0.01), id="less than any round number"),
        pytest.param(timed_out(120.0, 2.0, size=200, hang=0.02), id="too few answers to cut"),
    ],
)
def test_otherwise_the_timeout_is_left_alone(days: list[Day]) -> None:
    found = timeouts.conclude(ground_of(days))
    assert found is None or found.advice is None


def test_timeouts_of_many_lengths_are_nobodys_setting() -> None:
    def one(draw: np.random.Generator, at: int) -> dict[str, Any]:
        if at % 10 == 0:
            return {"duration_ms": float(draw.uniform(1_000, 60_000)), "error_type": "timeout"}
        return {"duration_ms": 900.0}

    assert is_silent(timeouts.conclude(ground_of(list(days_of(DAYS, SIZE, one)))))


def called(
    calls: int, attempts: tuple[tuple[bool, float], ...], *, told_ms: float | None = None
) -> list[Day]:
    """Return days of calls that take these attempts: whether it succeeds, and seconds after."""
    days = []
    for number in range(DAYS):
        records = days_of(1, calls * len(attempts), lambda *_: {})[0]
        own = []
        for at, record in enumerate(records):
            call, attempt = divmod(at, len(attempts))
            succeeds, wait_s = attempts[attempt]
            start = MIDNIGHT + timedelta(days=number, seconds=80 * call)
            outcome = {} if succeeds else {"status_code": 429, "retry_after_ms": told_ms}
            own.append(
                replace(
                    record,
                    start_time=start + timedelta(seconds=wait_s),
                    duration_ms=100.0,
                    operation_key=f"{number}-{call}",
                    request_id=f"{number}-{at}",
                    **outcome,
                )
            )
        days.append(own)
    return days


def told(days: list[Day]) -> dict[str, Conclusion]:
    return {each.kind: each for each in retries.conclude(ground_of(days))}


def test_attempts_that_come_before_they_were_told_to_are_to_wait() -> None:
    found = told(called(200, ((False, 0.0), (True, 2.0)), told_ms=10_000.0))
    made = found["retry_after"].advice
    assert made is not None
    assert made.setting == "retry_after=honoured"
    assert made.category is Category.RELIABILITY
    assert made.target == Target(Metric.THROTTLED_SHARE)


def test_attempts_that_wait_as_told_are_left_alone() -> None:
    found = told(called(200, ((False, 0.0), (True, 12.0)), told_ms=10_000.0))
    assert found["retry_after"].advice is None
    assert found["max_attempts"].advice is None


def test_nobody_was_told_when_to_come_back() -> None:
    assert told(called(200, ((False, 0.0), (True, 2.0))))["retry_after"].advice is None
    assert told(called(10, ((False, 0.0), (True, 2.0)))) == {}


def test_attempts_that_never_help_are_to_stop() -> None:
    hopeless = tuple((False, float(5 * at)) for at in range(6))
    made = told(called(60, hopeless))["max_attempts"].advice
    assert made is not None
    assert made.setting == "max_attempts=3"
    assert made.evidence["attempts_spared"] == DAYS * 60 * 3
    helps = (*hopeless[:4], (True, 30.0))
    assert told(called(60, helps))["max_attempts"].advice is None
