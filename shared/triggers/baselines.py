"""The timer that learns baselines, and the HTTP functions about them."""

import logging
import time
from datetime import UTC, datetime
from typing import Annotated

import azure.functions as func
import msgspec
from msgspec import Meta

from shared.bootstrap import App, app
from shared.domain.baseline.view import BaselineView, NoBaselineView
from shared.domain.record.request import Moment
from shared.domain.span import Span, span_of
from shared.domain.timeline import instant, rfc3339, rfc3339_minute
from shared.errors import InvalidInput
from shared.services.baseline_learning import Budget
from shared.services.baseline_showing import get_baseline
from shared.services.baselines import PERIOD_D, BaselinePorts, establish_baseline, learnable_until
from shared.services.baselines import compute_baselines as compute
from shared.triggers.advice import advise
from shared.triggers.call import Call
from shared.triggers.degradation import check_degradation
from shared.triggers.endpoint import endpoint
from shared.triggers.failure import telling_failure
from shared.triggers.metering import metered
from shared.triggers.noting import noting
from shared.triggers.recommendations import judge_recommendations
from shared.triggers.responses import Answer

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()

_TIMER_BUDGET_S = 120.0
_CALL_BUDGET_S = 30.0
_DEPLOYMENT = {"deployment": "exact name; all of the model's unless given"}


class Establishing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From when to learn; `range` ends an hour ago, and is 30 days unless given."""

    range: Annotated[str, Meta(max_length=16)] | int | None = None
    start: Moment | None = None
    end: Moment | None = None
    pin: bool = False


# Off the full hour, when the hour's rollup is written.
@blueprint.timer_trigger(schedule="0 7 * * * *", arg_name="timer", run_on_startup=False)
@telling_failure
@noting
@metered
async def compute_baselines(timer: func.TimerRequest) -> None:
    """Learn what is normal, then judge, advise and verify what depends on it."""
    del timer
    now = datetime.now(UTC)
    run = await compute(
        now=now, ports=_ports(app()), timer=time.monotonic, budget_s=_TIMER_BUDGET_S
    )
    logger.info(
        "computed baselines: established=%d versions=%d left=%d stale=%d forgotten=%d first=%s "
        "end=%s seconds=%.2f",
        run.established,
        run.versions,
        run.left,
        run.stale,
        run.forgotten,
        rfc3339_minute(run.first),
        rfc3339_minute(run.end),
        run.elapsed_s,
    )
    await check_degradation(now)
    await judge_recommendations(now)
    await advise(now)


@endpoint(
    blueprint,
    "GET",
    "v1/models/{model}/baseline",
    summary="What is normal for a model, for each hour of the week.",
    answer=BaselineView | NoBaselineView,
    query={**_DEPLOYMENT, "at": "RFC 3339 time; the last version of that UTC day"},
)
async def get_model_baseline(call: Call) -> Answer:
    """Return a model's baseline."""
    return Answer(
        await get_baseline(
            call.model(),
            call.query.get("deployment", ""),
            at=call.moment("at", call.now) if "at" in call.query else None,
            documents=app().documents,
        )
    )


@endpoint(
    blueprint,
    "POST",
    "v1/models/{model}/baseline",
    summary="Learn a model's baseline at once, from a span of one's choice.",
    request=Establishing,
    answer=BaselineView | NoBaselineView,
    query=_DEPLOYMENT,
)
async def post_model_baseline(call: Call) -> Answer:
    """Establish a model's baseline."""
    asked = call.decoded(Establishing) if call.raw_body else Establishing()
    return Answer(
        await establish_baseline(
            call.model(),
            call.query.get("deployment", ""),
            _span(asked, call.now),
            pinned=asked.pin,
            now=call.now,
            ports=_ports(app()),
            budget=Budget(time.monotonic, time.monotonic() + _CALL_BUDGET_S),
        )
    )


def _span(asked: Establishing, now: datetime) -> Span:
    if asked.end is not None and asked.end > now:
        raise InvalidInput.at("end", f"expected a time that has passed, got {rfc3339(asked.end)}")
    given = {
        name: text if isinstance(text, str) else str(text)
        for name, text in (
            ("range", asked.range),
            ("start", asked.start and rfc3339(asked.start)),
            ("end", asked.end and rfc3339(asked.end)),
        )
        if text is not None
    }
    return span_of(
        given,
        instant(learnable_until(now)),
        default=f"{PERIOD_D}d",
        longest_s=PERIOD_D * 86_400,
    )


def _ports(parts: App) -> BaselinePorts:
    return BaselinePorts(
        parts.reading,
        parts.documents,
        parts.alerts,
        parts.telemetry.enabled,
        parts.settings.environment,
    )
