"""What Azure offers where: batch, flex, priority, and standard by data zone and globally.

Read from Microsoft Learn; a day is that of the page, not of the offer's start. Which models are
sold by provisioned throughput, and where, `price/ptu.py` says.
"""

from datetime import date

from shared.domain.plan.offering import Offerings, offered
from shared.domain.price.offer import Billing, Geography, Offer, Tier

_LEARN = "learn.microsoft.com/azure/foundry/openai"
_BATCH, _BATCH_DAY = f"{_LEARN}/how-to/batch", date(2026, 1, 27)
_FLEX, _FLEX_DAY = f"{_LEARN}/how-to/flex-processing", date(2026, 9, 25)
_PRIORITY, _PRIORITY_DAY = f"{_LEARN}/concepts/priority-processing", date(2026, 3, 24)
_STANDARD = "learn.microsoft.com/azure/foundry/foundry-models/concepts/deployment-types"
_STANDARD_DAY = date(2026, 3, 20)
_US = (
    "centralus",
    "eastus",
    "eastus2",
    "northcentralus",
    "southcentralus",
    "westus",
    "westus3",
)
_EU = (
    "francecentral",
    "germanywestcentral",
    "polandcentral",
    "swedencentral",
    "westeurope",
)
_GLOBAL_BATCH = (
    *_US,
    *_EU,
    "australiaeast",
    "brazilsouth",
    "canadaeast",
    "japaneast",
    "koreacentral",
    "norwayeast",
    "southafricanorth",
    "southindia",
    "switzerlandnorth",
    "uksouth",
)
_PRIORITY_REGIONS = (
    *(region for region in _GLOBAL_BATCH if region != "eastus2"),
    "canadacentral",
    "italynorth",
    "southeastasia",
    "spaincentral",
    "switzerlandwest",
    "uaenorth",
)
_GLOBAL_STANDARD = (
    "australiaeast",
    "brazilsouth",
    "canadaeast",
    "centralus",
    "norwayeast",
    "polandcentral",
    "southafricanorth",
    "southcentralus",
    "southindia",
    "spaincentral",
)
_GPT_4O_ON = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano")
_O_SERIES = ("o3", "o3-mini", "o4-mini")
_GPT_5 = ("gpt-5", "gpt-5-mini")

_GLOBAL = Offer(Geography.GLOBAL)
_ZONE = Offer(Geography.DATA_ZONE)

AZURE_OFFERINGS = Offerings(
    (
        *offered(
            (*_GPT_4O_ON, *_O_SERIES, "gpt-5", "gpt-5.1"),
            _GLOBAL._replace(billing=Billing.BATCH),
            _GLOBAL_BATCH,
            since=_BATCH_DAY,
            source=_BATCH,
        ),
        *offered(
            (*_GPT_4O_ON, "o3", "o4-mini"),
            _ZONE._replace(billing=Billing.BATCH),
            (*_US, *_EU),
            since=_BATCH_DAY,
            source=_BATCH,
        ),
        *offered(
            ("o3-mini", "gpt-5", "gpt-5.1"),
            _ZONE._replace(billing=Billing.BATCH),
            _US,
            since=_BATCH_DAY,
            source=_BATCH,
        ),
        *offered(
            ("gpt-5.6-sol", "gpt-5.6-luna", "gpt-5.6-terra", "gpt-6-astra"),
            _GLOBAL._replace(tier=Tier.FLEX),
            None,
            since=_FLEX_DAY,
            source=_FLEX,
        ),
        *offered(
            ("gpt-5.1", "gpt-5.2", "gpt-4.1"),
            _GLOBAL._replace(tier=Tier.PRIORITY),
            _PRIORITY_REGIONS,
            since=_PRIORITY_DAY,
            source=_PRIORITY,
        ),
        *offered(
            ("gpt-5.4",),
            _GLOBAL._replace(tier=Tier.PRIORITY),
            ("polandcentral", "southcentralus", "swedencentral"),
            since=_PRIORITY_DAY,
            source=_PRIORITY,
        ),
        *offered(
            ("gpt-5.1", "gpt-5.2", "gpt-5.4", "gpt-4.1"),
            _ZONE._replace(tier=Tier.PRIORITY),
            (region for region in _US if region != "eastus2"),
            since=_PRIORITY_DAY,
            source=_PRIORITY,
        ),
        *offered(
            (*_GPT_4O_ON, *_O_SERIES, *_GPT_5, "o1", "gpt-5-nano"),
            _ZONE,
            (*_US, *_EU, "italynorth", "spaincentral"),
            since=_STANDARD_DAY,
            source=_STANDARD,
        ),
        *offered(
            ("gpt-5.1",),
            _ZONE,
            (*_US, "francecentral", "swedencentral"),
            since=_STANDARD_DAY,
            source=_STANDARD,
        ),
        *offered(
            ("gpt-5.2", "gpt-5.3-codex", "gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano"),
            _ZONE,
            _US,
            since=_STANDARD_DAY,
            source=_STANDARD,
        ),
        *offered(
            (*_GPT_4O_ON, *_O_SERIES, *_GPT_5, "o1", "gpt-5-nano", "gpt-5.1", "gpt-5.2", "gpt-5.4"),
            _GLOBAL,
            _GLOBAL_STANDARD,
            since=_STANDARD_DAY,
            source=_STANDARD,
        ),
    )
)
