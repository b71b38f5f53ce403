"""HTTP calls as the worker sees them: an ASGI request becomes a Datum, a Datum an ASGI answer."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from azure_functions_runtime.bindings.datumdef import Datum

type RawHeaders = Sequence[tuple[bytes, bytes]]

_EMPTY: Mapping[str, str] = {}


def headers_of(raw: RawHeaders) -> dict[str, str]:
    """Return headers by lower-case name; repeated ones joined by a comma."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
    return headers if len(headers) == len(raw) else _joined(raw)


def query_of(raw: bytes) -> Mapping[str, str]:
    """Return the query by name: empty values are dropped, repeated ones joined by a comma."""
    if not raw:
        return _EMPTY
    query: dict[str, str] = {}
    for name, value in parse_qsl(raw.decode("latin-1")):
        query[name] = f"{query[name]},{value}" if name in query else value
    return query


def request_datum(
    scope: Mapping[str, Any],
    headers: Mapping[str, str],
    query: Mapping[str, str],
    route: Mapping[str, str],
    body: bytes,
) -> Datum:
    """Return the value of an HTTP trigger."""
    search = scope["query_string"].decode("latin-1")
    address = f"{scope['scheme']}://{headers.get('host', 'localhost')}"
    url = f"{address}{scope['raw_path'].decode('latin-1')}{'?' if search else ''}{search}"
    value = {
        "method": Datum(scope["method"], "string"),
        "url": Datum(url, "string"),
        "headers": _strings(headers),
        "query": _strings(query),
        "params": _strings(route),
        "body": Datum(body, "bytes"),
    }
    return Datum(value, "http")


def answer_of(returned: Datum | None) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return status, headers and body of what a function returned; a plain text is a 200."""
    if returned is None:
        return 204, [], b""
    if returned.type == "string":
        return 200, [(b"content-type", b"text/plain; charset=utf-8")], returned.value.encode()
    value = returned.value
    headers = [
        (name.lower().encode("latin-1"), datum.value.encode("latin-1"))
        for name, datum in value["headers"].items()
    ]
    for jar in value["cookies"] or ():
        headers += [(b"set-cookie", cookie.OutputString().encode()) for cookie in jar.values()]
    return int(value["status_code"].value), headers, value["body"].value


def _strings(values: Mapping[str, str]) -> dict[str, Datum]:
    return {name: Datum(value, "string") for name, value in values.items()}


def _joined(raw: RawHeaders) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers
