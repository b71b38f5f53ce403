"""The storage account that each variant deploys."""

import pytest

from tests.infra.deployment import VARIANTS, deployed, one

ACCOUNT = "Microsoft.Storage/storageAccounts"
every_variant = pytest.mark.parametrize("variant", VARIANTS)


@every_variant
def test_storage_takes_identities_only_over_modern_tls(variant: str) -> None:
    properties = one(variant, ACCOUNT)["properties"]
    assert properties["allowSharedKeyAccess"] is False
    assert properties["allowBlobPublicAccess"] is False
    assert properties["allowCrossTenantReplication"] is False
    assert properties["supportsHttpsTrafficOnly"] is True
    assert properties["minimumTlsVersion"] == "TLS1_2"
    assert properties["defaultToOAuthAuthentication"] is True


@every_variant
def test_everything_stored_is_encrypted_twice_and_queues_and_tables_with_the_rest(
    variant: str,
) -> None:
    encryption = one(variant, ACCOUNT)["properties"]["encryption"]
    assert encryption["requireInfrastructureEncryption"] is True
    everything = {"enabled": True, "keyType": "Account"}
    assert encryption["services"] == dict.fromkeys(("blob", "file", "queue", "table"), everything)


@every_variant
def test_blobs_lie_in_an_account_for_all_that_the_app_stores(variant: str) -> None:
    account = one(variant, ACCOUNT)
    assert (account["kind"], account["properties"]["accessTier"]) == ("StorageV2", "Hot")


@every_variant
def test_deleted_blobs_and_containers_can_be_had_back_for_a_week(variant: str) -> None:
    properties = one(variant, f"{ACCOUNT}/blobServices")["properties"]
    kept = {"enabled": True, "days": 7}
    assert properties["deleteRetentionPolicy"] == kept
    assert properties["containerDeleteRetentionPolicy"] == kept


@pytest.mark.parametrize(
    ("variant", "sku"), [("base", "Standard_LRS"), ("private-network", "Standard_GZRS")]
)
def test_copies_are_kept_where_asked_for(variant: str, sku: str) -> None:
    assert one(variant, ACCOUNT)["sku"] == {"name": sku}


@every_variant
def test_containers_are_private(variant: str) -> None:
    containers = deployed(variant, f"{ACCOUNT}/blobServices/containers")
    assert [each["properties"]["publicAccess"] for each in containers] == ["None"]


@every_variant
def test_no_lifecycle_rule_deletes_function_keys_or_the_package(variant: str) -> None:
    policy = one(variant, f"{ACCOUNT}/managementPolicies")["properties"]["policy"]
    for rule in policy["rules"]:
        assert rule["enabled"] is True
        assert rule["type"] == "Lifecycle"
        assert rule["definition"]["filters"]["blobTypes"] == ["blockBlob"]
        prefixes = rule["definition"]["filters"]["prefixMatch"]
        assert not any("azure-webjobs-secrets".startswith(prefix) for prefix in prefixes)
        actions = rule["definition"]["actions"]
        deletes_blobs = "baseBlob" in actions
        assert actions["snapshot"] == {"delete": {"daysAfterCreationGreaterThan": 30}}
        assert not deletes_blobs or actions["baseBlob"] == {
            "delete": {"daysAfterModificationGreaterThan": 90}
        }
        assert prefixes == (["azure-webjobs-hosts/"] if deletes_blobs else ["deployments/"])


@pytest.mark.parametrize(
    ("variant", "access", "by_default", "ranges"),
    [
        ("base", "Enabled", "Allow", []),
        ("private-network", "Disabled", "Deny", []),
        ("developer-access", "Enabled", "Deny", ["203.0.113.0/24"]),
    ],
)
def test_storage_is_open_to_just_these_networks(
    variant: str, access: str, by_default: str, ranges: list[str]
) -> None:
    properties = one(variant, ACCOUNT)["properties"]
    assert properties["publicNetworkAccess"] == access
    assert properties["networkAcls"]["defaultAction"] == by_default
    assert properties["networkAcls"]["bypass"] == "None"
    assert [rule["value"] for rule in properties["networkAcls"]["ipRules"]] == ranges
