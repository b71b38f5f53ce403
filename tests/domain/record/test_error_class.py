"""The class of a failure follows from its type and status, as the contract's table says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.record.error_class import ErrorClass, error_class

TABLE = [
    ("http_429", 429, "quota"),
    ("rate_limit_exceeded", 429, "quota"),
    ("no_capacity", 429, "capacity"),
    ("EngineOverloadedError", 429, "capacity"),
    ("http_408", 408, "timeout"),
    ("anything", 408, "timeout"),
    ("timeout", None, "timeout"),
    ("APITimeoutError", None, "timeout"),
    ("Request timed out", None, "timeout"),
    ("deadline-exceeded", 504, "timeout"),
    ("content_filter", 400, "content_filter"),
    ("ContentFilterFinishReasonError", 200, "content_filter"),
    ("ResponsibleAIPolicyViolation", 400, "content_filter"),
    ("http_400", 400, "client"),
    ("insufficient_quota", 403, "client"),
    ("overloaded", 404, "client"),
    ("boom", 499, "client"),
    ("http_500", 500, "server"),
    ("http_504", 504, "server"),
    ("overloaded", 503, "server"),
    ("rate_limit", 500, "server"),
    ("invalid_request", 502, "server"),
    ("abandoned", None, "abandoned"),
    ("abandoned", 429, "abandoned"),
    ("RateLimitError", None, "quota"),
    ("too many requests", None, "quota"),
    ("no_capacity", None, "capacity"),
    ("BadRequestError", None, "client"),
    ("invalid_prompt", 200, "client"),
    ("429", None, "quota"),
    ("http_429", None, "quota"),
    ("404", None, "client"),
    ("503", None, "server"),
    ("999", None, "server"),
    ("²²²", None, "server"),
    ("ConnectionError", None, "server"),
    ("_OTHER", None, "server"),
]


@pytest.mark.parametrize(("error_type", "status", "expected"), TABLE)
def test_a_failure_has_its_class(error_type: str, status: int | None, expected: str) -> None:
    assert error_class(error_type, status) is ErrorClass(expected)


@given(st.text(min_size=1), st.none() | st.integers(100, 599))
def test_every_failure_has_a_class_whatever_the_spelling(word: str, status: int | None) -> None:
    found = error_class(word, status)
    assert found in ErrorClass
    if word.isascii():
        assert error_class(f" {word.upper()} ", status) is found
