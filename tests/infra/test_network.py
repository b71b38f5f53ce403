"""The private network: every service the app reaches has an endpoint and a name in it."""

from tests.infra.deployment import deployed, one

ENDPOINT = "Microsoft.Network/privateEndpoints"


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
    assert len(deployed("private-network", "Microsoft.Network/privateDnsZones")) == 4
    assert len(deployed("private-network", f"{ENDPOINT}/privateDnsZoneGroups")) == 4


def test_the_app_calls_out_through_a_subnet_delegated_to_it() -> None:
    subnets = one("private-network", "Microsoft.Network/virtualNetworks")["properties"]["subnets"]
    app, endpoints = (each["properties"] for each in subnets)
    assert app["delegations"][0]["properties"]["serviceName"] == "Microsoft.App/environments"
    assert (app["addressPrefix"], endpoints["addressPrefix"]) == ("10.20.0.0/26", "10.20.0.64/26")
    site = one("private-network", "Microsoft.Web/sites")
    assert site["properties"]["virtualNetworkSubnetId"].endswith("/subnets/app")
