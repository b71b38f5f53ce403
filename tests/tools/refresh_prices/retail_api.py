"""A local server that answers as the Azure Retail Prices API does, and rows as it has them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def row(meter: str, usd: Any, unit: str = "1M", **changes: Any) -> dict[str, Any]:
    """Return a row; the fields are those of the real API."""
    return {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": usd,
        "unitPrice": usd,
        "armRegionName": "eastus2",
        "location": "US East 2",
        "effectiveStartDate": "2026-03-01T00:00:00Z",
        "meterId": "00000000-0000-0000-0000-000000000000",
        "meterName": meter,
        "productId": "DZH318Z0BZ0B",
        "skuId": "DZH318Z0BZ0B/0001",
        "productName": "Azure OpenAI GPT5",
        "skuName": meter.removesuffix(" Tokens").removesuffix(" 1M"),
        "serviceName": "Foundry Models",
        "serviceId": "DZH31B3B3B3B",
        "serviceFamily": "AI + Machine Learning",
        "unitOfMeasure": unit,
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": "",
        **changes,
    }


@dataclass
class RetailApi:
    """What the server does.

    Attributes:
        pages: the rows of each page.
        refusals: status codes to answer with first, each once; 0 is a broken body.
        links: page -> where its NextPageLink leads instead.
        asked: paths that were asked for.
    """

    pages: list[list[dict[str, Any]]] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    links: dict[int, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of an answer."""
        self.asked.append(path)
        if self.refusals:
            status = self.refusals.pop(0)
            return (status, {"Retry-After": "7"}, b"busy") if status else (200, {}, b"{")
        page = int(path.partition("skip=")[2] or 0)
        following = f"{self.url}?skip={page + 1}" if page + 1 < len(self.pages) else None
        body = {
            "BillingCurrency": "USD",
            "CustomerEntityId": "Default",
            "CustomerEntityType": "Retail",
            "Items": self.pages[page],
            "NextPageLink": self.links.get(page, following),
            "Count": len(self.pages[page]),
        }
        return 200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(body).encode()


@contextmanager
def retail_api(*pages: list[dict[str, Any]], **behaviour: Any) -> Iterator[RetailApi]:
    """Serve pages of rows on a free port of this machine."""
    api = RetailApi(list(pages), **behaviour)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = api.answer(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.url = f"http://127.0.0.1:{server.server_port}/api/retail/prices"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
