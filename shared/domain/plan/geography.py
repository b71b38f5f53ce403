"""Processing that may travel further than it does, where that is cheaper: region, zone, world.

Only where every application that uses a deployment says with its `residency` that its prompts may.
"""

from dataclasses import dataclass, replace

from shared.domain.application import Residency
from shared.domain.plan.bill import Bill, Deployed, Line
from shared.domain.plan.option import Category, OptionType, Proposal
from shared.domain.plan.workload import Workload
from shared.domain.price.list_price import ContextBand
from shared.domain.price.offer import Billing, Geography
from shared.domain.recommendation.recommendation import Effort

_WIDTH = {Geography.REGIONAL: 0, Geography.DATA_ZONE: 1, Geography.GLOBAL: 2}
_ALLOWED = {Residency.REGIONAL: 0, Residency.DATA_ZONE: 1, Residency.GLOBAL: 2}


@dataclass(frozen=True, slots=True)
class Wider:
    """One deployment, processed further away.

    Attributes:
        which: the deployment.
        geography: where its requests would be processed.
        load: all that is known.
    """

    which: Deployed
    geography: Geography
    load: Workload

    @property
    def id(self) -> str:
        """Return what tells it from every other."""
        where = f"{self.which.resource}/{self.which.deployment}".strip("/")
        return f"{OptionType.GEOGRAPHY}:{self.geography}:{where}"

    def examine(self, bill: Bill) -> Proposal | None:
        """Return the bill with the deployment's requests processed further away."""
        own = [line for line in bill.lines if line.under == self.which]
        if not own or not all(self._may(line.place.application) for line in own):
            return None
        moved = {
            at: replace(line, offer=line.offer._replace(geography=self.geography), rates=rates)
            for at, line in enumerate(bill.lines)
            if (rates := self._rates(line)) is not None
        }
        if not moved:
            return None
        after, line = bill.with_lines(moved), next(iter(moved.values()))
        return Proposal(
            id=self.id,
            type=OptionType.GEOGRAPHY,
            category=Category.COST,
            effort=Effort.MEDIUM,
            description=(
                f"Deploy {line.model} of {self.which.deployment} as {self.geography}: every "
                "application that uses it says that its prompts may travel so far."
            ),
            implementation=(
                "Create a deployment of that type, move the applications to it, delete the old one."
            ),
            evidence={
                "deployment": self.which.deployment,
                "model": line.model,
                "region": line.region,
                "applications": [*sorted({each.place.application for each in own})],
                "assumptions": "The same tokens at the other type's list price of each day.",
            },
            low=after,
            expected=after,
            high=after,
        )

    def _may(self, application: str) -> bool:
        known = self.load.applications.get(application)
        if known is None or known.residency is None:
            return False
        return _ALLOWED[known.residency] >= _WIDTH[self.geography]

    def _rates(self, line: Line) -> ContextBand | None:
        if line.under != self.which or line.offer.billing is not Billing.STANDARD:
            return None
        offer = line.offer._replace(geography=self.geography)
        if line.rates is None or not self.load.is_offered(line, offer):
            return None
        return self.load.rates(line, line.model, offer)


def wider_than(geography: Geography) -> list[Geography]:
    """Return the geographies that reach further."""
    return [each for each, width in _WIDTH.items() if width > _WIDTH[geography]]
