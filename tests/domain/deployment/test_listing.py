"""What `az cognitiveservices account deployment list` prints, read."""

import json
from typing import Any

import pytest

from shared.domain.deployment.az_deployment import ImportDefaults
from shared.domain.deployment.deployment import DeploymentConfig
from shared.domain.deployment.listing import Listing, parse_listing
from shared.domain.timeline import parse_rfc3339
from shared.errors import InvalidInput
from tests.domain.deployment_listing import listed


def parse(*items: Any, **defaults: Any) -> Listing:
    return parse_listing(json.dumps(items).encode(), ImportDefaults(**defaults))


def config(**fields: Any) -> DeploymentConfig:
    (found,) = parse(listed(**fields)).deployments
    return found.config


def test_a_deployment_is_read_whole() -> None:
    (found,) = parse(listed(), region="swedencentral").deployments
    assert found.name == "mini-prod"
    assert found.config == DeploymentConfig(
        model="gpt-5-mini",
        model_version="2025-08-07",
        resource="aoai-west",
        region="swedencentral",
        type="GlobalStandard",
        tpm_quota=120_000,
        rpm_quota=720,
        effective_from=parse_rfc3339("2026-02-03T10:05:29.219402Z"),
    )
    assert found.modified_at == parse_rfc3339("2026-05-04T11:00:00Z")


@pytest.mark.parametrize(
    ("sku", "capacity", "limits", "tpm", "ptu"),
    [
        ("GlobalStandard", 50, None, 50_000, None),
        ("DataZoneStandard", 50, [], 50_000, None),
        ("GlobalStandard", 50, [{"key": "token", "count": 100, "renewalPeriod": 10}], 600, None),
        ("GlobalProvisionedManaged", 100, None, None, 100),
        ("ProvisionedManaged", 50, None, None, 50),
        ("GlobalBatch", 500, None, None, None),
        ("GlobalStandard", None, None, None, None),
    ],
)
def test_capacity_means_what_the_sku_sells(
    sku: str, capacity: int | None, limits: Any, tpm: int | None, ptu: int | None
) -> None:
    found = config(sku={"name": sku, "capacity": capacity}, rate_limits=limits)
    assert (found.type, found.tpm_quota, found.ptu) == (sku, tpm, ptu)


def test_the_caller_s_word_goes_before_the_list_s() -> None:
    (found,) = parse(listed(), resource="other").deployments
    assert found.config.resource == "other"
    (bare,) = parse(listed(id=None, systemData=None)).deployments
    assert (bare.config.resource, bare.config.effective_from, bare.modified_at) == ("", None, None)


def test_the_management_api_s_envelope_is_taken_too() -> None:
    body = json.dumps({"value": [listed()], "nextLink": None}).encode()
    assert len(parse_listing(body, ImportDefaults()).deployments) == 1


@pytest.mark.parametrize(
    ("item", "path"),
    [
        (listed(name=None), "deployments[1].name"),
        (listed(sku=None), "deployments[1].sku"),
        (listed(sku={"name": "Galactic", "capacity": 1}), "deployments[1].sku.name"),
        (listed(sku={"name": "Standard", "capacity": 0}), "deployments[1].sku.capacity"),
        (listed(sku={"name": "Standard", "capacity": "10"}), "deployments[1].sku.capacity"),
        (listed(model={"version": "1"}), "deployments[1].properties.model.name"),
        (listed(model={"name": "a\nb"}), "deployments[1].properties.model.name"),
        (listed(provisioningState="Failed"), "deployments[1].properties.provisioningState"),
        (listed(rate_limits=[{"key": "token"}]), "deployments[1].properties.rateLimits[0].count"),
        (5, "deployments[1]"),
    ],
)
def test_one_that_cannot_be_read_is_named_and_the_others_stay(item: Any, path: str) -> None:
    found = parse(listed(), item)
    assert [(each.index, each.path) for each in found.rejected] == [(1, path)]
    assert len(found.deployments) == 1


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b'{"value": 5}', b'"az"', b"null"])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput, match="body: expected the array"):
        parse_listing(body, ImportDefaults())


def test_a_list_of_nothing_readable_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"deployments\[0\]\.sku"):
        parse(listed(sku=None))
    assert parse() == Listing()
