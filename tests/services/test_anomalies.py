"""From rollups to scores: each step once, in order, whoever runs, breaks off or comes late."""

import math
from datetime import datetime, timedelta

import pytest

from shared.adapters.anomaly_store import AnomalyStore
from shared.domain.alert.alert import Context
from shared.domain.anomaly.board import Board, board_bytes
from shared.domain.anomaly.view import AnomalySeries, Judged, ModelAnomalies
from shared.domain.anomaly.watch import STEP_M
from shared.domain.metric import names
from shared.domain.metric.window import Aggregation
from shared.domain.timeline import minute_of
from shared.errors import Unavailable
from shared.services.alerting import AlertingPorts, evaluate_alerts
from shared.services.anomalies import ScoringPorts, ScoringRun, score_anomalies
from shared.services.anomaly_showing import list_episodes, model_anomalies
from tests.domain.factories import MINUTE, T0
from tests.services.backtest_factories import backtested, by_labels
from tests.services.failing_tables import FailingTables
from tests.services.monitor_factories import DAY, HOUR, MODEL, Json, Monitor, sent, span, value

LEARNED_H = 12
SLOW = timedelta(hours=1)


def traffic(first: datetime, end: datetime, *, slow_from: datetime | None = None) -> list[Json]:
    """Return six requests a step: a steady second each, give or take, from some time on three."""
    records = []
    for at in range(int((end - first) / MINUTE)):
        ended = first + at * MINUTE + timedelta(seconds=20)
        factor = 3.0 if slow_from and ended >= slow_from else 1.0
        for number in range(2):
            wave = 1 + 0.05 * math.sin(7.3 * at + 3 * number)
            records.append(
                sent(ended, 1000.0 * factor * wave, deployment="east", input_tokens=100 + at % 7)
            )
    return records


class Scoring:
    """A monitor with traffic that is rolled up and scored."""

    def __init__(self, tables: FailingTables | None = None) -> None:
        self.monitor = Monitor(memory=tables) if tables else Monitor()

    async def report(self, records: list[Json], *, at: datetime = T0) -> None:
        self.monitor.now = at
        for first in range(0, len(records), 5000):
            await self.monitor.post(*records[first : first + 5000])

    async def score(self, at: datetime = T0, *, budget_s: float = 1e9) -> ScoringRun:
        """Run the rollup timer, then that of scoring."""
        await self.monitor.roll(at + MINUTE)
        return await self.only_score(budget_s=budget_s)

    async def only_score(self, *, budget_s: float = 1e9) -> ScoringRun:
        app = self.monitor.app
        ports = ScoringPorts(app.rollups, app.anomalies, app.cursors, app.load_pricing)
        clock = iter(range(10**9))
        return await score_anomalies(
            ports=ports, timer=lambda: float(next(clock)), budget_s=budget_s
        )

    async def boards(self) -> list[Board]:
        found = AnomalyStore(self.monitor.memory)
        return await found.boards(minute_of(T0 - 9 * DAY), minute_of(T0 + DAY))

    async def answer(self, hours: int = 3, **where: str) -> ModelAnomalies:
        app = self.monitor.app
        return await model_anomalies(
            MODEL,
            where.get("deployment", ""),
            where.get("metric", ""),
            span(T0 - hours * HOUR, T0),
            boards=app.reading.boards,
            cursors=app.cursors,
        )

    async def series(self, metric: str, hours: int = 3) -> AnomalySeries:
        (found,) = (await self.answer(hours, metric=metric)).series
        return found


async def slow_since(ago: timedelta = SLOW) -> Scoring:
    made = Scoring()
    await made.report(traffic(T0 - LEARNED_H * HOUR, T0, slow_from=T0 - ago))
    return made


async def test_every_complete_step_is_scored_once() -> None:
    made = await slow_since()

    run = await made.score()

    boards = await made.boards()
    assert [board.step for board in boards] == list(
        range(minute_of(T0 - LEARNED_H * HOUR), minute_of(T0), STEP_M)
    )
    assert (run.steps, run.through, run.watched) == (len(boards), minute_of(T0), 4)
    again = await made.only_score()
    assert (again.steps, again.through) == (0, minute_of(T0))
    assert [board_bytes(b) for b in await made.boards()] == [board_bytes(b) for b in boards]


async def test_a_slow_hour_is_one_episode_with_its_band() -> None:
    made = await slow_since()
    await made.score()

    series = await made.series("response_time_avg_ms")

    (found,) = series.episodes
    assert (found.start, found.end, found.ongoing) == (T0 - SLOW, T0, True)
    assert (found.direction, found.steps) == ("above", 12)
    assert found.value == pytest.approx(3000, rel=0.05)
    assert found.expected == pytest.approx(1000, rel=0.05)
    assert all(1000 < (point.upper or 0) < 1500 for point in series.points[:25])
    states = [point.state for point in series.points]
    assert states == [*[Judged.SCORED] * 24, *[Judged.ABNORMAL] * 12]
    app = made.monitor.app
    listed = await list_episodes(span(T0 - DAY, T0), boards=app.anomalies, cursors=app.cursors)
    assert [each.metric for each in listed.episodes] == ["response_time_avg_ms"]
    assert (listed.series_watched, listed.series_left_out) == (4, 0)
    assert listed.scored_through == listed.end


async def test_late_records_change_reports_and_no_score() -> None:
    made = await slow_since()
    await made.score()
    before = [board_bytes(board) for board in await made.boards()]
    late = [sent(T0 - 30 * MINUTE, 60_000.0, deployment="east") for _ in range(50)]
    await made.report(late, at=T0 + 10 * MINUTE)

    run = await made.score(T0 + 10 * MINUTE)

    assert run.steps == 2
    assert [board_bytes(b) for b in await made.boards()][: len(before)] == before
    report = await made.monitor.report(T0 - HOUR, T0, deployment="east")
    assert report["max_response_time_ms"] == 60_000


async def test_a_run_out_of_time_is_taken_up_by_the_next() -> None:
    whole, cut = Scoring(), Scoring()
    records = traffic(T0 - 50 * HOUR, T0, slow_from=T0 - SLOW)
    for made in (whole, cut):
        await made.report(records)
    await whole.score()
    runs = [await cut.score(budget_s=2.0)]
    while (runs[-1].through or 0) < minute_of(T0):
        runs.append(await cut.only_score(budget_s=2.0))

    assert len(runs) > 1
    assert [board_bytes(b) for b in await cut.boards()] == [
        board_bytes(b) for b in await whole.boards()
    ]


@pytest.mark.parametrize("lost", [True, False], ids=["before it", "after it"])
async def test_a_crash_at_any_write_scores_nothing_twice_and_nothing_else(lost: bool) -> None:
    smooth = await slow_since()
    await smooth.score(T0 - 2 * HOUR)
    await smooth.score()
    expected = [board_bytes(board) for board in await smooth.boards()]
    crashes = 0
    for fail_at in range(100):
        tables = FailingTables()
        made = Scoring(tables)
        await made.report(traffic(T0 - LEARNED_H * HOUR, T0, slow_from=T0 - SLOW))
        await made.score(T0 - 2 * HOUR)
        await made.monitor.roll(T0 + MINUTE)
        tables.fail_at, tables.lost = tables.writes + fail_at, lost
        try:
            await made.only_score()
        except Unavailable:
            crashes += 1
            made.monitor.restart()
        else:
            break
        # Records that come between the crash and the next run are too late for what was scored.
        await made.report([sent(T0 - 90 * MINUTE, 60_000.0, deployment="east")])
        await made.only_score()
        assert [board_bytes(board) for board in await made.boards()] == expected
    assert crashes > 8


async def test_of_two_runs_at_once_one_scores() -> None:
    made = await slow_since()
    await made.monitor.roll(T0 + MINUTE)
    app = made.monitor.app
    ports = ScoringPorts(app.rollups, app.anomalies, app.cursors, app.load_pricing)
    inner: list[ScoringRun] = []

    class Interrupted(AnomalyStore):
        """Boards that another run stores just before this one does."""

        async def add_boards(self, boards: object) -> None:
            if not inner:
                inner.append(await score_anomalies(ports=ports, timer=lambda: 0.0, budget_s=1.0))
            await super().add_boards(boards)  # type: ignore[arg-type]

    loser = ScoringPorts(app.rollups, Interrupted(app.tables), app.cursors, app.load_pricing)
    run = await score_anomalies(ports=loser, timer=lambda: 0.0, budget_s=1.0)

    assert (run.stale, run.steps) == (True, 0)
    assert inner[0].steps == len(await made.boards())
    assert (await made.only_score()).steps == 0


async def test_silence_of_a_series_and_of_everything_are_states_and_not_zeros() -> None:
    made = Scoring()
    await made.report(traffic(T0 - LEARNED_H * HOUR, T0 - HOUR))
    quiet = [sent(T0 - ago * MINUTE, deployment="west") for ago in range(31, 45)]
    await made.report([*quiet, *traffic(T0 - 30 * MINUTE, T0)])
    await made.score()

    series = next(
        s for s in (await made.answer(1)).series if (s.deployment, s.metric) == ("east", "requests")
    )

    states = [point.state for point in series.points]
    assert states == [*[Judged.GAP] * 3, *[Judged.NO_TRAFFIC] * 3, *[Judged.SCORED] * 6]
    assert {point.value for point in series.points[:6]} == {None}
    assert series.episodes == []


async def test_gauges_are_scored_by_resource() -> None:
    made = Scoring()
    records = [
        value(
            "cpu_utilization",
            T0 - at * MINUTE,
            value=0.3 + 0.01 * math.sin(at) + (0.5 if at <= 15 else 0),
            attributes={"resource": "vm-1"},
        )
        for at in range(1, LEARNED_H * 60)
    ]
    made.monitor.now = T0
    await made.monitor.post_metrics(*records)
    await made.score()
    app = made.monitor.app

    listed = await list_episodes(span(T0 - DAY, T0), boards=app.anomalies, cursors=app.cursors)

    (found,) = listed.episodes
    assert (found.resource, found.metric, found.start) == (
        "vm-1",
        "cpu_utilization",
        T0 - 15 * MINUTE,
    )


async def test_the_built_in_rule_fires_for_the_episode_and_a_backtest_agrees() -> None:
    made = await slow_since()
    monitor = made.monitor
    for at in range(-70, 1):
        now = T0 + at * MINUTE
        await made.score(now)
        app = monitor.app
        await evaluate_alerts(
            now=now + MINUTE,
            ports=AlertingPorts(
                app.documents, app.cursors, app.alerts, app.registry, app.load_frame
            ),
            context=Context("test"),
            catch_up_m=60,
            timer=lambda: 0.0,
            budget_s=1.0,
        )

    state = (await monitor.app.alerts.states())[names.ANOMALY_SCORE].state
    (alert,) = state.instances
    assert dict(alert.labels) == {
        "model": MODEL,
        "deployment": "east",
        "resource": "",
        "metric": "response_time_avg_ms",
    }
    assert alert.fired_at == T0 - SLOW + 10 * MINUTE
    rule = {
        "name": "odd",
        "metric": names.ANOMALY_SCORE,
        "aggregation": "max",
        "comparison": ">=",
        "threshold": 0.5,
        "for_s": 300,
        "group_by": ["metric"],
    }
    found = await backtested(monitor, rule, first=T0 - 2 * HOUR, minutes=120)
    told = by_labels(found)
    assert set(told.pop(("response_time_avg_ms",))[:70]) == {"i", "p"}
    assert found.fired == 1
    assert {state for timeline in told.values() for state in timeline} == {"i"}


async def test_scores_are_a_metric_that_charts_show() -> None:
    made = await slow_since()
    await made.score()

    chart = await made.monitor.chart(
        names.ANOMALY_SCORE,
        Aggregation.MAX,
        over=span(T0 - 2 * HOUR, T0),
        step_m=60,
        group_by=("metric",),
        where={"metric": "response_time_avg_ms"},
    )

    (before, during) = chart[("response_time_avg_ms",)]
    assert before is not None
    assert during is not None
    assert before < 0.5 < during


async def test_nothing_is_scored_before_anything_is_rolled_up() -> None:
    run = await Scoring().only_score()
    assert (run.through, run.steps, run.watched) == (None, 0, 0)
