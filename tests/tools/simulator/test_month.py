"""The weeks before the simulated day: few minutes like a full day's, each standing for 24."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import pytest

from shared.domain.record.checks import request_faults
from shared.domain.record.columns import columns_of
from shared.domain.record.decoding import BatchDecoder
from shared.domain.record.request import RequestRecord
from tools.simulator import Traffic, earlier_days, simulate
from tools.simulator.clock import MINUTE_MS
from tools.simulator.columns import end_ms
from tools.simulator.month import WEIGHT, squeezed

END = datetime(2026, 11, 23, 21, 7, tzinfo=UTC)
DAYS = 4
HOUR_MS = 60 * MINUTE_MS


@pytest.fixture(scope="module")
def weeks() -> Traffic:
    return earlier_days(END, days=DAYS)


def test_a_days_requests_stand_for_a_full_days(weeks: Traffic) -> None:
    full = len(simulate(END - timedelta(days=1), END, script=()))
    assert len(weeks) * WEIGHT / DAYS == pytest.approx(full, rel=0.1)
    assert set(weeks.requests["sample_weight"].tolist()) == {WEIGHT}


def test_a_minute_with_traffic_looks_as_on_a_full_day(weeks: Traffic) -> None:
    minutes = (end_ms(weeks.requests) // MINUTE_MS).astype(int)
    within = minutes % 60
    assert (within.min(), within.max()) == (25, 29)
    hours = np.unique(minutes // 60)
    assert len(hours) == pytest.approx(12 * DAYS, abs=1)
    assert set((hours % 2).tolist()) == {0, 1}
    busiest = np.bincount(minutes - minutes.min()).max()
    assert 150 <= busiest <= 350


def test_time_squeezed_keeps_its_order_and_its_hours() -> None:
    moments = np.arange(0, 4 * 24 * HOUR_MS, 61_007, dtype=np.int64)
    moved = squeezed(moments)
    assert (np.diff(moved) >= 0).all()
    assert (moved // (2 * HOUR_MS) == moments // (2 * HOUR_MS)).all()


def test_the_app_s_own_checks_accept_every_record(weeks: Traffic) -> None:
    decoder = BatchDecoder("requests", RequestRecord)
    for post in weeks.posts():
        decoded = decoder.decode(post.body, strict=True)
        assert decoded.rejected == []
        assert request_faults(decoded.items, columns_of(decoded.items, b"key")) == []


def test_it_ends_where_the_day_begins_and_is_the_same_again(weeks: Traffic) -> None:
    again = earlier_days(END, days=DAYS)
    assert list(again.posts()) == list(weeks.posts())
    assert again.measurements == weeks.measurements
    assert end_ms(weeks.requests).max() <= END.timestamp() * 1000
    assert weeks.start == datetime(2026, 11, 19, 21, tzinfo=UTC)
    assert weeks.incidents == ()


def test_scores_are_reported_in_the_same_minutes(weeks: Traffic) -> None:
    bodies: list[dict[str, Any]] = [msgspec.json.decode(post.body) for post in weeks.measurements]
    assert {body["timestamp"][14:16] for body in bodies} == {"25"}
    assert all("scores" in body for body in bodies)
