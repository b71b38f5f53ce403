"""A client of the app's HTTP routes, as short as tests need it."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from tests.tools.http_calls import Answer, call

type Json = dict[str, Any]

_MOST_RUNS = 40


@dataclass(frozen=True, slots=True)
class Api:
    """The app that listens on a port of this machine."""

    port: int

    def get(self, path: str, **query: object) -> Answer:
        """GET /api/{path}; query values are encoded, None ones left out."""
        return call(self.port, "GET", _with_query(path, query))

    def seen(self, path: str, **query: object) -> Any:
        """Return the JSON of a GET that has to succeed."""
        answer = self.get(path, **query)
        assert answer.status == 200, answer
        return answer.json()

    def post(self, path: str, body: object, *, headers: Mapping[str, str] | None = None) -> Answer:
        """POST /api/{path} with bytes as they are, or anything else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        plain = {"content-type": "application/json"}
        return call(self.port, "POST", f"/api/{path}", data, {**plain, **(headers or {})})

    def put(self, path: str, body: object) -> Answer:
        """PUT /api/{path} with JSON."""
        headers = {"content-type": "application/json"}
        return call(self.port, "PUT", f"/api/{path}", json.dumps(body).encode(), headers)

    def delete(self, path: str) -> Answer:
        """DELETE /api/{path}."""
        return call(self.port, "DELETE", f"/api/{path}")

    def requests(
        self, records: Sequence[Json], batch_id: str | None = None, **query: str
    ) -> Answer:
        """Post model requests."""
        body: Json = {"requests": list(records)}
        if batch_id is not None:
            body["batch_id"] = batch_id
        return self.post(_with_query("v1/requests", query).removeprefix("/api/"), body)

    def metrics(self, records: Sequence[Json], batch_id: str | None = None) -> Answer:
        """Post metrics."""
        return self.post("v1/metrics", {"metrics": list(records), "batch_id": batch_id})

    def run(self, function: str) -> None:
        """Run a timer function to its end."""
        answer = call(self.port, "POST", f"/admin/functions/{function}", b'{"input": ""}')
        assert answer.status == 202, answer

    def digested_plan(self, model: str, days: int) -> Json:
        """Run the timers until a model's cost plan has the digests of so many days; return it."""
        for _ in range(_MOST_RUNS):
            self.run("rollup")
            self.run("build_digests")
            plan: Json = self.seen("v1/models/-/cost-plan", model=model)
            if plan["days_digested"] >= days:
                return plan
        raise AssertionError(f"the digests of {days} days are not made")

    def report(self, model: str, **query: object) -> Json:
        """Return a model's report of the last hour, unless the query says otherwise."""
        found: Json = self.seen(f"v1/models/{quote(model, safe='')}/report", **query)
        return found


def ago(**length: float) -> str:
    """Return the time that long ago, RFC 3339."""
    return (datetime.now(UTC) - timedelta(**length)).isoformat()


def request(model: str, **fields: Any) -> Json:
    """Return a successful request of 100 ms that began a minute ago."""
    return {"model": model, "start_time": ago(minutes=1), "duration_ms": 100.0} | fields


def metric(name: str, **fields: Any) -> Json:
    """Return a gauge of 4, a minute ago."""
    given = {"name": name, "kind": "gauge", "timestamp": ago(minutes=1)} | fields
    return given if "values" in given else {"value": 4.0} | given


def zipped(body: object) -> bytes:
    """Return JSON in gzip."""
    return gzip.compress(json.dumps(body).encode())


def _with_query(path: str, query: Mapping[str, object]) -> str:
    given = {name: value for name, value in query.items() if value is not None}
    return f"/api/{path}?{urlencode(given)}" if given else f"/api/{path}"
