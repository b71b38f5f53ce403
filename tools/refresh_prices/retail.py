"""The Azure Retail Prices API: every price of a service, page by page, with retries.

It needs no sign-in. Answers are JSON, `{"Items": [...], "NextPageLink": url or null}`; it answers
429 where it is asked too often. Numbers are read as the decimals they are written as.
"""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

API = "https://prices.azure.com/api/retail/prices"
SERVICE = "Foundry Models"
MAX_PAGES = 1_000
TRIES = 5

_VERSION = "2023-01-01-preview"
_AGAIN = (429, 500, 502, 503, 504)
_TIMEOUT_S = 60
_MAX_WAIT_S = 60.0
_PORTS = {"http": 80, "https": 443}

type Row = dict[str, Any]


class RetailError(Exception):
    """The API cannot be read to its end; the message says where and why."""


def fetch_rows(
    base: str, *, wait: Callable[[float], None], told: Callable[[str], None]
) -> list[Row]:
    """Return every row of the service's prices.

    Args:
        base: the API's address.
        wait: seconds to let pass before a call is tried again.
        told: what is worth telling meanwhile.

    Raises:
        RetailError: it did not answer, or not in its shape, or its pages never end.
    """
    query = {
        "api-version": _VERSION,
        "currencyCode": "USD",
        "$filter": f"serviceName eq '{SERVICE}'",
    }
    rows: list[Row] = []
    for page in _pages(f"{base}?{urllib.parse.urlencode(query)}", wait, told):
        rows += page
    return rows


def _pages(
    first: str, wait: Callable[[float], None], told: Callable[[str], None]
) -> Iterator[list[Row]]:
    url, seen = first, set[str]()
    while url:
        if url in seen:
            raise RetailError(f"page {len(seen) + 1} leads back to one that was read: {url}")
        if len(seen) == MAX_PAGES:
            raise RetailError(f"more than {MAX_PAGES} pages")
        if _place(url) != _place(first):
            raise RetailError(f"page {len(seen) + 1} is elsewhere: {url}")
        seen.add(url)
        answer = _answer(url, wait, told)
        items = answer.get("Items") if isinstance(answer, dict) else None
        if not isinstance(items, list):
            raise RetailError(f"page {len(seen)}: expected an object with Items, at {url}")
        yield [each for each in items if isinstance(each, dict)]
        url = answer.get("NextPageLink") or ""


def _place(url: str) -> tuple[str, str | None, int | None]:
    parts = urllib.parse.urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _answer(url: str, wait: Callable[[float], None], told: Callable[[str], None]) -> Any:
    request = urllib.request.Request(url, headers={"Accept": "application/json"})
    for attempt in range(1, TRIES + 1):
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:
                return json.loads(response.read(), parse_float=Decimal)
        except urllib.error.HTTPError as error:
            if error.code not in _AGAIN:
                raise RetailError(f"{error.code} from {url}") from error
            reason, pause = str(error.code), _retry_after(error) or 2.0**attempt
        except (OSError, ValueError) as error:
            reason, pause = str(error), 2.0**attempt
        if attempt < TRIES:
            told(f"{reason} from {_place(url)[1]}; again in {pause:g} s")
            wait(pause)
    raise RetailError(f"{TRIES} tries: {reason} from {url}")


def _retry_after(error: urllib.error.HTTPError) -> float | None:
    text = (error.headers.get("Retry-After") or "").strip()
    return min(float(text), _MAX_WAIT_S) if text.isdigit() else None
