"""Where to look next: addresses and commands that work while the demo is up."""

from tools.demo.paint import Paint


def guide(base_url: str, *, model: str, stays: bool, paint: Paint) -> str:
    """Return the closing words.

    Args:
        base_url: where the app is.
        model: a model that the examples ask about.
        stays: whether the demo stays up after them.
        paint: colours.
    """
    addresses = [
        f"{base_url}/api/openapi.json",
        f"{base_url}/api/v1/summary?range=24h",
        f"{base_url}/api/v1/alerts?state=all&range=24h",
        f"{base_url}/api/v1/models/{model}/report?range=24h",
        f"{base_url}/api/v1/models/{model}/anomalies?range=24h",
        f"{base_url}/api/v1/models/{model}/baseline",
        f"{base_url}/api/v1/recommendations",
        f"{base_url}/api/v1/costs?range=30d&group_by=model,application",
        f"{base_url}/api/v1/cost-plan",
    ]
    lines = [
        paint.bold("Where to look next"),
        *(f"  {address}" for address in addresses),
        "",
        paint.bold("Send a request of your own, and find it"),
        *(f"  {line}" for line in own_request(base_url).splitlines()),
        f"  curl -s '{base_url}/api/v1/requests?range=5m&limit=1'",
    ]
    if stays:
        lines += [
            "",
            "Rollup and alert evaluation go on each minute; no traffic comes now but yours.",
            "Ctrl-C stops everything.",
        ]
    return "\n".join(lines)


def own_request(base_url: str) -> str:
    """Return a shell command that posts one request that has just ended."""
    return (
        f"curl -s -X POST '{base_url}/api/v1/requests' -H 'Content-Type: application/json' -d"
        ' "{\\"requests\\": [{\\"model\\": \\"gpt-5-mini\\", \\"deployment\\": \\"my-first\\",'
        ' \\"start_time\\": \\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\\", \\"duration_ms\\": 812,'
        ' \\"input_tokens\\": 1200, \\"output_tokens\\": 200}]}"'
    )
