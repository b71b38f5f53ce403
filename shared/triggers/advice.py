"""What the hourly timer concludes, and the HTTP function that improves a configuration."""

import logging
import time
from datetime import datetime
from typing import Any

import azure.functions as func
import msgspec

from shared.bootstrap import App, app
from shared.domain.advice.ground import Limits
from shared.domain.advice.optimize import Optimized
from shared.domain.advice.scope import Scope
from shared.services.advice import conclude_advice
from shared.services.advice_material import AdvicePorts
from shared.services.digests import Budget
from shared.services.optimize import optimize
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.recommendations import ports_of as recommendation_ports
from shared.triggers.responses import Answer

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()

_TIMER_BUDGET_S = 60.0
_CALL_BUDGET_S = 10.0


class OptimizeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A configuration as it is; keys that are not known come back untouched."""

    current_config: dict[str, Any]


async def advise(now: datetime) -> None:
    """Conclude advice: for the hourly timer, when baselines are up to date."""
    budget = Budget(time.monotonic, time.monotonic() + _TIMER_BUDGET_S)
    run = await conclude_advice(now=now, ports=ports_of(app()), budget=budget)
    logger.info(
        "concluded advice: scopes=%d proposed=%d standing=%d detected=%d given_up=%d stale=%d",
        run.scopes,
        run.proposed,
        run.standing,
        run.detected,
        run.given_up,
        run.stale,
    )


@endpoint(
    blueprint,
    "POST",
    "v1/models/{model}/optimize",
    summary="A configuration, improved by what the model's own traffic shows.",
    request=OptimizeBody,
    answer=Optimized,
    query={
        "deployment": "exact name; all of the model's unless given",
        "application": "exact name; all of them unless given",
    },
)
async def optimize_model_config(call: Call) -> Answer:
    """Improve a configuration."""
    body = call.decoded(OptimizeBody)
    scope = Scope(call.model(), call.query.get("deployment", ""), call.query.get("application", ""))
    return Answer(
        await optimize(
            scope,
            body.current_config,
            now=call.now,
            ports=ports_of(app()),
            budget=Budget(time.monotonic, time.monotonic() + _CALL_BUDGET_S),
        )
    )


def ports_of(parts: App) -> AdvicePorts:
    """Return what advice is concluded from, and where it goes."""
    settings = parts.settings
    return AdvicePorts(
        parts.reading,
        parts.digests,
        parts.load_pricing,
        Limits(
            settings.max_mean_response_ms,
            settings.max_p99_response_ms,
            settings.max_error_rate_percent / 100,
            settings.max_tokens_per_request,
        ),
        recommendation_ports(parts),
    )
