"""What a call says is read with care, and each of our errors has one status."""

import gzip
from enum import StrEnum

import pytest

from shared.errors import (
    AlreadyStored,
    Conflict,
    Fault,
    InvalidInput,
    MissingTable,
    MonitorError,
    NotFound,
    Stale,
    TooLarge,
    Unavailable,
    UnsupportedMedia,
)
from shared.triggers.call import Call
from shared.triggers.responses import Answer, error_answer, http_response
from tests.domain.factories import T0

JSON = {"content-type": "application/json; charset=utf-8"}


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


def call(body: bytes = b"", *, headers: dict[str, str] | None = None, **query: str) -> Call:
    return Call(T0, {}, query, headers or {}, body)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidInput("bad"), 400, "invalid_input"),
        (NotFound("none"), 404, "not_found"),
        (Conflict("other"), 409, "conflict"),
        (Stale("changed"), 409, "conflict"),
        (TooLarge("big"), 413, "too_large"),
        (UnsupportedMedia("xml"), 415, "unsupported_media_type"),
        (Unavailable("away"), 503, "unavailable"),
        (MissingTable("no table"), 503, "unavailable"),
        (AlreadyStored("twice"), 503, "unavailable"),
        (MonitorError("something"), 503, "unavailable"),
    ],
)
def test_each_error_has_its_status_and_code(error: MonitorError, status: int, code: str) -> None:
    answer = error_answer(error)
    assert answer.status == status
    assert answer.body == {"error": {"code": code, "message": str(error), "details": []}}


def test_faults_are_listed_by_their_place() -> None:
    error = InvalidInput("two things", [Fault("a[0].b", "no"), Fault("", "neither")])
    assert error_answer(error).body["error"]["details"] == [
        {"path": "a[0].b", "reason": "no"},
        {"path": "", "reason": "neither"},
    ]


def test_who_is_turned_away_for_now_is_told_when_to_come_back() -> None:
    assert error_answer(Unavailable("away", retry_after_s=17)).headers == {"Retry-After": "17"}
    assert error_answer(NotFound("none")).headers == {}


def test_an_answer_without_a_body_is_empty() -> None:
    answer = http_response(Answer(status=204))
    assert (answer.status_code, answer.get_body()) == (204, b"")


@pytest.mark.parametrize("headers", [{}, JSON, JSON | {"content-encoding": "identity"}])
def test_a_json_body_is_read_as_it_is(headers: dict[str, str]) -> None:
    assert call(b"{}", headers=headers).body() == b"{}"


def test_a_body_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert call(b"x" * 10).body(limit_bytes=10) == b"x" * 10
    with pytest.raises(TooLarge):
        call(b"x" * 11).body(limit_bytes=10)


def test_a_small_gzip_of_something_huge_is_refused_before_it_is_unpacked() -> None:
    bomb = gzip.compress(b"0" * (64 << 20))
    with pytest.raises(TooLarge):
        call(bomb, headers={"content-encoding": "gzip"}).body()


@pytest.mark.parametrize("cut", [0, 5, -1])
def test_a_truncated_gzip_is_refused(cut: int) -> None:
    body = gzip.compress(b'{"requests": []}')[:cut]
    with pytest.raises(InvalidInput, match="gzip"):
        call(body, headers={"content-encoding": "GZIP"}).body()


@pytest.mark.parametrize(
    ("model", "query", "expected"),
    [
        ("gpt-4o", {}, "gpt-4o"),
        ("a%2Fb", {}, "a/b"),
        ("a%2fb", {}, "a/b"),
        ("a/b", {}, "a/b"),
        ("-", {"model": "a/b"}, "a/b"),
        ("-", {"model": "-"}, "-"),
    ],
)
def test_a_route_names_a_model(model: str, query: dict[str, str], expected: str) -> None:
    assert Call(T0, {"model": model}, query, {}, b"").model() == expected


@pytest.mark.parametrize("text", ["-1", "nan", "inf", "five", "1e400"])
def test_what_is_no_number_from_zero_up_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="shortest: expected a number >= 0"):
        call(shortest=text).number("shortest")


@pytest.mark.parametrize("text", ["0", "11", "1.5", "+3", "٣", ""])
def test_what_is_no_whole_number_within_bounds_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="count: expected a whole number from 1 to 10"):
        call(count=text).whole("count", 5, 1, 10)


def test_what_is_not_given_has_its_default() -> None:
    given = call()
    assert given.whole("count", 5, 1, 10) == 5
    assert given.limit() == 100
    assert given.number("shortest") is None
    assert given.flag("strict") is False
    assert given.names("group_by") == []
    assert given.choice("color", Color, Color.RED) is Color.RED


def test_choices_flags_and_lists_are_read() -> None:
    given = call(color="blue", strict="TRUE", group_by="model, deployment,")
    assert given.choice("color", Color, Color.RED) is Color.BLUE
    assert given.flag("strict") is True
    assert given.names("group_by") == ["model", "deployment"]
    with pytest.raises(InvalidInput, match="color: expected one of red, blue, got 'green'"):
        call(color="green").choice("color", Color, Color.RED)
    with pytest.raises(InvalidInput, match="strict: expected true or false"):
        call(strict="yes").flag("strict")


@pytest.mark.parametrize(
    ("stated", "accepted"),
    [
        ("text/csv", "text/csv"),
        ("TEXT/CSV;q=1", "text/csv"),
        ("application/json, text/csv", "application/json"),
        ("text/html, text/csv;q=0.5", "text/csv"),
        ("*/*", None),
        ("", None),
    ],
)
def test_the_media_type_named_first_counts(stated: str, accepted: str | None) -> None:
    asked = call(headers={"accept": stated})
    assert asked.accepted(("application/json", "text/csv")) == accepted
