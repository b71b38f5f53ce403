"""What Azure states itself: our own dated table, each row with its source.

What is not in it, and not in genai-prices, is unpriced.
"""

from datetime import date
from decimal import Decimal

from shared.domain.price.list_price import ListPrice
from shared.domain.price.offer import Billing, Geography, Offer
from shared.domain.price.price_book import EVERY_MODEL

_PRICING_PAGE = "azure.microsoft.com/pricing/details/azure-openai"


def _ptu_hour(geography: Geography, usd: str) -> ListPrice:
    return ListPrice(
        model=EVERY_MODEL,
        offer=Offer(geography, Billing.PROVISIONED),
        effective_from=date.min,
        ptu_hour_usd=Decimal(usd),
        source=_PRICING_PAGE,
    )


AZURE_PRICES = (
    _ptu_hour(Geography.GLOBAL, "1.00"),
    _ptu_hour(Geography.DATA_ZONE, "1.10"),
    _ptu_hour(Geography.REGIONAL, "2.00"),
)
