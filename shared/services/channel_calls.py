"""From a channel and a dispatch to HTTP calls: the settings it names are read here, on each use."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.notification.channel import PAGERDUTY_URL, Channel, ChannelType
from shared.domain.notification.channel_payload import bodies_of
from shared.domain.notification.channel_url import url_fault
from shared.domain.notification.dispatch import Dispatch
from shared.domain.notification.retry import Problem, Reply
from shared.domain.notification.signature import DELIVERY_HEADER, SIGNATURE_HEADER, signature_of
from shared.errors import InvalidInput
from shared.services.channel_ports import Post

# What the platform leaves in a setting whose Key Vault reference it could not resolve.
_UNRESOLVED = "@Microsoft.KeyVault("
_SHOWN = "***"
# Shorter texts are no secrets, and hiding them would garble answers.
_SHORTEST_HIDDEN = 6
_URL_MARKS = re.compile("[/?&=]")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a channel leads, with its secrets.

    Attributes:
        channel: the channel.
        url: checked.
        secret: signing secret or routing key; empty for none.
    """

    channel: Channel
    url: str = field(repr=False)
    secret: str = field(repr=False)

    def calls(self, dispatch: Dispatch, now: datetime) -> list[Post]:
        """Return the calls that tell a dispatch, in order.

        Args:
            dispatch: what to tell.
            now: the clock, UTC: the time that is signed.
        """
        bodies = bodies_of(self.channel.type, dispatch, self.secret)
        return [self.call(body, dispatch.dispatch_id, now) for body in bodies]

    def call(self, body: bytes, delivery_id: str, now: datetime) -> Post:
        """Return the call that posts a body.

        Args:
            body: JSON.
            delivery_id: stable: a second delivery has the same.
            now: the clock, UTC: the time that is signed.
        """
        headers = {DELIVERY_HEADER: delivery_id}
        return Post(self.url, body, headers | self._signature(body, now))

    def hidden(self, text: str) -> str:
        """Return a receiver's words without this channel's secrets in them."""
        place = self.url.split("//", 1)[-1].partition("/")[2]
        parts = {self.url, place, self.secret, *_URL_MARKS.split(place)}
        for part in sorted(parts, key=len, reverse=True):
            if len(part) >= _SHORTEST_HIDDEN:
                text = text.replace(part, _SHOWN)
        return text

    def _signature(self, body: bytes, now: datetime) -> dict[str, str]:
        if not self.secret or self.channel.type is ChannelType.PAGERDUTY:
            return {}
        signed = signature_of(body, self.secret, timestamp_s=int(now.timestamp()))
        return {SIGNATURE_HEADER: signed}


def target_of(
    channel: Channel, secret: Callable[[str], str | None], *, allow_private: bool
) -> Target:
    """Return where a channel leads.

    Args:
        channel: as it is stored.
        secret: app setting by name; None where it is not set.
        allow_private: whether http and addresses that are not public may be called.

    Raises:
        InvalidInput: a setting is missing, or a URL is not one that may be called; the text names
            the setting, never its value.
    """
    url, name = channel.url, channel.url_setting
    if name:
        url = _setting(name, secret)
    elif not url and channel.type is ChannelType.PAGERDUTY:
        url = PAGERDUTY_URL
    fault = url_fault(url, allow_private=allow_private)
    if fault is not None:
        raise InvalidInput.at(f"setting {name}" if name else "url", fault)
    key = _setting(channel.secret_setting, secret) if channel.secret_setting else ""
    return Target(channel, url, key)


def not_configured(error: InvalidInput) -> Reply:
    """Return the reply of a call that could not even be made."""
    return Reply(problem=Problem.NOT_CONFIGURED, error=str(error))


def _setting(name: str, secret: Callable[[str], str | None]) -> str:
    text = (secret(name) or "").strip()
    if not text:
        raise InvalidInput.at(f"setting {name}", "expected a value, but it is not set")
    if text.startswith(_UNRESOLVED):
        raise InvalidInput.at(f"setting {name}", "its Key Vault reference is not resolved")
    return text
