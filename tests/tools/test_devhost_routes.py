"""Routes of the local host."""

import pytest

from tools.devhost.errors import FunctionError
from tools.devhost.routes import Routes


@pytest.fixture
def routes() -> Routes[str]:
    table: Routes[str] = Routes()
    table.add("api/models", ["GET"], "list")
    table.add("api/models", ["POST"], "create")
    table.add("api/models/{model}", [], "one")
    table.add("api/models/{number:int}", ["GET"], "numbered")
    table.add("api/models/-/{*rest}", ["GET"], "any")
    table.add("api/models/{model}/report", ["GET"], "report")
    table.add("api/files/{name?}", ["GET"], "file")
    return table


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        pytest.param("GET", "/api/models", ("list", {}), id="literal"),
        pytest.param("POST", "/api/models", ("create", {}), id="by-method"),
        pytest.param("GET", "/API/Models/", ("list", {}), id="case-and-slash"),
        pytest.param("GET", "/api/models/gpt", ("one", {"model": "gpt"}), id="parameter"),
        pytest.param("GET", "/api/models/5", ("numbered", {"number": "5"}), id="constraint-first"),
        pytest.param("PUT", "/api/models/5", ("one", {"model": "5"}), id="fall-back-by-method"),
        pytest.param("GET", "/api/models/a%2Fb", ("one", {"model": "a/b"}), id="slash-encoded"),
        pytest.param("GET", "/api/models/a%252Fb", ("one", {"model": "a%2Fb"}), id="decoded-once"),
        pytest.param("GET", "/api/m%6Fdels", ("list", {}), id="literal-encoded"),
        pytest.param("GET", "/api/models/%C3%A9", ("one", {"model": "é"}), id="utf-8"),
        pytest.param("GET", "/api/models/-/a/b", ("any", {"rest": "a/b"}), id="catch-all"),
        pytest.param("GET", "/api/models/-", ("any", {}), id="catch-all-of-nothing"),
        pytest.param("GET", "/api/models/x/report", ("report", {"model": "x"}), id="inner"),
        pytest.param("GET", "/api/models/-/report", ("any", {"rest": "report"}), id="literal-wins"),
        pytest.param("GET", "/api/files", ("file", {}), id="optional-absent"),
        pytest.param("GET", "/api/files/x", ("file", {"name": "x"}), id="optional-present"),
        pytest.param("DELETE", "/api/models", None, id="wrong-method"),
        pytest.param("GET", "/api/models//report", None, id="empty-segment"),
        pytest.param("GET", "/api", None, id="too-short"),
        pytest.param("GET", "/api/models/x/report/y", None, id="too-long"),
    ],
)
def test_a_path_finds_the_most_precise_route(
    routes: Routes[str], method: str, path: str, expected: tuple[str, dict[str, str]] | None
) -> None:
    assert routes.find(method, path) == expected


@pytest.mark.parametrize(
    ("template", "methods"),
    [("api/models", ["GET", "PUT"]), ("api/MODELS", []), ("api/models/{other}", ["GET"])],
)
def test_a_route_that_takes_anothers_calls_is_refused(
    routes: Routes[str], template: str, methods: list[str]
) -> None:
    with pytest.raises(FunctionError, match="already taken"):
        routes.add(template, methods, "second")


@pytest.mark.parametrize("template", ["api/{a}-{b}", "api/{day:datetime}"])
def test_a_template_that_is_not_understood_is_refused(template: str) -> None:
    with pytest.raises(FunctionError, match="not supported"):
        Routes[str]().add(template, [], "x")
