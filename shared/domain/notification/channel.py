"""A channel: a receiver of notifications, and what of it may be shown.

What must stay secret (the URL of a Slack or Teams webhook, a signing secret, a routing key) is
named by the app setting that holds it, which in Azure may be a Key Vault reference. A stored URL
of a type whose URL is the secret is shown by scheme and host only; of the others, all but the
query.
"""

import re
from enum import StrEnum
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET, UnsetType

PAGERDUTY_URL = "https://events.pagerduty.com/v2/enqueue"
SETTING_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,127}")
# Not ASCII, so that a shortened URL that is put back is refused.
HIDDEN = "\N{HORIZONTAL ELLIPSIS}"

_ADVICE = (
    "whoever knows this URL can post there: keep it in an app setting and name that in url_setting"
)


class ChannelType(StrEnum):
    """What a receiver understands."""

    WEBHOOK = "webhook"
    SLACK = "slack"
    TEAMS = "teams"
    PAGERDUTY = "pagerduty"

    @property
    def secret_url(self) -> bool:
        """Tell whether knowing the URL is all it takes to post there."""
        return self in (ChannelType.SLACK, ChannelType.TEAMS)


class Channel(msgspec.Struct, frozen=True):
    """A channel as it is stored; `parse_channel` builds them.

    Attributes:
        url: where to post; empty where `url_setting` stands instead.
        url_setting: name of the app setting that holds the URL; empty for none.
        secret_setting: name of the app setting that holds the signing secret, or PagerDuty's
            routing key; empty for none.
        enabled: whether it is sent to.
    """

    name: str
    type: ChannelType
    url: str = ""
    url_setting: str = ""
    secret_setting: str = ""
    enabled: bool = True


class ChannelView(msgspec.Struct, frozen=True):
    """A channel as people see it.

    Attributes:
        url: without what is secret in it; null where `url_setting` stands instead.
        advice: what to do better; absent where there is nothing.
    """

    name: str
    type: ChannelType
    url: str | None
    url_setting: str | None
    secret_setting: str | None
    enabled: bool
    advice: str | UnsetType = UNSET


def view_of(channel: Channel) -> ChannelView:
    """Return what may be shown of a channel."""
    return ChannelView(
        name=channel.name,
        type=channel.type,
        url=shown_url(channel) or None,
        url_setting=channel.url_setting or None,
        secret_setting=channel.secret_setting or None,
        enabled=channel.enabled,
        advice=_ADVICE if channel.url and channel.type.secret_url else UNSET,
    )


def shown_url(channel: Channel) -> str:
    """Return a stored URL without its secret parts; empty where none is stored."""
    if not channel.url:
        return ""
    parts = urlsplit(channel.url)
    site = f"{parts.scheme}://{parts.netloc}"
    if channel.type.secret_url:
        return f"{site}/{HIDDEN}"
    return f"{site}{parts.path}{f'?{HIDDEN}' if parts.query else ''}"
