"""From the JSON of a list of routes to `Route`s, or to every reason why not."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from shared.domain.muting.matcher_input import LabelNames, Matchers, control_faults
from shared.domain.notification.route import Route
from shared.domain.record.decoding import DECODE_ERRORS
from shared.domain.record.field_decoding import FieldDecoder, refusal
from shared.domain.rule.words import Severity
from shared.errors import Fault, InvalidInput

MAX_ROUTES = 100
MAX_WAIT_S = 3_600
MAX_INTERVAL_S = 86_400

_FIELDS = FieldDecoder(
    {
        "matchers": Matchers,
        "severities": Annotated[list[Severity], Meta(max_length=len(Severity))],
        "channels": Annotated[list[str], Meta(max_length=16)],
        "group_by": LabelNames,
        "group_wait_s": Annotated[int, Meta(ge=0, le=MAX_WAIT_S)],
        "group_interval_s": Annotated[int, Meta(ge=0, le=MAX_INTERVAL_S)],
    },
    required=("channels",),
    words={"severities": Severity},
)
_LISTS = ("severities", "channels", "group_by")
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def parse_routes(body: bytes, *, channels: Collection[str]) -> tuple[Route, ...]:
    """Return the routes that a JSON list states, in its order.

    Args:
        body: the JSON as sent.
        channels: the names of those that exist.

    Raises:
        InvalidInput: with one fault per field that is missing, unknown or not as it should be.
    """
    try:
        raws = _LIST.decode(body)
    except DECODE_ERRORS as error:
        raise InvalidInput.at("body", f"expected a JSON list of routes ({error})") from error
    if len(raws) > MAX_ROUTES:
        raise InvalidInput.at("body", f"expected at most {MAX_ROUTES} routes, got {len(raws)}")
    routes: list[Route] = []
    faults: list[Fault] = []
    for at, raw in enumerate(raws):
        values, found = _read(raw)
        found += [*_repeated(values), *_unknown(values, channels)]
        found += control_faults("matchers", values.get("matchers", {}))
        faults += [Fault(f"[{at}].{fault.path}".rstrip("."), fault.reason) for fault in found]
        if not found:
            routes.append(Route(**{n: _fixed(value) for n, value in values.items()}))
    if faults:
        raise refusal(faults)
    return tuple(routes)


def _read(raw: msgspec.Raw) -> tuple[dict[str, Any], list[Fault]]:
    try:
        return _FIELDS.decode(raw)
    except InvalidInput as error:
        return {}, [Fault("", fault.reason) for fault in error.faults]


def _repeated(values: Mapping[str, Any]) -> Iterator[Fault]:
    for name in _LISTS:
        items = values.get(name, [])
        if len(set(items)) < len(items):
            yield Fault(name, "expected each entry once")


def _unknown(values: Mapping[str, Any], channels: Collection[str]) -> Iterator[Fault]:
    for at, name in enumerate(values.get("channels", [])):
        if name not in channels:
            yield Fault(f"channels[{at}]", f"expected a channel that exists, got {name!r:.140}")


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
