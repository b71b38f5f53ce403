"""The outbox: events that were stored with what they tell, until Application Insights has them.

An event leaves the outbox only after the endpoint has taken it, so each arrives at least once; the
same event_id on every try lets a reader count it once.
"""

from collections.abc import Callable
from dataclasses import dataclass

from shared.errors import Unavailable
from shared.services.alert_ports import Alerts
from shared.services.ports import Telemetry

BATCH = 100


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the events that waited.

    Attributes:
        sent: delivered and taken out.
        waiting: still in the outbox.
        problem: why they wait; empty where none do, or only time ran out.
    """

    sent: int
    waiting: int
    problem: str = ""


async def deliver_events(
    *, alerts: Alerts, telemetry: Telemetry, timer: Callable[[], float], budget_s: float
) -> Delivery:
    """Send what waits, oldest first, until nothing is left, the endpoint fails or time runs out.

    Args:
        alerts: has the outbox.
        telemetry: where events go; where it leads nowhere, they keep waiting.
        timer: a monotonic clock, seconds.
        budget_s: how long this may take.
    """
    began, sent = timer(), 0
    while telemetry.enabled and (sent == 0 or timer() - began < budget_s):
        events = await alerts.pending_events(BATCH)
        if not events:
            return Delivery(sent, 0)
        try:
            await telemetry.send_events(events)
        except Unavailable as error:
            return Delivery(sent, await alerts.pending_count(), str(error))
        await alerts.forget_events(events)
        sent += len(events)
    return Delivery(sent, await alerts.pending_count())
