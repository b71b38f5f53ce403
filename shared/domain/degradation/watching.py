"""What an hourly check looks at: which baselines judge, what is worst, and what goes on."""

from collections import Counter
from collections.abc import Mapping, Sequence

from shared.domain.baseline.baseline import Baseline
from shared.domain.degradation.change import Change
from shared.domain.degradation.degradation import Gates
from shared.domain.degradation.episode import Episode, staying
from shared.domain.degradation.evidence import Evidence, family_of
from shared.domain.degradation.timelines import Name


def goes_on(episode: Episode, evidence: Evidence, gates: Gates) -> bool | None:
    """Return whether a degradation goes on; None where too little is known."""
    name = (episode.model, episode.deployment)
    readings = evidence.readings.get(name, {})
    if not any(
        metric in readings and readings[metric].samples >= gates.samples
        for metric in episode.normal
    ):
        return None
    return any(change.worse for change in evidence.changes(name, episode.normal, staying(gates)))


def judged_by(every: Mapping[Name, Baseline]) -> list[Baseline]:
    """Return the baselines to judge by: of all of a model's deployments only if it has several."""
    deployments = Counter(model for model, deployment in every if deployment)
    return [
        baseline
        for (model, deployment), baseline in sorted(every.items())
        if deployment or deployments[model] != 1
    ]


def worst_of(baseline: Baseline, evidence: Evidence, gates: Gates) -> Sequence[Change]:
    """Return the greatest change for the worse of each family of metrics."""
    first: dict[str, Change] = {}
    name = (baseline.model, baseline.deployment)
    for change in evidence.changes(name, baseline.metrics, gates):
        if change.worse:
            first.setdefault(family_of(change.metric), change)
    if "response_time" in first:
        # The same slowness, told twice.
        first.pop("tokens_per_second", None)
    return list(first.values())
