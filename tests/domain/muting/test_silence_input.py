"""A silence as people post it, and every reason to refuse one."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from shared.domain.muting.silence import Silence
from shared.domain.muting.silence_input import parse_silence
from shared.errors import InvalidInput
from tests.domain.rule_factories import MINUTE, T0

_NOW = T0 + 10 * MINUTE
_START = T0 + 9 * MINUTE
_BODY: dict[str, Any] = {
    "matchers": {"model": "gpt-5"},
    "starts_at": "2026-11-23T11:00:00Z",
    "ends_at": "2026-11-23T14:00:00+01:00",
    "by": "ada",
    "comment": "release",
}


def _parsed(**changes: Any) -> Silence:
    body = {name: value for name, value in (_BODY | changes).items() if value is not ...}
    return parse_silence(msgspec.json.encode(body), identity="s1", now=_NOW, default_start=_START)


def test_a_silence_is_read_in_utc() -> None:
    assert _parsed() == Silence(
        id="s1",
        matchers={"model": "gpt-5"},
        starts_at=T0 + timedelta(hours=1),
        ends_at=T0 + timedelta(hours=3),
        by="ada",
        comment="release",
    )


def test_what_may_be_left_out() -> None:
    silence = _parsed(starts_at=..., comment=...)

    assert (silence.starts_at, silence.comment) == (_START, "")


@pytest.mark.parametrize(
    ("changes", "path", "reason"),
    [
        ({"matchers": ...}, "matchers", "required, but missing"),
        ({"matchers": {}}, "matchers", "expected at least one label with a value"),
        ({"matchers": {"model": ""}}, "matchers", "expected at least one label with a value"),
        ({"matchers": {"model": 5}}, "matchers", "expected each value to be text"),
        ({"matchers": {"model": "a\nb"}}, "matchers", "expected no control characters"),
        (
            {"matchers": {str(at): "x" for at in range(17)}},
            "matchers",
            "expected an object of at most 16 entries",
        ),
        ({"ends_at": ...}, "ends_at", "required, but missing"),
        ({"ends_at": "2026-11-23T14:00:00"}, "ends_at", "expected an RFC 3339 time with an offset"),
        ({"ends_at": "soon"}, "ends_at", "expected an RFC 3339 time with an offset"),
        ({"ends_at": "2026-11-23T11:00:00Z"}, "ends_at", "expected a time after starts_at"),
        (
            {"starts_at": "2026-11-23T09:00:00Z", "ends_at": "2026-11-23T10:10:00Z"},
            "ends_at",
            "expected a time to come",
        ),
        (
            {"ends_at": "2027-02-21T11:00:01Z"},
            "ends_at",
            "expected at most 90 days after starts_at",
        ),
        ({"by": ...}, "by", "required, but missing"),
        ({"by": ""}, "by", "expected text of at least 1 character"),
        ({"comment": "x" * 2_049}, "comment", "expected text of at most 2048 characters"),
        ({"id": "mine"}, "id", "unknown field"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named(changes: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _parsed(**changes)

    (fault,) = refused.value.faults
    assert fault.path == path
    assert fault.reason.startswith(reason)


def test_ninety_days_are_not_too_long() -> None:
    assert _parsed(ends_at="2027-02-21T11:00:00Z").ends_at == T0 + timedelta(days=90, hours=1)


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        _parsed(matchers={}, by=7, ends_at=...)

    assert {fault.path for fault in refused.value.faults} == {"matchers", "by", "ends_at"}


@pytest.mark.parametrize("body", [b"", b"[]", b"nope", b"\xff"])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput, match="body: expected a JSON object"):
        parse_silence(body, identity="s1", now=_NOW, default_start=_START)
