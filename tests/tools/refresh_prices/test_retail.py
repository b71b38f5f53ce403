"""Reading the API to its end, or saying why not."""

from decimal import Decimal
from typing import Any

import pytest

from tests.tools.refresh_prices.retail_api import RetailApi, retail_api, row
from tools.refresh_prices.retail import TRIES, RetailError, fetch_rows

ONE, OTHER = row("5.4 inp Gl 1M Tokens", 2.5), row("5.4 opt Gl 1M Tokens", 15)


def fetched(api: RetailApi, waits: list[float] | None = None) -> list[dict[str, Any]]:
    pauses: list[float] = [] if waits is None else waits
    return fetch_rows(api.url, wait=pauses.append, told=lambda _: None)


def test_every_page_is_read_and_numbers_are_decimals() -> None:
    with retail_api([ONE], [OTHER], []) as api:
        rows = fetched(api)
    assert [each["retailPrice"] for each in rows] == [Decimal("2.5"), 15]
    assert "serviceName+eq+%27Foundry+Models%27" in api.asked[0]
    assert len(api.asked) == 3


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 0])
def test_a_refusal_is_waited_out(status: int) -> None:
    waits: list[float] = []
    with retail_api([ONE], [OTHER], refusals=[status, status]) as api:
        assert len(fetched(api, waits)) == 2
    assert waits == ([7.0, 7.0] if status else [2.0, 4.0])


def test_an_api_that_keeps_refusing_is_given_up() -> None:
    waits: list[float] = []
    with (
        retail_api([ONE], refusals=[503] * 99) as api,
        pytest.raises(RetailError, match="503 from"),
    ):
        fetched(api, waits)
    assert (len(api.asked), len(waits)) == (TRIES, TRIES - 1)


def test_a_mistake_of_ours_is_not_tried_again() -> None:
    with retail_api([ONE], refusals=[400]) as api, pytest.raises(RetailError, match="400 from"):
        fetched(api)
    assert len(api.asked) == 1


def test_pages_that_lead_back_are_an_error() -> None:
    with retail_api([ONE], [OTHER]) as api:
        api.links[1] = f"{api.url}?skip=1"
        with pytest.raises(RetailError, match="page 3 leads back to one that was read"):
            fetched(api)


def test_pages_elsewhere_are_an_error() -> None:
    with retail_api([ONE]) as api:
        api.links[0] = "http://prices.example/api?skip=1"
        with pytest.raises(RetailError, match="page 2 is elsewhere"):
            fetched(api)


def test_an_answer_of_another_shape_is_an_error() -> None:
    with retail_api({"Error": "no"}) as api, pytest.raises(RetailError, match="expected an object"):  # type: ignore[arg-type]
        fetched(api)


def test_nobody_listening_is_an_error() -> None:
    with retail_api([ONE]) as api:
        pass
    with pytest.raises(RetailError, match="5 tries"):
        fetched(api)
