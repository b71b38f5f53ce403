"""The answer to a backtest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import asdict

from shared.domain.backtest.backtest import Replay
from shared.domain.backtest.comparison import Compared, differences
from shared.domain.backtest.range import Cut
from shared.domain.backtest.timeline import Timeline
from shared.domain.backtest.view import (
    MAX_LISTED,
    MAX_NOTICES,
    DispatchView,
    Figures,
    NoticeView,
    TimelineView,
    dispatch_view,
    figures_of,
    notice_view,
    timeline_view,
)
from shared.domain.notification.dispatching import dispatched
from shared.domain.notification.route import Routes
from shared.domain.rule.words import MINUTE_S
from shared.domain.timeline import instant


class Backtest(Figures, frozen=True):
    """What a set of rules would have made of stored history.

    Attributes:
        start: the first evaluation; None where there is none.
        end: the last evaluation.
        data_through: every minute before it is complete.
        cut: bounds that were moved to what is complete and kept.
        unavailable: rule -> why it could not be evaluated.
        notices: the first 10,000 events of alerts.
        dispatches: notifications to channels by the routes in force; None where there are none.
        compared_with: the other set of rules; None where none was asked for.
    """

    start: datetime | None
    end: datetime | None
    step_s: int
    data_through: datetime | None
    cut: list[Cut]
    unavailable: dict[str, str]
    changes_only: bool
    timelines: list[TimelineView]
    notices: list[NoticeView]
    dispatches: list[DispatchView] | None
    compared_with: Compared | None


@dataclass(frozen=True, slots=True)
class Setting:
    """What an answer tells besides what was replayed.

    Attributes:
        minutes: the evaluation times.
        through: every minute before this one is complete; None before the first rollup.
        cuts: bounds that were moved.
        unavailable: rule -> why it could not be evaluated.
        routes: those in force.
        environment: where the monitor runs.
    """

    minutes: range
    through: int | None
    cuts: list[Cut]
    unavailable: dict[str, str]
    routes: Routes
    environment: str


def answer_of(here: Replay, there: Replay | None, setting: Setting) -> Backtest:
    """Return what a set of rules, and another one to compare it with, come to."""
    minutes, timelines = setting.minutes, here.timelines.collected()
    sums = [each.sums(minutes.step) for each in timelines]
    figures = figures_of(sums, here.events)
    changes_only = figures.evaluations > MAX_LISTED
    events = sorted(here.events, key=lambda event: (event.time, event.event_id))
    return Backtest(
        **asdict(figures),
        start=instant(minutes[0]) if minutes else None,
        end=instant(minutes[-1]) if minutes else None,
        step_s=minutes.step * MINUTE_S,
        data_through=None if setting.through is None else instant(setting.through),
        cut=setting.cuts,
        unavailable=setting.unavailable,
        changes_only=changes_only,
        timelines=[
            timeline_view(each, minutes, its, changes_only=changes_only)
            for each, its in zip(timelines, sums, strict=True)
        ],
        notices=[notice_view(event) for event in events[:MAX_NOTICES]],
        dispatches=_dispatches(here, setting) if setting.routes else None,
        compared_with=None if there is None else _compared(timelines, there, minutes.step),
    )


def _compared(timelines: Sequence[Timeline], there: Replay, step_m: int) -> Compared:
    others = there.timelines.collected()
    figures = figures_of([each.sums(step_m) for each in others], there.events)
    found = differences(timelines, others, step_m=step_m)
    return Compared(**asdict(figures), differences=found)


def _dispatches(replayed: Replay, setting: Setting) -> list[DispatchView]:
    if not setting.minutes:
        return []
    done = dispatched(
        (),
        replayed.notices,
        setting.routes,
        until=instant(setting.minutes[-1] + 1),
        environment=setting.environment,
    )
    return [dispatch_view(each) for each in done.dispatches]
