"""Azure's regions, as far as prices hang on them."""

ASSUMED_REGION = "eastus2"
"""Where a deployment whose region nobody told is priced; whoever prices says so and counts it."""

US_REGIONS = frozenset(
    {
        "centralus",
        "eastus",
        "eastus2",
        "northcentralus",
        "southcentralus",
        "westcentralus",
        "westus",
        "westus2",
        "westus3",
    }
)


def region_name(region: str) -> str:
    """Return a region as Azure's machines write it: `Sweden Central` is `swedencentral`."""
    return region.replace(" ", "").lower()


def is_us(region: str) -> bool:
    """Return whether a region is one of the US (public cloud)."""
    return region_name(region) in US_REGIONS
