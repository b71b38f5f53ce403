"""A deployment as `az cognitiveservices account deployment list` prints it."""

from typing import Any

_ACCOUNT = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-ai/providers"
    "/Microsoft.CognitiveServices/accounts/aoai-west"
)


def listed(**changes: Any) -> dict[str, Any]:
    """Return one; `model`, `rate_limits` and the like change what lies within its properties."""
    properties: dict[str, Any] = {
        "callRateLimit": None,
        "capabilities": {"chatCompletion": "true", "maxContextToken": "400000"},
        "model": {
            "callRateLimit": None,
            "format": "OpenAI",
            "name": "gpt-5-mini",
            "source": None,
            "version": "2025-08-07",
        },
        "provisioningState": "Succeeded",
        "raiPolicyName": "Microsoft.DefaultV2",
        "rateLimits": [
            {
                "count": 120.0,
                "dynamicThrottlingEnabled": None,
                "key": "request",
                "matchPatterns": None,
                "minCount": None,
                "renewalPeriod": 10.0,
            },
            {
                "count": 120000.0,
                "dynamicThrottlingEnabled": None,
                "key": "token",
                "matchPatterns": None,
                "minCount": None,
                "renewalPeriod": 60.0,
            },
        ],
        "scaleSettings": None,
        "versionUpgradeOption": "OnceNewDefaultVersionAvailable",
    }
    names = {"rate_limits": "rateLimits"}
    for name in list(changes):
        place = names.get(name, name)
        if place in properties:
            properties[place] = changes.pop(name)
    name = changes.get("name", "mini-prod")
    return {
        "etag": '"0a1b2c3d"',
        "id": f"{_ACCOUNT}/deployments/{name}",
        "name": "mini-prod",
        "properties": properties,
        "resourceGroup": "rg-ai",
        "sku": {
            "capacity": 120,
            "family": None,
            "name": "GlobalStandard",
            "size": None,
            "tier": None,
        },
        "systemData": {
            "createdAt": "2026-02-03T10:05:29.219402+00:00",
            "createdBy": "jo@example.com",
            "createdByType": "User",
            "lastModifiedAt": "2026-05-04T11:00:00+00:00",
            "lastModifiedBy": "jo@example.com",
            "lastModifiedByType": "User",
        },
        "tags": None,
        "type": "Microsoft.CognitiveServices/accounts/deployments",
        **changes,
    }
