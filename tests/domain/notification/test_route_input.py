"""Routes as people put them, and every reason to refuse some."""

from typing import Any

import msgspec
import pytest

from shared.domain.notification.route import Route
from shared.domain.notification.route_input import MAX_ROUTES, parse_routes
from shared.domain.rule.words import Severity
from shared.errors import InvalidInput

_FULL: dict[str, Any] = {
    "matchers": {"team": "web"},
    "severities": ["error", "critical"],
    "channels": ["ops", "log"],
    "group_by": ["model"],
    "group_wait_s": 60,
    "group_interval_s": 0,
}


def _parsed(*routes: Any) -> tuple[Route, ...]:
    return parse_routes(msgspec.json.encode(routes), channels={"ops", "log"})


def test_routes_are_read_in_their_order() -> None:
    assert _parsed(_FULL, {"channels": []}) == (
        Route(
            matchers={"team": "web"},
            severities=(Severity.ERROR, Severity.CRITICAL),
            channels=("ops", "log"),
            group_by=("model",),
            group_wait_s=60,
            group_interval_s=0,
        ),
        Route(group_wait_s=30, group_interval_s=300),
    )


def test_there_may_be_none() -> None:
    assert _parsed() == ()


@pytest.mark.parametrize(
    ("changes", "path", "reason"),
    [
        ({"channels": ["ops", "nobody"]}, "channels[1]", "expected a channel that exists"),
        ({"channels": ["ops", "ops"]}, "channels", "expected each entry once"),
        ({"severities": ["loud"]}, "severities[0]", "expected one of info, warning, error"),
        ({"group_by": ["model", "model"]}, "group_by", "expected each entry once"),
        ({"group_wait_s": -1}, "group_wait_s", "expected an integer >= 0"),
        ({"group_wait_s": 3_601}, "group_wait_s", "expected an integer <= 3600"),
        ({"group_wait_s": 1.5}, "group_wait_s", "expected an integer"),
        ({"group_interval_s": 86_401}, "group_interval_s", "expected an integer <= 86400"),
        ({"matchers": {"team": 1}}, "matchers", "expected each value to be text"),
        ({"matchers": {"team": "\x00"}}, "matchers", "expected no control characters"),
        ({"repeat_interval_s": 60}, "repeat_interval_s", "unknown field"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named(changes: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _parsed({"channels": []}, _FULL | changes)

    (fault,) = refused.value.faults
    assert fault.path == f"[1].{path}"
    assert fault.reason.startswith(reason)


def test_faults_of_every_route_are_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        _parsed({}, "ops", {"channels": ["nobody"]})

    paths = [fault.path for fault in refused.value.faults]
    assert paths == ["[0].channels", "[1]", "[2].channels[0]"]


@pytest.mark.parametrize(
    "body", [b"{}", b"", msgspec.json.encode([{"channels": []}] * (MAX_ROUTES + 1))]
)
def test_what_is_no_list_of_so_many_routes_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput, match="body: expected"):
        parse_routes(body, channels=())
