"""The payload of plain webhooks: everything there is to know, versioned, nothing left out.

    {"schema": "1", "dispatch_id": "...", "channel": "ops", "environment": "production",
     "group": {"model": "gpt-5"}, "due_at": "...", "alerts": [{"occasion": "firing", "time": "...",
     ...every field of an alert as GET /api/v1/alerts/{id} has it...}]}

`occasion` is firing, repeat or resolved. A field may be added within a schema; one that is taken
away or changed makes it another.
"""

import msgspec

from shared.domain.notification.dispatch import Dispatch

SCHEMA = "1"
_encode = msgspec.json.Encoder().encode


def generic_body(dispatch: Dispatch) -> bytes:
    """Return the JSON body for a plain webhook."""
    return _encode(
        {
            "schema": SCHEMA,
            "dispatch_id": dispatch.dispatch_id,
            "channel": dispatch.channel,
            "environment": dispatch.environment,
            "group": dispatch.group,
            "due_at": dispatch.due_at,
            "alerts": [
                {"occasion": told.occasion, "time": told.time, **msgspec.structs.asdict(told.alert)}
                for told in dispatch.told
            ],
        }
    )
