"""Provisioned throughput of one deployment at the hourly price: more of it, less, or none.

The best size is searched over all sizes (`sizing.py`) on what earlier options left of the traffic.
Units that an owned reservation covers are paid whatever is done, so giving them up saves nothing.
Low: traffic spills from 80 % of the units on, as bursts within a minute would make it.
"""

from dataclasses import dataclass

from shared.domain.plan.bill import Bill
from shared.domain.plan.exact import ZERO
from shared.domain.plan.load import METERS
from shared.domain.plan.option import Category, Evidence, OptionType, Proposal
from shared.domain.plan.site import BURSTS, Site
from shared.domain.plan.sizing import Question, Size, best_size, cost_of_size
from shared.domain.plan.spillover import normalized_milli, weights_milli
from shared.domain.recommendation.recommendation import Effort

_KINDS = {
    OptionType.PROVISIONED_THROUGHPUT: (
        Effort.MEDIUM,
        "Serve {name} by {ptu} PTU in place of {now}, the rest by the token.",
        "Create or resize the provisioned deployment, name a standard one as its spillover, check "
        "first that the region has the capacity.",
    ),
    OptionType.RIGHTSIZING: (
        Effort.LOW,
        "Shrink {name} from {now} to {ptu} PTU: the traffic does not fill more.",
        "Resize the deployment (billing follows at once) and name a standard one as its spillover.",
    ),
    OptionType.DEPLOYMENT_OPTIMIZATION: (
        Effort.MEDIUM,
        "Give up the {now} of {name} and pay its tokens.",
        "Create a standard deployment, move the applications, delete the provisioned one.",
    ),
}
_ASSUMPTIONS = (
    "Per minute: input counts when a request starts, output spreads over its generation; what "
    "exceeds a minute's capacity spills and is paid by token. Days without a digest are like those "
    "with one. Low: spilling begins at 80 % of the units, as bursts within a minute would have it. "
    "Requests too long for provisioned throughput stay by token. Capacity is not guaranteed."
)


@dataclass(frozen=True, slots=True)
class Hourly:
    """The size of one deployment, paid by the hour."""

    site: Site

    @property
    def id(self) -> str:
        """Return what tells it from every other."""
        return f"capacity:{self.site.name}"

    def examine(self, bill: Bill) -> Proposal | None:
        """Return the bill at the best size by the hour."""
        site, hour = self.site, self.site.ptu_hour()
        if hour is None:
            return None
        if site.holding.ptu and not any(sum(line.counts.values()) for line in site.lines(bill)):
            return self._idle(bill)
        asked = site.question(bill, hour * site.load.hours)
        best = None if asked is None else best_size(asked)
        if asked is None or best is None or best.ptu == site.holding.ptu:
            return None
        tight = cost_of_size(asked, best.ptu, BURSTS)
        low, after = (site.applied(bill, size, asked.load) for size in (tight, best))
        return self._proposal(
            self._kind(best.ptu), best.ptu, evidence_of(site, asked, best), low, after
        )

    def _idle(self, bill: Bill) -> Proposal:
        """Return the bill without units that nobody uses."""
        held = self.site.holding
        evidence: Evidence = {
            "deployment": self.site.which.deployment,
            "geography": held.geography.value,
            "region": held.region,
            "ptu_now": held.ptu,
            "ptu": 0,
            "ptu_covered_by_reservations": held.covered,
            "requests": 0,
            "assumptions": "Nobody sent it anything over the whole period.",
        }
        after = self.site.given_up(bill)
        return self._proposal(OptionType.DEPLOYMENT_OPTIMIZATION, 0, evidence, after, after)

    def _proposal(
        self, kind: OptionType, ptu: int, evidence: Evidence, low: Bill, after: Bill
    ) -> Proposal:
        site = self.site
        effort, description, implementation = _KINDS[kind]
        now = f"{site.holding.ptu} PTU" if site.holding.ptu else "none"
        return Proposal(
            id=f"{kind}:{site.name}",
            type=kind,
            category=Category.COST,
            effort=effort,
            description=description.format(name=site.name, ptu=ptu, now=now),
            implementation=implementation,
            evidence=evidence,
            low=low,
            expected=after,
            high=after,
        )

    def _kind(self, ptu: int) -> OptionType:
        if ptu > self.site.holding.ptu:
            return OptionType.PROVISIONED_THROUGHPUT
        return OptionType.RIGHTSIZING if ptu else OptionType.DEPLOYMENT_OPTIMIZATION


def evidence_of(site: Site, asked: Question, size: Size) -> Evidence:
    """Return what a size was computed from.

    Break-even utilization is the share of a unit that traffic has to fill for it to cost no more
    than the same tokens do: at the mix of tokens that the deployment has.
    """
    need, weights = normalized_milli(asked.load, asked.sizing), weights_milli(asked.sizing)
    usd = sum((asked.load.total(m) * asked.token_usd[m] for m in METERS), ZERO)
    total, minutes = int(need.sum()), site.load.minutes
    unit = asked.sizing.tpm_per_ptu * 1_000 * minutes
    worth = usd * unit / total if total else ZERO
    served = total - sum(size.spilled[m] * weights[m] for m in METERS)
    return {
        "deployment": site.which.deployment,
        "model": asked.sizing.model,
        "geography": site.holding.geography.value,
        "region": site.holding.region,
        "ptu_now": site.holding.ptu,
        "ptu": size.ptu,
        "ptu_covered_by_reservations": site.holding.covered,
        "ptu_minimum": asked.sizes.minimum,
        "ptu_step": asked.sizes.step,
        "tpm_per_ptu": asked.sizing.tpm_per_ptu,
        "weights_milli": {meter.value: weight for meter, weight in weights.items()},
        "usd_per_ptu_over_the_period": str(asked.ptu_usd),
        "peak_normalized_tpm": int(need.max(initial=0)) // 1_000,
        "utilization": served / (size.ptu * unit) if size.ptu else None,
        "break_even_utilization": float(asked.ptu_usd / worth) if worth else None,
        "spilled_share": 1 - served / total if total else 0.0,
        "cost_by_token_usd": f"{usd:.2f}",
        "cost_of_units_usd": f"{size.units_usd:.2f}",
        "cost_of_spillover_usd": f"{size.spilled_usd:.2f}",
        "minutes_with_traffic": len(asked.load),
        "days_measured": site.load.traffic.days,
        "assumptions": _ASSUMPTIONS,
    }
