"""A price's life on the running app: published, refreshed from Azure, put by hand, taken back."""

import pytest

from tests.e2e.api import Api
from tests.tools.refresh_prices.retail_api import retail_api, row
from tools.refresh_prices.__main__ import main

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]

MODEL = "gpt-4.1-nano"
ASKED = {"model": MODEL, "input_tokens": 1_000_000, "output_tokens": 100_000}


def total(api: Api, **more: str) -> str:
    answer = api.post("v1/costs/calculate", {**ASKED, **more})
    assert answer.status == 200, answer.body
    return str(answer.json()["total_cost"])


def test_a_price_is_published_refreshed_put_and_taken_back(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    # By hand: 1 x 0.10 + 0.1 x 0.40.
    assert total(api) == "0.14"
    rows = [
        row(f"gpt 4.1 nano {way} glbl Tokens", usd, "1K", productName="Azure OpenAI")
        for way, usd in (("Inp", 0.00008), ("Outp", 0.0004))
    ]
    with retail_api(rows) as retail:
        command = ["--url", retail.url, "--app", f"http://127.0.0.1:{api.port}"]
        assert main(command) == 0
        assert "1 not in the book" in capsys.readouterr().out
        assert total(api) == "0.14"
        assert main([*command, "--apply"]) == 0
        assert "1 prices put into the app's book" in capsys.readouterr().out
        assert main(command) == 0
        assert "0 not in the book" in capsys.readouterr().out
    assert total(api) == "0.12"
    assert total(api, at="2026-02-28T23:59:59Z") == "0.14"
    assert total(api, at="2026-03-01T00:00:00Z") == "0.12"
    body = {"input": "0.05", "output": "0.2", "effective_from": "2026-11-01", "by": "jo"}
    put = api.put(f"v1/prices/{MODEL}", body)
    assert [each["by"] for each in put.json()["history"]] == ["refresh_prices", "jo"]
    assert total(api) == "0.07"
    assert api.delete(f"v1/prices/{MODEL}?by=jo").status == 204
    assert total(api) == "0.14"
    history = api.seen(f"v1/prices/{MODEL}")["history"]
    assert [each["withdrawn"] for each in history] == [False, False, True, True]
