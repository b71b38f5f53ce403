"""What is posted to a channel about a dispatch, in the words of its type: one body, or several."""

from shared.domain.notification.channel import ChannelType
from shared.domain.notification.channel_payload.generic import generic_body
from shared.domain.notification.channel_payload.pagerduty import pagerduty_bodies
from shared.domain.notification.channel_payload.slack import slack_body
from shared.domain.notification.channel_payload.teams import teams_body
from shared.domain.notification.dispatch import Dispatch


def bodies_of(kind: ChannelType, dispatch: Dispatch, secret: str) -> tuple[bytes, ...]:
    """Return the JSON bodies to post, in order: PagerDuty takes one for each alert.

    Args:
        kind: what the receiver understands.
        dispatch: what there is to tell.
        secret: PagerDuty's routing key; other types have no secret in the body.
    """
    match kind:
        case ChannelType.SLACK:
            return (slack_body(dispatch),)
        case ChannelType.TEAMS:
            return (teams_body(dispatch),)
        case ChannelType.PAGERDUTY:
            return pagerduty_bodies(dispatch, secret)
        case ChannelType.WEBHOOK:
            return (generic_body(dispatch),)
