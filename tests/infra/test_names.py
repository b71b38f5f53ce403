"""Names within what Azure admits, and tags on whatever can have them.

https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
"""

import re

import pytest

from tests.infra.deployment import VARIANTS, deployed
from tools.infra.compiler import REPOSITORY

# Type -> what a name of it may be, the environment's name counted at its longest.
RULES = {
    "Microsoft.Storage/storageAccounts": r"[a-z0-9]{3,24}",
    "Microsoft.KeyVault/vaults": r"[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]",
    "Microsoft.Web/sites": r"[a-zA-Z0-9][a-zA-Z0-9-]{0,58}[a-zA-Z0-9]",
    "Microsoft.Web/serverfarms": r"[a-zA-Z0-9-]{1,60}",
    "Microsoft.ManagedIdentity/userAssignedIdentities": r"[a-zA-Z0-9][\w-]{2,127}",
    "Microsoft.OperationalInsights/workspaces": r"[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]",
    "Microsoft.Insights/components": r"[^%&\\?/]{1,260}",
    "Microsoft.Insights/actionGroups": r"[^:<>+/&%\\?|]{1,260}",
    "Microsoft.Insights/scheduledQueryRules": r"[^*#&+:<>?@%{}\\/|]{1,260}",
    "Microsoft.Consumption/budgets": r"[\w-]{1,63}",
    "Microsoft.Network/virtualNetworks": r"[a-zA-Z0-9][\w.-]{0,62}\w",
    "Microsoft.Network/privateEndpoints": r"[a-zA-Z0-9][\w.-]{0,78}\w",
    "Microsoft.Storage/storageAccounts/tableServices/tables": r"[a-zA-Z][a-zA-Z0-9]{2,62}",
    "Microsoft.Storage/storageAccounts/queueServices/queues": r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*",
    "Microsoft.Storage/storageAccounts/blobServices/containers": (
        r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*"
    ),
}
LONGEST_ENVIRONMENT = 24


@pytest.mark.parametrize("variant", VARIANTS)
def test_names_are_admitted(variant: str) -> None:
    environment = "dev" if variant == "developer-access" else "prod"
    for resource in deployed(variant):
        if resource["type"] not in RULES:
            continue
        name = resource["name"].rsplit("/", 1)[-1]
        longest = name.replace(f"{environment}-", "x" * LONGEST_ENVIRONMENT + "-", 1)
        assert re.fullmatch(RULES[resource["type"]], longest), (resource["type"], longest)


def test_an_environments_name_is_no_longer_than_names_allow_for() -> None:
    main = (REPOSITORY / "infra" / "main.bicep").read_text()
    assert f"@maxLength({LONGEST_ENVIRONMENT})\nparam environmentName" in main


@pytest.mark.parametrize("variant", VARIANTS)
def test_whatever_is_made_in_a_place_is_tagged(variant: str) -> None:
    placed = [each for each in deployed(variant) if "location" in each]
    assert len(placed) > 10
    for resource in placed:
        assert resource["tags"]["application"] == "foundry-monitor", resource["name"]
        assert "azd-env-name" in resource["tags"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_azd_finds_the_app_by_its_tag(variant: str) -> None:
    tagged = [each for each in deployed(variant) if "azd-service-name" in each.get("tags", {})]
    assert [each["type"] for each in tagged] == ["Microsoft.Web/sites"]
    assert [each["tags"]["azd-service-name"] for each in tagged] == ["api"]
    assert (
        "\n  api:\n    project: .\n    language: python\n    host: function\n"
        in (REPOSITORY / "azure.yaml").read_text()
    )
