"""One tick of alerting: evaluate what is due, tell of it, show that the monitor lives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.alert.alert import Context
from shared.domain.event import Event
from shared.domain.timeline import instant
from shared.errors import Unavailable
from shared.services.alerting import AlertingPorts, Evaluation, evaluate_alerts
from shared.services.dispatch_ports import Groups
from shared.services.dispatching import DispatchRun, dispatch_notices
from shared.services.heartbeat import heartbeat, heartbeat_due
from shared.services.outbox import Delivery, deliver_events
from shared.services.ports import Telemetry
from shared.services.rollup import COMPLETE_THROUGH
from shared.services.routes import load_routes


@dataclass(frozen=True, slots=True)
class Tick:
    """What a tick did.

    Attributes:
        evaluation: of the minutes that were due.
        dispatching: of what channels are to be told.
        delivery: of the outbox.
        signs: `alert.state` and `system.heartbeat` events sent.
    """

    evaluation: Evaluation
    dispatching: DispatchRun
    delivery: Delivery
    signs: int


async def alert_tick(
    *,
    now: datetime,
    ports: AlertingPorts,
    groups: Groups,
    telemetry: Telemetry,
    environment: str,
    catch_up_m: int,
    timer: Callable[[], float],
    budget_s: float,
) -> Tick:
    """Run the minute's work of alerting.

    Args:
        now: when the tick began, UTC.
        ports: what evaluation works on.
        groups: of alerts on their way to channels.
        telemetry: where events go, or nowhere.
        environment: where the monitor runs, stated on every event.
        catch_up_m: how many missed minutes are evaluated.
        timer: a monotonic clock, seconds.
        budget_s: how long evaluation may take, and again delivery.
    """
    context = Context(environment, connected=telemetry.enabled)
    routes = await load_routes(ports.documents)
    evaluation = await evaluate_alerts(
        now=now,
        ports=ports,
        context=context,
        catch_up_m=catch_up_m,
        timer=timer,
        budget_s=budget_s,
        routes=routes,
    )
    dispatching = DispatchRun()
    if routes is not None and evaluation.through is not None:
        dispatching = await dispatch_notices(
            through=instant(evaluation.through),
            routes=routes,
            groups=groups,
            environment=environment,
        )
    delivery = await deliver_events(
        alerts=ports.alerts, telemetry=telemetry, timer=timer, budget_s=budget_s
    )
    signs = list(evaluation.beats)
    if heartbeat_due(now):
        complete = await ports.cursors.read(COMPLETE_THROUGH)
        signs.append(
            heartbeat(
                now=now,
                environment=environment,
                complete=complete,
                evaluation=evaluation,
                delivery=delivery,
            )
        )
    return Tick(evaluation, dispatching, delivery, await _sent(signs, telemetry))


async def _sent(signs: Sequence[Event], telemetry: Telemetry) -> int:
    """Send what is not worth keeping; return how many events arrived."""
    if not signs or not telemetry.enabled:
        return 0
    try:
        await telemetry.send_events(signs)
    except Unavailable:
        return 0
    return len(signs)
