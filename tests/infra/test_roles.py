"""Who is given which role at which scope: these and no others."""

import pytest

from tests.infra.deployment import VARIANTS, Resource, deployed
from tools.infra.compiler import REPOSITORY

NAMES = {
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
    "19e7f393-937e-4f77-808e-94535e297925": "Storage Queue Data Reader",
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
    "76199698-9eea-4c19-bc75-cec21354c6b6": "Storage Table Data Reader",
    "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
    "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
}
APP = {
    "app: Storage Blob Data Owner at storageAccounts",
    "app: Storage Table Data Contributor at storageAccounts",
    "app: Storage Queue Data Contributor at queues/notifications",
    "app: Storage Queue Data Contributor at queues/notifications-poison",
    "app: Monitoring Metrics Publisher at components",
}
EXPECTED = {
    "base": APP,
    "entra": APP,
    "private-network": APP | {"app: Key Vault Secrets User at vaults"},
    "developer-access": APP
    | {
        "44444444: Storage Blob Data Reader at storageAccounts",
        "44444444: Storage Queue Data Reader at storageAccounts",
        "44444444: Storage Table Data Reader at storageAccounts",
        "55555555: Storage Blob Data Contributor at storageAccounts",
        "55555555: Storage Queue Data Contributor at storageAccounts",
        "55555555: Storage Table Data Contributor at storageAccounts",
    },
}


def told(assignment: Resource) -> str:
    """Return `who: role at scope`."""
    properties = assignment["properties"]
    principal = properties["principalId"]
    is_app = "userAssignedIdentities/id-" in principal and principal.endswith(".principalId]")
    role = NAMES[properties["roleDefinitionId"].rsplit("/", 1)[-1]]
    scope = assignment["id"].split("/providers/Microsoft.Authorization/")[0].split("/")
    place = "/".join(scope[-2:]) if scope[-2] == "queues" else scope[-2]
    return f"{'app' if is_app else principal[:8]}: {role} at {place}"


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_role_is_given_at_its_scope_and_no_other_is(variant: str) -> None:
    found = [told(each) for each in deployed(variant, "Microsoft.Authorization/roleAssignments")]
    assert len(found) == len(set(found))
    assert set(found) == EXPECTED[variant]


def test_the_app_is_deployed_after_its_roles_and_endpoints() -> None:
    main = (REPOSITORY / "infra" / "main.bicep").read_text()
    app = main.split("module app ", 1)[1].split("params:", 1)[0]
    assert "dependsOn: [endpoints, roles]" in app
