"""What the app is told before any traffic: the deployments' quotas and one rule of the demo's own.

The built-in rules know no rate of requests, so the traffic spike has a rule of its own, which shows
how one is added.
"""

from datetime import datetime
from urllib.parse import quote

from tools.demo.api import Api
from tools.simulator import IncidentKind, Traffic
from tools.simulator.fleet import deployment_settings

SPIKE_RULE = {
    "name": "traffic-spike",
    "description": "more than three requests a second to one deployment",
    "metric": "model_requests_total",
    "aggregation": "rate",
    "window_s": 300,
    "comparison": ">",
    "threshold": 3,
    "filter": {"deployment": "embed-prod"},
    "severity": "info",
}


# What the callers say of themselves: made up, as all of the fleet is.
APPLICATIONS = {
    "contract-review": {"max_delay_s": 86_400, "residency": "global", "owner": "legal"},
    "search-assist": {"max_delay_s": 900, "timeout_s": 60, "residency": "global"},
    "checkout-bot": {"max_delay_s": 0, "residency": "data_zone", "quality_threshold": 0.8},
}


async def prepare(api: Api, traffic: Traffic, *, since: datetime) -> None:
    """Store deployments, what applications can bear, and the demo's rule if it needs one.

    Args:
        api: the app.
        traffic: what will be sent.
        since: from when on the deployments are as they are.

    Raises:
        DemoError: the app refused.
    """
    for deployment in traffic.deployments:
        path = f"/api/v1/deployments/{quote(deployment.name, safe='')}"
        await api.put(path, deployment_settings(deployment, since))
    for name, can_bear in APPLICATIONS.items():
        await api.put(f"/api/v1/applications/{name}", can_bear)
    if any(incident.kind is IncidentKind.SPIKE for incident in traffic.incidents):
        await api.put(f"/api/v1/rules/{SPIKE_RULE['name']}", SPIKE_RULE)
