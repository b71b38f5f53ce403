"""The OpenAPI document holds against the live app: drawn calls never make it fail."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case

from tests.e2e.api import Api

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]

OPERATIONS = [
    ("POST", "/api/v1/requests"),
    ("POST", "/api/v1/metrics"),
    ("GET", "/api/v1/models/{model}/report"),
    ("GET", "/api/v1/series"),
    ("GET", "/api/v1/requests"),
    ("PUT", "/api/v1/rules/{name}"),
]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_call_that_the_document_allows_makes_the_app_fail(
    api: Api, method: str, path: str
) -> None:
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{api.port}/api/openapi.json")
    operation = schema[path][method]
    seen: list[int] = []

    @seed(1)
    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def each(case: Case) -> None:
        answer = case.call()
        seen.append(answer.status_code)
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400 and answer.content:
            assert answer.json()["error"].keys() == {"code", "message", "details"}

    each()
    assert len(seen) >= 5
