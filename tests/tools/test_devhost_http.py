"""HTTP functions under the local host."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools.http_calls import call
from tools.apphost import AppHost, HostOptions

LIMIT_BYTES = 1_000_000


@pytest.fixture(scope="module")
def port(web_app: Path) -> Iterator[int]:
    settings = {"FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": str(LIMIT_BYTES)}
    with AppHost.start(web_app, settings=settings) as host:
        yield host.port


def test_a_function_sees_the_whole_call(port: int) -> None:
    answer = call(port, "POST", "/api/echo?q=a%20b", b"hello", {"X-Custom": "1"})
    seen = answer.json()
    assert answer.status == 201
    assert answer.headers["content-type"] == "application/json"
    assert seen["url"] == f"http://127.0.0.1:{port}/api/echo?q=a%20b"
    assert seen["query"] == {"q": "a b"}
    assert seen["headers"]["x-custom"] == "1"
    assert seen["body"] == "hello"


def test_empty_query_values_are_dropped_and_repeated_ones_joined(port: int) -> None:
    assert call(port, "GET", "/api/echo?a=1&b=&a=2&c").json()["query"] == {"a": "1,2"}


def test_an_encoded_slash_stays_in_its_segment(port: int) -> None:
    assert call(port, "GET", "/api/models/azure%2Fgpt%205/report").body == b"model=azure/gpt 5"


def test_a_catch_all_takes_the_rest_of_the_path(port: int) -> None:
    assert call(port, "GET", "/api/models/-/a/b").body == b"rest=a/b"


def test_a_text_is_answered_as_plain_text(port: int) -> None:
    answer = call(port, "GET", "/api/models/x/report")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")


def test_no_content_has_no_length_and_keeps_its_cookies(port: int) -> None:
    answer = call(port, "GET", "/api/open")
    assert (answer.status, answer.body, answer.headers["set-cookie"]) == (204, b"", "a=1")
    assert "content-length" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("PUT", "/api/echo", id="wrong-method"),
        pytest.param("GET", "/api/none", id="no-such-route"),
        pytest.param("GET", "/echo", id="no-prefix"),
        pytest.param("POST", "/admin/functions/none", id="no-such-function"),
        pytest.param("POST", "/admin/functions/echo", id="http-functions-have-their-route"),
    ],
)
def test_what_is_not_there_is_not_found(port: int, method: str, path: str) -> None:
    assert call(port, method, path).status == 404


@pytest.mark.parametrize("path", ["/api/raises", "/api/vanishes"])
def test_a_failing_function_is_an_error_without_details(port: int, path: str) -> None:
    answer = call(port, "GET", path)
    assert (answer.status, answer.body) == (500, b"")


@pytest.mark.parametrize(
    ("size_bytes", "status"), [(LIMIT_BYTES, 201), (LIMIT_BYTES + 1, 413)], ids=["at", "over"]
)
def test_bodies_are_accepted_up_to_the_limit(port: int, size_bytes: int, status: int) -> None:
    assert call(port, "POST", "/api/echo", b"x" * size_bytes).status == status


def test_a_function_key_is_demanded_when_asked_for(web_app: Path) -> None:
    given = {"x-functions-key": "secret"}
    with AppHost.start(web_app, options=HostOptions(key="secret")) as host:
        statuses = {
            "none": call(host.port, "GET", "/api/echo").status,
            "wrong": call(host.port, "GET", "/api/echo?code=guess").status,
            "header": call(host.port, "GET", "/api/echo", headers=given).status,
            "query": call(host.port, "GET", "/api/echo?code=secret").status,
            "anonymous": call(host.port, "GET", "/api/open").status,
            "admin": call(host.port, "POST", "/admin/functions/none").status,
        }
    assert statuses == {
        "none": 401,
        "wrong": 401,
        "header": 201,
        "query": 201,
        "anonymous": 204,
        "admin": 401,
    }
