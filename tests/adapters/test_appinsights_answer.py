"""How an answer of the ingestion endpoint is read, case by case."""

import pytest

from shared.adapters.appinsights_answer import Answer, ItemError, Verdict, judge, read_answer

BUSY = ItemError(1, 503, "Service unavailable")
BAD = ItemError(0, 400, "109: Field 'name' is invalid")
OLD = ItemError(0, 400, "103: Field 'time' is older than the allowed min date.")
SAMPLED = ItemError(1, 206, "Telemetry sampled out.")


@pytest.mark.parametrize(
    ("answer", "posted", "verdict"),
    [
        pytest.param(Answer(206, None, 1, (BUSY,)), 2, Verdict((1,), ()), id="busy-comes-again"),
        pytest.param(Answer(206, None, 1, (BAD,)), 2, Verdict((), ((0, BAD),)), id="bad-is-final"),
        pytest.param(Answer(400, None, 0, (BAD,)), 1, Verdict((0,), ()), id="bad-alone-stays"),
        pytest.param(Answer(400, None, 0, (OLD,)), 1, Verdict((), ((0, OLD),)), id="old-is-final"),
        pytest.param(
            Answer(206, None, 0, (BAD, BUSY)), 2, Verdict((0, 1), ()), id="none-taken-all-stay"
        ),
        pytest.param(
            Answer(206, None, 1, (SAMPLED,)), 2, Verdict((), ((1, SAMPLED),)), id="sampled-is-final"
        ),
        pytest.param(Answer(206, None, 1, ()), 2, None, id="an-item-is-unaccounted-for"),
        pytest.param(Answer(206, None, 1, (BUSY,)), 1, None, id="an-index-is-out-of-range"),
        pytest.param(
            Answer(206, None, 1, (ItemError(None, 429, "slow"),)), 2, None, id="no-index-is-given"
        ),
        pytest.param(Answer(206, None, 0, (BUSY, BUSY)), 2, None, id="an-index-comes-twice"),
        pytest.param(Answer(503, None, 1, (BUSY,)), 2, None, id="the-whole-post-failed"),
        pytest.param(Answer(), 1, None, id="no-answer"),
    ],
)
def test_an_answer_decides_about_each_item(
    answer: Answer, posted: int, verdict: Verdict | None
) -> None:
    assert judge(answer, posted) == verdict


def test_the_endpoints_json_is_read() -> None:
    body = (
        '{"itemsReceived": 2, "itemsAccepted": 1, "appId": null,'
        ' "errors": [{"index": 1, "statusCode": 503, "message": "Service unavailable"}]}'
    )
    assert read_answer(206, None, body) == Answer(206, None, 1, (BUSY,))


@pytest.mark.parametrize("body", ["", "<html>Bad gateway</html>", "[]", '{"errors": null}'])
def test_another_body_accounts_for_nothing(body: str) -> None:
    assert read_answer(206, None, body) == Answer(206)


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [("90", 90), (None, None), ("", None), ("Mon, 23 Nov 2026 10:00:00 GMT", None), ("-1", None)],
)
def test_a_pause_in_whole_seconds_is_read(header: str | None, wait_s: int | None) -> None:
    assert read_answer(429, header, "{}").retry_after_s == wait_s
