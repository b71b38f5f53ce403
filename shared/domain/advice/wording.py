"""Evidence in the words that answers use."""

from collections.abc import Mapping

from shared.domain.advice.values import MARGIN, ScoreDifference
from shared.domain.recommendation.recommendation import Evidence, Fact, Improvement
from shared.domain.share import Share


def evidence_of_scores(differences: Mapping[str, ScoreDifference]) -> Evidence:
    """Return mean scores of both ways, and the interval of their difference."""
    found: Evidence = {"quality_margin_percent": 100 * MARGIN}
    for name, each in differences.items():
        told: dict[str, Fact] = {
            "now": each.ours,
            "then": each.theirs,
            "difference_low": each.interval.low,
            "difference_high": each.interval.high,
            "samples": each.samples,
        }
        found[f"quality_{name}"] = told
    return found


def in_percent(improvement: Improvement) -> str:
    """Return an interval of percents in words, as one number where it is one."""
    low, high = f"{improvement.low:.0f}", f"{improvement.high:.0f}"
    return f"{low} %" if low == high else f"{low} to {high} %"


def evidence_of_share(share: Share) -> dict[str, Fact]:
    """Return a share with its interval."""
    return {
        "share": share.value,
        "low": share.low,
        "high": share.high,
        "events": share.events,
        "requests": share.requests,
    }
