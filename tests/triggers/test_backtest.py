"""`POST /api/v1/rules/backtest` as clients see it: the contract's fields, and faults by field."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.timeline import HOUR_M, floor_to, instant, minute_of, rfc3339
from tests.triggers.http_app import Answered, HttpApp, http_app

_MINUTE = timedelta(minutes=1)
_RULE = {"name": "deep", "metric": "queue_depth", "comparison": ">", "threshold": 5}
_SPAN = {"start": "2026-11-23T10:00:00Z", "end": "2026-11-23T11:00:00Z"}


def _start() -> datetime:
    return instant(floor_to(minute_of(datetime.now(UTC)), HOUR_M) - 3 * HOUR_M)


async def _filled(http: HttpApp, start: datetime, *values: float) -> None:
    items = [
        {
            "name": "queue_depth",
            "kind": "gauge",
            "value": value,
            "timestamp": rfc3339(start + at * _MINUTE + _MINUTE / 2),
            "attributes": {"host": "a"},
        }
        for at, value in enumerate(values)
    ]
    assert (await http.send("post_metrics", {"metrics": items})).status == 202
    await http.tick()


async def _asked(body: dict[str, Any]) -> Answered:
    with http_app(live=True) as http:
        return await http.send("post_backtest", body)


async def test_the_answer_has_the_fields_of_the_contract() -> None:
    start = _start()
    with http_app(live=True) as http:
        await _filled(http, start, 1, 9, 9, 1)
        rule = _RULE | {"window_s": 60, "for_s": 60, "group_by": ["host"], "no_data": "ok"}
        asked = {"rule": rule, "start": rfc3339(start), "end": rfc3339(start + 4 * _MINUTE)}
        answer = await http.send("post_backtest", asked)

    assert answer.status == 200
    body = answer.body
    assert {name: body[name] for name in ("evaluations", "fired", "resolved", "notifications")} == {
        "evaluations": 5,
        "fired": 1,
        "resolved": 1,
        "notifications": 2,
    }
    assert (body["minutes_firing"], body["flaps"], body["suppressed"]) == (1, 0, 0)
    assert (body["changes_only"], body["step_s"], body["cut"]) == (False, 60, [])
    assert (body["start"], body["end"]) == (asked["start"], asked["end"])
    assert (body["dispatches"], body["compared_with"]) == (None, None)
    (timeline,) = body["timelines"]
    assert (timeline["rule"], timeline["labels"]) == ("deep", {"host": "a"})
    assert timeline["evaluations"] == [
        {"time": rfc3339(start + at * _MINUTE), "state": state, "value": value, "data": data}
        for at, (state, value, data) in enumerate(
            [
                ("inactive", None, "no_data"),
                ("inactive", 1.0, "ok"),
                ("pending", 9.0, "ok"),
                ("firing", 9.0, "ok"),
                ("inactive", 1.0, "ok"),
            ]
        )
    ]
    assert [(each["reason"], each["labels"]) for each in body["notices"]] == [
        ("firing", {"host": "a"}),
        ("resolved", {"host": "a"}),
    ]


async def test_nothing_is_written() -> None:
    start = _start()
    with http_app(live=True) as http:
        await _filled(http, start, 9, 9)
        await http.send(
            "post_backtest",
            {"rule": _RULE, "start": rfc3339(start), "end": rfc3339(start + 9 * _MINUTE)},
        )

        assert await http.parts.alerts.states() == {}
        assert await http.parts.alerts.pending_count() == 0


@pytest.mark.parametrize(
    ("body", "path", "reason"),
    [
        ({**_SPAN}, "rule", "expected either rule or rules, got none"),
        ({**_SPAN, "rule": _RULE, "rules": [_RULE]}, "rule", "got rule and rules"),
        ({"rule": _RULE, "end": _SPAN["end"]}, "start", "required, but missing"),
        ({"rule": _RULE, **_SPAN, "start": "2026-11-23T10:00:00"}, "start", "with an offset"),
        ({"rule": _RULE, **_SPAN, "start": "2026-11-23T11:00:01Z"}, "start", "up to end"),
        ({"rule": _RULE, **_SPAN, "start": "2026-10-09T10:59:59Z"}, "end", "at most 45 days"),
        ({"rule": _RULE, **_SPAN, "end": "9999-12-31T23:59:59.9Z"}, "end", "up to 2200"),
        ({"rule": _RULE, **_SPAN, "start": "0001-01-01T00:00:00+23:00"}, "start", "from 1970"),
        ({"rule": _RULE, **_SPAN, "step_s": 90}, "step_s", "a multiple of 60, got 90"),
        ({"rule": _RULE, **_SPAN, "step_s": 0}, "step_s", ">= 60"),
        ({"rule": _RULE | {"window_s": 90}, **_SPAN}, "rule.window_s", "a multiple of 60"),
        ({"rules": [_RULE, _RULE], **_SPAN}, "rules[1].name", "each name once: deep"),
        ({"rules": [], **_SPAN}, "rules", "at least 1"),
        ({"rule": _RULE, **_SPAN, "compare_with": [{}]}, "compare_with[0].name", "required"),
        ({"rule": _RULE, **_SPAN, "silences": 3}, "silences", "got 3"),
        (
            {"rule": _RULE, **_SPAN, "silences": [{"matchers": {}}]},
            "silences[0].matchers",
            "at least one label",
        ),
        ({"rule": _RULE, **_SPAN, "steps": 60}, "steps", "unknown field"),
    ],
)
async def test_what_is_wrong_is_told_by_field(body: dict[str, Any], path: str, reason: str) -> None:
    answer = await _asked(body)

    assert answer.status == 400
    assert reason in answer.faults[path]


async def test_exactly_forty_five_days_are_allowed() -> None:
    answer = await _asked({"rule": _RULE, **_SPAN, "start": "2026-10-09T11:00:00Z"})

    assert answer.status == 200
