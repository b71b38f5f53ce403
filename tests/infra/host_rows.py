"""Rows that Azure writes itself, of which no app in this process can be the source.

The Functions host records calls (requests) and logs what became of functions and queue messages
(traces: FunctionExecutor and QueueProcessor of azure-webjobs-sdk); exceptions is what the Azure
Monitor exporter makes of the app's own error records, which `tests/triggers/test_failure.py` shows.
"""

from datetime import datetime, timedelta

from tools.kql.engine import Row

_URL = "https://func.example.net/api"


def host_rows(end: datetime) -> dict[str, list[Row]]:
    """Return rows of the hour before `end`, by table."""
    early, late = end - timedelta(minutes=40), end - timedelta(minutes=9)
    return {
        "requests": [
            _request(early, "POST /api/v1/requests", f"{_URL}/v1/requests", "202"),
            *[_request(late, "POST /api/v1/requests", f"{_URL}/v1/requests", "503")] * 6,
            _request(late, "GET /api/v1/requests", f"{_URL}/v1/requests", "500"),
        ],
        "exceptions": [
            _exception(late, "retention", "shared.errors.Unavailable"),
            _exception(late, "rollup", "shared.errors.Unavailable"),
        ],
        "traces": [
            _trace(late, "Executed 'Functions.build_digests' (Failed, Id=7c1e, Duration=812ms)"),
            _trace(late, "Executed 'Functions.rollup' (Succeeded, Id=7c1f, Duration=93ms)"),
            _trace(
                late,
                "Message has reached MaxDequeueCount of 5. "
                "Moving message to queue 'notifications-poison'.",
            ),
        ],
    }


def _request(at: datetime, name: str, url: str, code: str) -> Row:
    success = "True" if code < "400" else "False"
    return {"timestamp": at, "name": name, "url": url, "resultCode": code, "success": success}


def _exception(at: datetime, function: str, kind: str) -> Row:
    message = f"function failed: name={function}"
    return {"timestamp": at, "type": kind, "outerMessage": message, "innermostMessage": message}


def _trace(at: datetime, message: str) -> Row:
    return {"timestamp": at, "message": message, "severityLevel": 2}
