"""From the JSON of a channel to a `Channel`, or to every reason why not."""

from collections.abc import Iterator
from typing import Any

import msgspec

from shared.domain.notification.channel import (
    PAGERDUTY_URL,
    SETTING_NAME,
    Channel,
    ChannelType,
)
from shared.domain.notification.channel_url import host_of, url_fault
from shared.domain.record.decoding import DECODE_ERRORS, fault_of
from shared.domain.record.field_decoding import name_faults
from shared.errors import Fault, InvalidInput

_PAGERDUTY_DOMAIN = ".pagerduty.com"
_FIELDS: dict[str, Any] = {
    "name": str,
    "type": ChannelType,
    "url": str | None,
    "url_setting": str | None,
    "secret_setting": str | None,
    "enabled": bool,
}
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in _FIELDS.items()}
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


class ChannelBody(msgspec.Struct, frozen=True):
    """A channel as it is put: one of `url` and `url_setting`, PagerDuty may leave out both."""

    type: ChannelType
    url: str | None = None
    url_setting: str | None = None
    secret_setting: str | None = None
    enabled: bool = True


def parse_channel(body: bytes, *, name: str, allow_private: bool) -> Channel:
    """Return the channel that a JSON object states.

    Args:
        body: the JSON as sent.
        name: the channel's name, from the route; the body may repeat it.
        allow_private: True lets http and addresses that are not public pass.

    Raises:
        InvalidInput: with one fault per field that is missing, unknown or not as it should be;
            none of them repeats a URL.
    """
    try:
        raw = _OBJECT.decode(body)
    except DECODE_ERRORS as error:
        raise InvalidInput.at("body", f"expected a JSON object ({error})") from error
    values, faults = _decoded(raw)
    channel = Channel(
        name=name,
        type=values.get("type", ChannelType.WEBHOOK),
        url=values.get("url") or "",
        url_setting=values.get("url_setting") or "",
        secret_setting=values.get("secret_setting") or "",
        enabled=values.get("enabled", True),
    )
    faults += name_faults(name, values.get("name", name))
    if "type" in values:
        faults += [*_place_faults(channel, allow_private=allow_private), *_setting_faults(channel)]
    if faults:
        raise InvalidInput("; ".join(f"{each.path}: {each.reason}" for each in faults), faults)
    return channel


def _decoded(raw: dict[str, msgspec.Raw]) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults = [] if "type" in raw else [Fault("type", "required, but missing")]
    for field, text in raw.items():
        if field not in _DECODERS:
            faults.append(Fault(field, "unknown field"))
            continue
        try:
            values[field] = _DECODERS[field].decode(text)
        except DECODE_ERRORS as error:
            choices = tuple(ChannelType) if field == "type" else ()
            faults.append(Fault(field, fault_of(str(error), text, choices).reason))
    return values, faults


def _place_faults(channel: Channel, *, allow_private: bool) -> Iterator[Fault]:
    pagerduty = channel.type is ChannelType.PAGERDUTY
    if channel.url and channel.url_setting:
        yield Fault("url", "expected exactly one of url and url_setting, got both")
    if not channel.url and not channel.url_setting and not pagerduty:
        yield Fault("url", "expected exactly one of url and url_setting, got neither")
    if not channel.url:
        return
    reason = url_fault(channel.url, allow_private=allow_private)
    # Else whoever may put a channel could have any app setting sent to a host of theirs.
    if reason is None and pagerduty and not (allow_private or _is_pagerduty(channel.url)):
        reason = (
            f"expected a host of pagerduty.com, as in {PAGERDUTY_URL}, where the URL is not in "
            "a setting"
        )
    if reason is not None:
        yield Fault("url", reason)


def _is_pagerduty(url: str) -> bool:
    return host_of(url).endswith(_PAGERDUTY_DOMAIN)


def _setting_faults(channel: Channel) -> Iterator[Fault]:
    for field in ("url_setting", "secret_setting"):
        text = getattr(channel, field)
        if text and not SETTING_NAME.fullmatch(text):
            # What does not look like a name may be the secret itself.
            yield Fault(field, "expected the name of an app setting, as OPS_WEBHOOK_SECRET")
    if channel.type is ChannelType.PAGERDUTY and not channel.secret_setting:
        yield Fault("secret_setting", "required for pagerduty: names the routing key's app setting")
