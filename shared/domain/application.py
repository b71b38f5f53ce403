"""What is known of an application besides its traffic: how long it can wait, and what it demands.

The cost plan offers an application only what these say it can bear; nothing is assumed.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from shared.domain.record.checks import CONTROL
from shared.domain.record.field_decoding import FieldDecoder, refusal
from shared.domain.record.request import Name
from shared.errors import Fault

MOST_S = 30 * 86_400.0
_MAX_NAME = 256

Seconds = Annotated[float, Meta(ge=0, le=MOST_S)]
Share = Annotated[float, Meta(ge=0, le=1)]


class Residency(StrEnum):
    """How far prompts and answers may travel to be computed."""

    GLOBAL = "global"
    DATA_ZONE = "data_zone"
    REGIONAL = "regional"


class ApplicationBody(msgspec.Struct, frozen=True):
    """An application as it is put; whatever is left out is not known."""

    max_delay_s: Seconds | None = None
    timeout_s: Seconds | None = None
    residency: Residency | None = None
    quality_threshold: Share | None = None
    owner: Name | None = None


class Application(ApplicationBody, frozen=True, kw_only=True):
    """An application.

    Attributes:
        name: as requests report it.
        max_delay_s: how long an answer may take, seconds; a day and more can go in batches.
        timeout_s: when its client gives up on one call, seconds.
        residency: how far prompts and answers may travel.
        quality_threshold: the mean score that answers have to keep, 0..1.
        owner: whom to ask.
    """

    name: str


_FIELDS = FieldDecoder(
    {
        "name": str,
        "max_delay_s": Seconds | None,
        "timeout_s": Seconds | None,
        "residency": Residency | None,
        "quality_threshold": Share | None,
        "owner": Name | None,
    },
    required=(),
    words={"residency": Residency},
)


def parse_application(body: bytes, *, name: str) -> Application:
    """Return the application that a JSON object states.

    Args:
        body: the JSON as sent.
        name: from the route; the body may repeat it.

    Raises:
        InvalidInput: with one fault per field that is unknown or not as it should be.
    """
    values, faults = _FIELDS.decode(body)
    faults += _faults(name, values)
    if faults:
        raise refusal(faults)
    return Application(**(values | {"name": name}))


def _faults(name: str, values: Mapping[str, Any]) -> Iterator[Fault]:
    if not 0 < len(name) <= _MAX_NAME or CONTROL.search(name):
        yield Fault(
            "name", f"expected 1 to {_MAX_NAME} characters, none of control, got {name!r:.80}"
        )
    if values.get("name", name) != name:
        yield Fault("name", f"expected {name!r:.140} as in the route")
    if CONTROL.search(values.get("owner") or ""):
        yield Fault("owner", "expected no control characters")
    delay, timeout = values.get("max_delay_s"), values.get("timeout_s")
    if delay is not None and timeout is not None and timeout > delay:
        yield Fault("timeout_s", f"expected at most max_delay_s ({delay:g}), got {timeout:g}")
