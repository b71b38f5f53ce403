"""Which rates each cell of a day is charged at: asked once per deployment, day, tier and band."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.domain import label
from shared.domain.price.list_price import ContextBand
from shared.domain.price.offer import Billing
from shared.domain.price.pricing import Pricing, Unpriced

PRICING_LABELS = (label.MODEL, label.MODEL_VERSION, label.RESOURCE, label.DEPLOYMENT)
"""The labels that a price depends on."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What tokens are charged at.

    Attributes:
        band: list prices by meter; None where there are none.
        unpriced: why not; None where there are, and where capacity is paid in place of tokens.
        assumed: whether the deployment's type was not known, and taken for Global.
    """

    band: ContextBand | None
    unpriced: Unpriced | None = None
    assumed: bool = False


class Rates:
    """Rates as they are met, each once, so that equal ones can be grouped by their number."""

    def __init__(self, pricing: Pricing) -> None:
        """Ask these prices."""
        self._pricing = pricing
        self._known: dict[tuple[int, Unpriced | None, bool], int] = {}
        self.found: list[Rate] = []

    def at(self, labels: Mapping[str, str], tier: str, band: str, day: date) -> int:
        """Return the number of the rate that a cell is charged at, an index into `found`.

        Args:
            labels: of the series, `PRICING_LABELS` at least.
            tier: that served the requests.
            band: of their context length.
            day: UTC.
        """
        resolved = self._pricing.resolve(
            model=labels[label.MODEL],
            model_version=labels[label.MODEL_VERSION],
            resource=labels[label.RESOURCE],
            deployment=labels[label.DEPLOYMENT],
            service_tier=tier,
            day=day,
        )
        assumed = resolved.deployment_type_assumed
        if resolved.offer.billing is Billing.PROVISIONED:
            return self._number(None, None, assumed=assumed)
        if resolved.price is None:
            return self._number(None, resolved.unpriced, assumed=assumed)
        rates = resolved.price.cell_band(band)
        return self._number(rates, None if rates else Unpriced.BAND, assumed=assumed)

    def _number(self, band: ContextBand | None, unpriced: Unpriced | None, *, assumed: bool) -> int:
        key = (id(band), unpriced, assumed)
        if key not in self._known:
            self._known[key] = len(self.found)
            self.found.append(Rate(band, unpriced, assumed))
        return self._known[key]
