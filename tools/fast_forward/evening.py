"""An evening of the demo's fleet in fast forward, told to Application Insights and recorded.

Before it lie weeks of thin traffic, so that there are baselines and costs to compare with. In it a
third of one deployment's calls fail, a processor is busy with its alert silenced, Application
Insights is away for twelve minutes, another deployment becomes slow and stays so; and all the while
a model is called that nobody knows a price of.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tools.demo.prepare import prepare
from tools.fast_forward.lapse import Lapse, time_lapse
from tools.fast_forward.posts import MINUTE, live_posts
from tools.recorded import Envelope
from tools.recorder import Recorder
from tools.simulator import Incident, IncidentKind, Post, Traffic, simulate
from tools.simulator.posts import post

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNPRICED = "house-model"
BUDGETS = {
    "everything": {"amount_usd": "40", "period": "month"},
    "checkout": {"amount_usd": "4", "period": "month", "scope": {"application": "checkout-bot"}},
}
_OUTAGE = timedelta(minutes=12)
# A little after the day's costs are planned and told.
END = datetime(2026, 11, 24, 1, 32, 40, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Evening:
    """How much of it there is.

    Attributes:
        end: when it ends, UTC.
        lasts: how long it is lived minute by minute.
        history: how long before it there is thin traffic.
        sample_every: how far apart the 5 minutes of that traffic are.
        scale: factor on the fleet's rates in the evening.
        seed: where chance starts.
        budgets: what is put as budgets before it begins.
    """

    end: datetime = END
    lasts: timedelta = 4 * HOUR
    history: timedelta = 21 * DAY
    sample_every: timedelta = 12 * HOUR
    scale: float = 0.2
    seed: int = 1
    budgets: Mapping[str, object] = field(default_factory=lambda: BUDGETS)

    @property
    def start(self) -> datetime:
        """When it begins, a whole minute."""
        return (self.end - self.lasts).replace(second=0, microsecond=0)


async def record(
    evening: Evening, ask: Callable[[Lapse], Awaitable[None]] | None = None
) -> list[Envelope]:
    """Live through an evening; return the envelopes that Application Insights would have got.

    Args:
        evening: how much of it.
        ask: what to ask the app at the end.
    """
    traffic = simulate(
        evening.start,
        evening.end,
        seed=evening.seed,
        scale=evening.scale,
        script=trouble(evening.start, evening.end),
    )
    async with Recorder() as recorder, time_lapse(evening.start - HOUR, recorder) as lapse:
        since = evening.start - HOUR - evening.history
        await prepare(lapse, traffic, since=since)  # type: ignore[arg-type]
        for name, budget in evening.budgets.items():
            await lapse.put(f"/api/v1/budgets/{name}", budget)
        await _live_before(evening, lapse)
        await lapse.advance(evening.start)
        await lapse.post("/api/v1/silences", _silence(evening))
        await _live_through(evening, traffic, lapse, recorder)
        if ask is not None:
            await ask(lapse)
        return list(recorder.envelopes)


def trouble(start: datetime, end: datetime) -> Sequence[Incident]:
    """Return what goes wrong in an evening."""
    quarter = (end - start) / 4
    return (
        _incident(IncidentKind.ERRORS, "mini-prod", start + quarter / 6, start + quarter / 2, 0.35),
        _incident(IncidentKind.CPU, "vm-1", start + quarter, start + 5 * quarter / 4, 0.95),
        _incident(IncidentKind.SLOW, "gpt5-prod", end - quarter / 2, end, 4),
    )


async def _live_through(
    evening: Evening, traffic: Traffic, lapse: Lapse, recorder: Recorder
) -> None:
    """Live minute by minute; Application Insights is away for a while in the middle."""
    away = evening.start + evening.lasts / 2
    back = away + _OUTAGE
    posts = sorted([*live_posts(traffic), *_unpriced(evening)], key=lambda each: each[0])
    await lapse.advance(away, [each for each in posts if each[0] < away])
    recorder.go_down()
    await lapse.advance(back, [each for each in posts if away <= each[0] < back])
    recorder.come_up()
    await lapse.advance(evening.end, [each for each in posts if each[0] >= back])


async def _live_before(evening: Evening, lapse: Lapse) -> None:
    """Post the weeks before, all of them late, and let the timers take them in."""
    first = evening.start - HOUR - evening.history
    for at in range(round(evening.history / evening.sample_every)):
        start = first + at * evening.sample_every
        for _, past in live_posts(_thin(evening, start)):
            await lapse.post(past.path, past.body)


def _thin(evening: Evening, start: datetime) -> Traffic:
    return simulate(
        start, start + timedelta(minutes=5), seed=evening.seed, scale=evening.scale, script=()
    )


def _unpriced(evening: Evening) -> Iterator[tuple[datetime, Post]]:
    """Yield a call a minute of a model that is in no price list."""
    for minute in range(round(evening.lasts / MINUTE)):
        ended = evening.start + minute * MINUTE + timedelta(seconds=20)
        request = {
            "model": UNPRICED,
            "deployment": "house-prod",
            "application": "search-assist",
            "start_time": (ended - timedelta(seconds=1)).isoformat(),
            "duration_ms": 1_000,
            "input_tokens": 300,
            "output_tokens": 20,
        }
        yield ended + timedelta(seconds=10), post("/api/v1/requests", {"requests": [request]})


def _silence(evening: Evening) -> dict[str, object]:
    return {
        "matchers": {"resource": "vm-1"},
        "starts_at": evening.start.isoformat(),
        "ends_at": (evening.end + HOUR).isoformat(),
        "by": "the night shift",
        "comment": "known: the nightly index is built here",
    }


def _incident(
    kind: IncidentKind, place: str, start: datetime, end: datetime, strength: float
) -> Incident:
    where = {"resource": place} if kind is IncidentKind.CPU else {"deployment": place}
    return Incident(
        name=f"{kind}-{place}",
        kind=kind,
        start=start,
        end=end,
        strength=strength,
        rule="",
        labels=where,
        story="",
    )
