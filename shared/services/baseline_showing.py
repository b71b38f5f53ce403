"""A baseline as people see it: the one in force, or the last one of a day."""

from datetime import datetime

from shared.domain.baseline.view import BaselineView, NoBaselineView, view_of
from shared.domain.timeline import minute_of
from shared.services.baseline_store import find_baseline, replaced_on
from shared.services.ports import Documents


async def get_baseline(
    model: str, deployment: str, *, at: datetime | None, documents: Documents
) -> BaselineView | NoBaselineView:
    """Return the baseline in force, or why there is none.

    Args:
        model: its name.
        deployment: its name; empty for all of the model's.
        at: asks for the last version computed on that UTC day; None for the one in force.
        documents: where they are.
    """
    current = await find_baseline(model, deployment, documents)
    if at is None:
        reason = "no requests of the last 30 days were learned from; the last hour does not count"
        return view_of(current) if current else NoBaselineView(model, reason)
    if current is not None and current.established_at.date() == at.date():
        return view_of(current)
    for each in reversed(await replaced_on(minute_of(at), documents)):
        if (each.model, each.deployment) == (model, deployment):
            return view_of(each)
    return NoBaselineView(model, f"no version was computed on {at.date()}")
