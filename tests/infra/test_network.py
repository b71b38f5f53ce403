"""The private network: every service the app reaches has an endpoint and a name in it."""

from tests.infra.deployment import deployed, one

ENDPOINT = "Microsoft.Network/privateEndpoints"
ZONE = "Microsoft.Network/privateDnsZones"


def test_without_a_network_there_is_none() -> None:
    assert not [each for each in deployed("base") if each["type"].startswith("Microsoft.Network")]
    assert one("base", "Microsoft.Web/sites")["properties"].get("virtualNetworkSubnetId") is None


def test_storage_and_vault_have_private_endpoints() -> None:
    connections = [
        each["properties"]["privateLinkServiceConnections"][0]["properties"]
        for each in deployed("private-network", ENDPOINT)
    ]
    assert sorted(each["groupIds"][0] for each in connections) == [
        "blob",
        "queue",
        "table",
        "vault",
    ]
    storage = one("private-network", "Microsoft.Storage/storageAccounts")["id"]
    vault = one("private-network", "Microsoft.KeyVault/vaults")["id"]
    targets = {each["groupIds"][0]: each["privateLinkServiceId"] for each in connections}
    assert targets == {"blob": storage, "queue": storage, "table": storage, "vault": vault}


def test_names_lead_to_the_endpoints_within_the_network() -> None:
    network = one("private-network", "Microsoft.Network/virtualNetworks")["id"]
    endpoints = deployed("private-network", ENDPOINT)
    assert len(endpoints) == 4
    for each in endpoints:
        assert each["properties"]["subnet"] == {"id": f"{network}/subnets/endpoints"}
    links = deployed("private-network", "Microsoft.Network/privateDnsZones/virtualNetworkLinks")
    assert [each["properties"] for each in links] == [
        {"registrationEnabled": False, "virtualNetwork": {"id": network}}
    ] * 4
    # Names of zones: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    zones = [each["name"] for each in deployed("private-network", ZONE)]
    of_storage = "[format('privatelink.{0}.{1}', '%s', environment().suffixes.storage)]"
    services = ("blob", "queue", "table")
    expected = {*(of_storage % each for each in services), "privatelink.vaultcore.azure.net"}
    assert set(zones) == expected
    groups = deployed("private-network", f"{ENDPOINT}/privateDnsZoneGroups")
    for group in groups:
        service = group["name"].removeprefix("pe-").split("-")[0]
        (config,) = group["properties"]["privateDnsZoneConfigs"]
        zone = config["properties"]["privateDnsZoneId"]
        assert ("vaultcore" if service == "vault" else f"'{service}'") in zone
    assert len(groups) == 4


def test_the_app_calls_out_through_a_subnet_delegated_to_it() -> None:
    network = one("private-network", "Microsoft.Network/virtualNetworks")["properties"]
    assert network["addressSpace"] == {"addressPrefixes": ["10.20.0.0/24"]}
    subnets = network["subnets"]
    assert [each["name"] for each in subnets] == ["app", "endpoints"]
    app, endpoints = (each["properties"] for each in subnets)
    assert endpoints["privateEndpointNetworkPolicies"] == "Enabled"
    assert app["delegations"][0]["properties"]["serviceName"] == "Microsoft.App/environments"
    assert (app["addressPrefix"], endpoints["addressPrefix"]) == ("10.20.0.0/26", "10.20.0.64/26")
    site = one("private-network", "Microsoft.Web/sites")
    assert site["properties"]["virtualNetworkSubnetId"].endswith("/subnets/app")
