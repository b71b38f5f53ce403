"""What channels were told of an alert, beside what its events say."""

import msgspec

from shared.domain.alert.view import Alert
from shared.services.channel_ports import Dispatches


async def with_history(alert: Alert, *, dispatches: Dispatches) -> Alert:
    """Return an alert whose notifications are those of every channel, the oldest first."""
    told = await dispatches.history(alert.alert_id)
    every = sorted((*alert.notifications, *told), key=lambda each: each.time)
    return msgspec.structs.replace(alert, notifications=tuple(every))
