"""What is said of a model that is to retire: when, and what its successors would have cost."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from shared.domain import label
from shared.domain.cost.rates import PRICING_LABELS
from shared.domain.cost.successors import SuccessorCost, SuccessorCosts, successor_costs
from shared.domain.label import Labels
from shared.domain.price.money import usd_text
from shared.domain.price.pricing import Pricing
from shared.domain.price.retirement import Retirement
from shared.domain.rollup.rollup import Rollup
from shared.domain.span import Span

_CENT = Decimal("0.01")


def retirement_notes(
    rollups: Sequence[Rollup],
    pricing: Pricing,
    asked: Iterable[Labels],
    span: Span,
    on: date,
) -> dict[Labels, str]:
    """Return what there is to say by label set; one that stands for several models has nothing.

    Args:
        rollups: requests of the span, `token_costs.MEASURES` at least.
        pricing: prices, deployments and retirements.
        asked: label sets.
        span: minutes covered.
        on: the UTC day whose prices and deployments count.
    """
    notes: dict[Labels, str] = {}
    for labels in asked:
        found = retirement_of(rollups, pricing, labels, on)
        if found is not None:
            where = dict(labels)
            costs = successor_costs(
                rollups, pricing, found.successors, where=where, span=span, on=on
            )
            notes[labels] = _said(found, costs)
    return notes


def retirement_of(
    rollups: Sequence[Rollup], pricing: Pricing, labels: Labels, on: date
) -> Retirement | None:
    """Return the retirement of the one model that label sets of the traffic stand for.

    Args:
        rollups: requests.
        pricing: deployments, names of models and retirements.
        labels: what the traffic's series have in common.
        on: the UTC day whose deployments count.
    """
    models = models_of(rollups, pricing, labels, on)
    return pricing.retirements.get(models.pop()) if len(models) == 1 else None


def models_of(rollups: Sequence[Rollup], pricing: Pricing, labels: Labels, on: date) -> set[str]:
    """Return the canonical models of the traffic that has these labels."""
    series = {
        tuple(own.get(name, "") for name in PRICING_LABELS)
        for part in rollups
        for own in map(dict, part.labels)
        if all(own.get(name, "") == text for name, text in labels)
    }
    return {_model(pricing, dict(zip(PRICING_LABELS, key, strict=True)), on) for key in series}


def _model(pricing: Pricing, own: dict[str, str], on: date) -> str:
    return pricing.resolve(
        model=own[label.MODEL],
        model_version=own[label.MODEL_VERSION],
        resource=own[label.RESOURCE],
        deployment=own[label.DEPLOYMENT],
        day=on,
    ).model


def _said(found: Retirement, costs: SuccessorCosts) -> str:
    named = f"{found.model} retires on {found.retires_on}"
    if not found.successors:
        return f"{named}, no successor is named"
    if not costs.list_cost:
        return f"{named}, successor {' or '.join(found.successors)}"
    told = " and ".join(map(_instead, costs.successors))
    return f"{named}; its traffic of 30 days costs {_usd(costs.list_cost)} USD, {told}"


def _instead(each: SuccessorCost) -> str:
    if each.list_cost is None:
        return f"{each.model} has no price for it"
    return f"on {each.model} {_usd(each.list_cost)} USD"


def _usd(amount: Decimal) -> str:
    """Return a cost for people: to the cent, and below one as it is."""
    return f"{amount.quantize(_CENT):f}" if amount >= _CENT else usd_text(amount)
