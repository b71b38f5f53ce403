"""What reports say of cost in a few fields."""

from typing import Any

from shared.domain.cost.line import LineKind, total
from shared.domain.cost.table import CostTable
from shared.domain.price.money import usd_text

LIST, UNAVAILABLE = "list", "unavailable"


def cost_fields(table: CostTable) -> dict[str, Any]:
    """Return a table's cost as fields of a report; None and `unavailable` where nothing is priced.

    `cost_usd` is everything at list prices: tokens, provisioned capacity whether it was used or not
    (`idle_ptu_cost_usd` is what was not), and an estimate of the requests that clients sampled out
    (`unseen_cost_usd`).
    """
    whole = table.whole
    # Those refused cost nothing at any price, so they alone do not tell that there is one.
    charged = whole.requests - whole.refused
    priced = charged > whole.unpriced_requests or not charged or bool(whole.ptu_list_cost)
    idle = total(line.ptu_list_cost for line in table.lines if line.kind is LineKind.IDLE_PTU)
    return {
        "cost_usd": usd_text(whole.list_cost) if priced else None,
        "cost_basis": LIST if priced else UNAVAILABLE,
        "idle_ptu_cost_usd": usd_text(idle),
        "unseen_cost_usd": usd_text(whole.unseen_cost),
        "unpriced_requests": whole.unpriced_requests,
    }
