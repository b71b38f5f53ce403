"""The function app of each variant: settings without secrets, who may call, how it scales."""

import re

import pytest

from tests.infra.deployment import VARIANTS, app_settings, deployed, one, text_of

SITE = "Microsoft.Web/sites"
# As tools.infra.templates has the place of every snapshot.
TENANT = "00000000-0000-0000-0000-000000000002"
every_variant = pytest.mark.parametrize("variant", VARIANTS)

# What Azure sets itself on Flex Consumption, or refuses there.
UNWANTED = {
    "AzureWebJobsStorage",
    "FUNCTIONS_EXTENSION_VERSION",
    "FUNCTIONS_WORKER_RUNTIME",
    "SCM_DO_BUILD_DURING_DEPLOYMENT",
    "WEBSITE_RUN_FROM_PACKAGE",
}
SECRET = re.compile(r"AccountKey|SharedAccess|listKeys|listSecrets|sig=|password", re.IGNORECASE)
# A run of characters as keys have them, outside of resource ids, queries and references.
KEY_LIKE = re.compile(r"\b(?=\w*\d)(?=\w*[A-Z])[A-Za-z0-9+/]{32,}={0,2}")


@every_variant
def test_no_setting_holds_a_secret(variant: str) -> None:
    for name, value in app_settings(variant).items():
        assert not SECRET.search(value), name
        assert value.startswith("[") or not KEY_LIKE.search(value), name


@every_variant
def test_nothing_that_is_deployed_reads_a_key(variant: str) -> None:
    assert not re.search(r"listKeys|listSecrets|listAccountSas", text_of(variant))


@every_variant
def test_settings_are_those_of_an_identity(variant: str) -> None:
    settings = app_settings(variant)
    assert settings.keys().isdisjoint(UNWANTED)
    assert settings["AzureWebJobsStorage__credential"] == "managedidentity"
    assert (
        settings["AzureWebJobsStorage__accountName"]
        == one(variant, "Microsoft.Storage/storageAccounts")["name"]
    )
    assert settings["MONITOR_ENVIRONMENT"] == one(variant, SITE)["tags"]["environment"]
    client = settings["AzureWebJobsStorage__clientId"]
    identity = one(variant, "Microsoft.ManagedIdentity/userAssignedIdentities")["id"]
    assert identity in client
    assert client.endswith(".clientId]")
    assert settings["AZURE_CLIENT_ID"] == client
    assert settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] == (
        f"[format('ClientId={{0}};Authorization=AAD', {client[1:-1]})]"
    )
    insights = one(variant, "Microsoft.Insights/components")["id"]
    connection = settings["APPLICATIONINSIGHTS_CONNECTION_STRING"]
    assert connection.startswith(f"[reference('{insights}'")
    assert connection.endswith(").ConnectionString]")
    assert settings["PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY"] == "true"
    assert settings["PYTHON_APPLICATIONINSIGHTS_LOGGER_NAME"] == "shared"


def test_secrets_come_from_the_vault_by_reference() -> None:
    settings = app_settings("private-network")
    vault = one("private-network", "Microsoft.KeyVault/vaults")["name"]
    assert settings["PAGER_SECRET"].endswith(f"(VaultName={vault};SecretName=pager-secret)")
    assert settings["HASH_KEY"] == f"@Microsoft.KeyVault(VaultName={vault};SecretName=hash-key)"
    site = one("private-network", SITE)
    (identity,) = site["identity"]["userAssignedIdentities"]
    assert site["properties"]["keyVaultReferenceIdentity"] == identity


def test_the_vault_takes_roles_only_and_keeps_an_account_of_reads() -> None:
    properties = one("private-network", "Microsoft.KeyVault/vaults")["properties"]
    assert properties["enableRbacAuthorization"] is True
    assert properties["enablePurgeProtection"] is True
    assert properties["enableSoftDelete"] is True
    assert properties["softDeleteRetentionInDays"] == 7
    assert properties["tenantId"] == TENANT
    assert properties["sku"] == {"family": "A", "name": "standard"}
    assert properties["publicNetworkAccess"] == "Disabled"
    assert properties["networkAcls"] == {"bypass": "None", "defaultAction": "Deny", "ipRules": []}
    (audit,) = deployed("private-network", "Microsoft.Insights/diagnosticSettings")
    workspace = one("private-network", "Microsoft.OperationalInsights/workspaces")["id"]
    assert audit["properties"]["workspaceId"] == workspace
    assert audit["properties"]["logs"] == [{"categoryGroup": "audit", "enabled": True}]
    assert deployed("base", "Microsoft.KeyVault/vaults") == []


def test_a_webhooks_address_does_not_show() -> None:
    assert "hooks.example.com" not in text_of("private-network")


@every_variant
def test_the_app_answers_over_modern_tls_and_publishes_without_passwords(variant: str) -> None:
    properties = one(variant, SITE)["properties"]
    assert properties["httpsOnly"] is True
    assert properties["siteConfig"]["http20Enabled"] is True
    # Applications report from anywhere, with a key; storage behind it may be private.
    assert properties["publicNetworkAccess"] == "Enabled"
    assert properties["siteConfig"]["minTlsVersion"] == "1.2"
    assert properties["siteConfig"]["scmMinTlsVersion"] == "1.2"
    policies = deployed(variant, f"{SITE}/basicPublishingCredentialsPolicies")
    assert {each["name"].split("/")[1] for each in policies} == {"ftp", "scm"}
    assert not any(each["properties"]["allow"] for each in policies)


@every_variant
def test_the_app_runs_on_its_plan_as_its_identity_from_its_package(variant: str) -> None:
    site = one(variant, SITE)
    assert site["kind"] == "functionapp,linux"
    assert site["properties"]["serverFarmId"] == one(variant, "Microsoft.Web/serverfarms")["id"]
    identity = one(variant, "Microsoft.ManagedIdentity/userAssignedIdentities")["id"]
    assert site["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}}
    assert site["properties"]["keyVaultReferenceIdentity"] == identity
    package = site["properties"]["functionAppConfig"]["deployment"]["storage"]
    container = one(variant, "Microsoft.Storage/storageAccounts/blobServices/containers")
    assert package["type"] == "blobContainer"
    assert package["value"].endswith(
        f".primaryEndpoints.blob, '{container['name'].split('/')[-1]}')]"
    )
    assert package["authentication"] == {
        "type": "UserAssignedIdentity",
        "userAssignedIdentityResourceId": identity,
    }


@every_variant
def test_the_plan_is_flex_consumption(variant: str) -> None:
    plan = one(variant, "Microsoft.Web/serverfarms")
    assert plan["kind"] == "functionapp"
    assert plan["sku"] == {"name": "FC1", "tier": "FlexConsumption"}
    assert plan["properties"] == {"reserved": True, "zoneRedundant": variant == "private-network"}


@pytest.mark.parametrize(
    ("variant", "memory_mb", "instances", "always_ready"),
    [
        ("base", 2048, 40, []),
        ("entra", 2048, 40, [{"name": "http", "instanceCount": 1}]),
        ("developer-access", 512, 5, []),
    ],
)
def test_scale_follows_its_parameter(
    variant: str, memory_mb: int, instances: int, always_ready: list[object]
) -> None:
    config = one(variant, SITE)["properties"]["functionAppConfig"]
    assert config["scaleAndConcurrency"] == {
        "instanceMemoryMB": memory_mb,
        "maximumInstanceCount": instances,
        "alwaysReady": always_ready,
        "triggers": {"http": {"perInstanceConcurrency": 16}},
    }


def test_entra_asks_every_caller_but_the_health_check_for_a_token() -> None:
    properties = one("entra", f"{SITE}/config", "/authsettingsV2")["properties"]
    assert properties["platform"] == {"enabled": True}
    assert properties["httpSettings"] == {"requireHttps": True}
    assert properties["login"] == {"tokenStore": {"enabled": False}}
    assert properties["globalValidation"] == {
        "requireAuthentication": True,
        "unauthenticatedClientAction": "Return401",
        "excludedPaths": ["/api/health"],
    }
    provider = properties["identityProviders"]["azureActiveDirectory"]
    assert provider["enabled"] is True
    assert provider["registration"].keys() == {"clientId", "openIdIssuer"}
    assert provider["registration"]["clientId"] == "11111111-1111-4111-8111-111111111111"
    assert provider["validation"] == {
        "allowedAudiences": [
            "11111111-1111-4111-8111-111111111111",
            "api://11111111-1111-4111-8111-111111111111",
        ],
        "defaultAuthorizationPolicy": {
            "allowedApplications": ["33333333-3333-4333-8333-333333333333"]
        },
    }
    issuer = provider["registration"]["openIdIssuer"]
    assert "{0}{1}/v2.0" in issuer
    assert "22222222-2222-4222-8222-222222222222" in issuer
    assert "clientSecretSettingName" not in provider["registration"]


def test_without_a_client_id_function_keys_alone_are_asked_for() -> None:
    names = [each["name"] for each in deployed("base", f"{SITE}/config")]
    assert [name.split("/")[1] for name in names] == ["appsettings"]
