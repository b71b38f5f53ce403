"""A model's configuration, improved where its traffic shows how: what is changed, and why.

Only what was measured is changed; advice that merely asks to try something is left out. Without
data enough a configuration stays as it is. Which keys are known: `setting_change`.
"""

from typing import Any

import msgspec

from shared.domain.advice.ground import FEWEST, Ground
from shared.domain.advice.setting_change import CHANGES, UNASKED, Config, Optimization
from shared.domain.recommendation.recommendation import Improvement


class Optimized(msgspec.Struct, frozen=True, omit_defaults=True):
    """A configuration after what is known was applied to it.

    Attributes:
        model_name: whose.
        deployment: the only one looked at; empty for all of the model's.
        application: the only one looked at; empty for all.
        optimized_config: the configuration, keys that are not known untouched.
        optimizations_applied: what was changed.
        estimated_improvements: what was measured, by what it improves.
        reason: why nothing was changed; empty where something was.
    """

    model_name: str
    optimized_config: dict[str, Any]
    optimizations_applied: list[Optimization]
    deployment: str = ""
    application: str = ""
    estimated_improvements: dict[str, Improvement] = {}
    reason: str = ""


def optimized(config: Config, ground: Ground | None) -> Optimized:
    """Return a configuration with what is known applied to it.

    Args:
        config: as checked by `services/optimize`.
        ground: what is known of the model's requests; None where there were none.
    """
    if ground is None:
        return Optimized("", dict(config), [], reason="No requests in the last four weeks.")
    model, deployment, application = ground.scope
    changes = [
        change
        for key, improve in CHANGES.items()
        if (key in config or key in UNASKED) and (change := improve(key, config, ground))
    ]
    after = dict(config)
    for change in changes:
        after[change.made.setting] = change.made.after
        if change.made.after is None:
            del after[change.made.setting]
    return Optimized(
        model,
        after,
        [change.made for change in changes],
        deployment,
        application,
        {change.improves: change.by for change in changes if change.by is not None},
        "" if changes else _reason(ground),
    )


def _reason(ground: Ground) -> str:
    known = max(ground.work.hours.total("ok"), 0)
    if known < FEWEST:
        return (
            f"{known} successful requests in what digests have of the last four weeks, "
            f"{FEWEST} are needed."
        )
    return (
        f"{known} successful requests show nothing to change: nothing that was measured would "
        "improve, or it was not measured (scores, prompt hashes, several values of a setting)."
    )
