"""The price book of a running app: read page by page, and added to."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from shared.domain.price.list_price import ContextBand, ListPrice, Meter
from shared.domain.price.money import usd_text
from shared.domain.price.offer import asked_offer, asked_tier, type_name

_PAGE = 1_000
_TIMEOUT_S = 60


class AppError(Exception):
    """The app did not answer as it should; the message says what came."""


class AppBook:
    """The book of one app."""

    def __init__(self, base_url: str, key: str) -> None:
        """Keep where the app is, as `https://<app>.azurewebsites.net`, and its function key."""
        self._base = base_url.rstrip("/")
        self._headers = {"Content-Type": "application/json"}
        if key:
            self._headers["x-functions-key"] = key

    def prices(self, day: date) -> list[ListPrice]:
        """Return the prices in force on a day.

        Raises:
            AppError: it could not be reached or did not answer 200.
        """
        return [_price(each) for each in self._listed(day)]

    def put(self, price: ListPrice, *, by: str) -> None:
        """Put a price into the book; raise `AppError` where it is refused."""
        first, *longer = price.bands or (ContextBand(0, {}),)
        body: dict[str, Any] = {
            "deployment_type": type_name(price.offer),
            "service_tier": price.offer.tier.value,
            "effective_from": str(price.effective_from),
            "regions": sorted(price.regions),
            "source": price.source,
            "by": by,
            **_texts(first),
        }
        if longer:
            bands = [{"above_tokens": band.above_tokens, **_texts(band)} for band in longer]
            body["context_bands"] = bands
        if price.ptu_hour_usd is not None:
            body["ptu_hour"] = usd_text(price.ptu_hour_usd)
        query = urllib.parse.urlencode({"model": price.model})
        self._call("PUT", f"/api/v1/prices/-?{query}", json.dumps(body).encode())

    def _listed(self, day: date) -> Iterator[dict[str, Any]]:
        query = {"at": str(day), "limit": str(_PAGE)}
        while True:
            page = self._call("GET", f"/api/v1/prices?{urllib.parse.urlencode(query)}")
            yield from page["prices"]
            if not page["next"]:
                return
            query["next"] = page["next"]

    def _call(self, method: str, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(
            f"{self._base}{path}", data=body, headers=self._headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:
                return json.loads(response.read())
        except urllib.error.HTTPError as error:
            came = error.read().decode(errors="replace")[:300]
            raise AppError(f"{method} {path}: {error.code} {came}") from error
        except (OSError, ValueError) as error:
            raise AppError(f"{method} {path}: {error}") from error


def _texts(band: ContextBand) -> dict[str, str]:
    return {meter.value: usd_text(usd) for meter, usd in band.usd_per_million.items()}


def _price(shown: dict[str, Any]) -> ListPrice:
    hour = shown["ptu_hour"]
    bands = [{**shown, "above_tokens": 0}, *shown["context_bands"]]
    return ListPrice(
        model=shown["model"],
        offer=asked_offer(shown["deployment_type"])._replace(
            tier=asked_tier(shown["service_tier"])
        ),
        effective_from=date.fromisoformat(shown["effective_from"] or str(date.min)),
        bands=() if hour else tuple(ContextBand(b["above_tokens"], _rates(b)) for b in bands),
        ptu_hour_usd=Decimal(hour) if hour else None,
        regions=frozenset(shown["regions"]),
        source=shown["source"],
    )


def _rates(shown: dict[str, Any]) -> dict[Meter, Decimal]:
    return {meter: Decimal(shown[meter]) for meter in Meter if shown.get(meter)}
