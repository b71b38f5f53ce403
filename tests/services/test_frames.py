"""The minutes that rules are evaluated over, and the hours that error budgets look back to."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import pytest

from shared.domain.alert.evaluation import Measurements, findings_of
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.rollup import Rollup
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.rule.burn_rate_rule import BurnRateRule, Indicator
from shared.domain.rule.count_span import count_span
from shared.domain.rule.input import parse_rule
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.window_pair import Burn
from shared.domain.timeline import minute_of, rfc3339
from shared.services.frames import FrameLoader
from tests.domain.factories import MINUTE, T0
from tests.domain.rule_factories import rule
from tests.services.backtest_factories import backtested
from tests.services.monitor_factories import Json, Monitor, sent

_NOW = T0 + 37 * MINUTE
_START = minute_of(_NOW)
_SLO: Json = {
    "name": "slo",
    "kind": "burn_rate",
    "objective": 0.9,
    "bad": {"metric": "model_errors_total"},
    "total": {"metric": "model_requests_total"},
    "min_requests": 5,
    "group_by": ["model"],
}
_FAST: Json = {
    **{name: each for name, each in _SLO.items() if name not in ("bad", "total")},
    "metric": "model_response_time",
    "below_ms": 1500,
}
_JOBS: Json = {
    **_SLO,
    "good": {"metric": "passed"},
    "total": {"metric": "jobs"},
    "group_by": [],
}
del _JOBS["bad"]


class WatchedRollups:
    """Rollups that note what is read of them."""

    def __init__(self, rollups: Any) -> None:
        self._rollups = rollups
        self.read: list[tuple[Kind, Grain, int, int, frozenset[str] | None]] = []

    async def read_range(
        self, kind: Kind, grain: Grain, first: int, end: int, only: Collection[str] | None = None
    ) -> dict[int, Rollup]:
        names = None if only is None else frozenset(only)
        self.read.append((kind, grain, first - _START, end - _START, names))
        return dict(await self._rollups.read_range(kind, grain, first, end, only))


def _requests(seed: int) -> list[Json]:
    random = np.random.default_rng(seed)
    ends = [_NOW - timedelta(minutes=int(ago)) for ago in _ago(random, 400)]
    return [
        sent(
            end + timedelta(seconds=20),
            float(random.choice([200.0, 1400.0, 1600.0, 4000.0])),
            model=str(random.choice(["a", "b"])),
            error_type="boom" if random.random() < 0.2 else None,
        )
        for end in ends
    ]


def _counts(seed: int) -> list[Json]:
    random = np.random.default_rng(seed)
    return [
        {
            "name": name,
            "kind": "counter",
            "value": float(random.random() * share),
            "timestamp": rfc3339(_NOW - timedelta(minutes=int(ago))),
        }
        for ago in _ago(random, 200)
        for name, share in (("jobs", 10.0), ("passed", 8.0))
    ]


def _ago(random: np.random.Generator, size: int) -> np.ndarray[Any, Any]:
    """Draw minutes of the last three days, many of them where a window has its far edge."""
    spans = [(1, 4600), (1, 500), (1420, 1520), (4300, 4400)]
    return np.concatenate([random.integers(*span, size // len(spans)) for span in spans])


def _burning(**fields: Any) -> BurnRateRule:
    indicator = {
        "bad": Indicator("model_errors_total"),
        "total": Indicator("model_requests_total"),
    }
    return BurnRateRule(**({"name": "slo", "objective": 0.99} | indicator | fields))


async def _filled(seed: int = 1) -> Monitor:
    monitor = Monitor(now=_NOW)
    await monitor.post(*_requests(seed))
    await monitor.post_metrics(*_counts(seed))
    assert (await monitor.roll(_NOW + MINUTE / 2)).complete
    return monitor


async def _live(monitor: Monitor, applied: AlertRule, at: datetime) -> dict[Any, float]:
    """Return what live evaluation makes of a rule at one minute, by label set."""
    minute = minute_of(at)
    counts = count_span([applied], range(minute, minute + 1))
    frame = await monitor.app.load_frame(minute - applied.look_back_m, minute, counts=counts)
    found = findings_of(applied, Measurements(frame, np.array([minute], np.int64)))
    return dict(zip(found.readings.labels, found.readings.values[:, 0].tolist(), strict=True))


@pytest.mark.parametrize("stated", [_SLO, _FAST, _JOBS], ids=["sums", "latency", "client's counts"])
async def test_live_evaluation_and_a_backtest_give_exactly_the_same_burn_rates(
    stated: Json,
) -> None:
    monitor = await _filled()
    applied = parse_rule(msgspec.json.encode(stated))
    first = _NOW - 20 * MINUTE

    answer = await backtested(monitor, stated, first=first, minutes=20)

    replayed = {
        (tuple(each.labels.values()), one.time): one.value
        for each in answer.timelines
        for one in each.evaluations
    }
    assert len(replayed) == 21 * len(applied.group_by or ("",)) * (2 if applied.group_by else 1)
    for at in range(21):
        now = first + at * MINUTE
        for labels, value in (await _live(monitor, applied, now)).items():
            assert replayed[tuple(text for _, text in labels), now] == value


@pytest.mark.parametrize(
    ("rules", "read"),
    [
        pytest.param([rule()], [], id="a threshold"),
        pytest.param(
            [_burning(windows=Burn.FAST)],
            [(Kind.REQUEST, Grain.BUCKET, -362, -92)],
            id="fast windows",
        ),
        pytest.param(
            [_burning()],
            [(Kind.REQUEST, Grain.HOUR, -4357, -397), (Kind.REQUEST, Grain.BUCKET, -397, -92)],
            id="all windows",
        ),
        pytest.param(
            [_burning(total=Indicator("jobs"), bad=Indicator("failed"), windows=Burn.FAST)],
            [(Kind.METRIC, Grain.BUCKET, -362, -92)],
            id="what clients count",
        ),
    ],
)
async def test_only_what_rules_in_force_count_is_read_for_longer(
    rules: list[AlertRule], read: list[tuple[Kind, Grain, int, int]]
) -> None:
    app = Monitor(now=_NOW).app
    watched = WatchedRollups(app.rollups)
    loader = FrameLoader(watched, app.load_pricing, app.cursors, app.anomalies)

    await loader(_START, _START, counts=count_span(rules, range(_START, _START + 1)))

    assert [each[:4] for each in watched.read if each[2] < -92] == read


async def test_of_the_past_only_the_measures_that_are_counted_are_read() -> None:
    app = Monitor(now=_NOW).app
    watched = WatchedRollups(app.rollups)

    loader = FrameLoader(watched, app.load_pricing, app.cursors, app.anomalies)
    await loader(_START, _START, counts=count_span([_burning()], range(_START, _START + 1)))

    only = {each[4] for each in watched.read if each[1] is Grain.HOUR}
    assert only == {frozenset({"n", "n_ok", "error_type", "error_class"})}
