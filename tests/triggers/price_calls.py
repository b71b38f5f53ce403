"""Prices put and costs calculated over HTTP."""

from typing import Any

from tests.triggers.http_app import HttpApp


async def put(app: HttpApp, model: str, body: dict[str, Any], **query: str) -> Any:
    """Put a price; return the answer."""
    answer = await app.send("put_one_price", body, model=model, query=query)
    assert answer.status == 200, answer.body
    return answer.body


async def calculated(app: HttpApp, **body: Any) -> Any:
    """Return what a call costs."""
    answer = await app.send("calculate_cost", body)
    assert answer.status == 200, answer.body
    return answer.body
