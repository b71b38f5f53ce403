"""Quality by value of a setting: whether an effort or a temperature in use answers better.

Of the scores that were joined to a request (`quality`), for the settings that could matter to the
answer. Values are those of `settings`, at most `TOP` a series and setting by name.
"""

from collections.abc import Mapping

import numpy as np

from shared.domain.digest.settings import OTHER, TOP, Setting
from shared.domain.digest.tally import Tally, merged, tally_of
from shared.domain.digest.top_values import cut_values
from shared.domain.packing import Ints

KEYS = ("series", "setting", "value", "score")
SUMS = ("n", "sum_millionths", "squares_millionths")
SCORED = (Setting.REASONING_EFFORT, Setting.TEMPERATURE)


def scored_settings_of(
    keys: Mapping[str, Ints], values: Mapping[Setting, Ints], sums: Mapping[str, Ints]
) -> Tally:
    """Return scores by value of each setting that could matter.

    Args:
        keys: series and score of each joined score.
        values: of each setting, one for each joined score.
        sums: what is summed.
    """
    size = len(keys["series"])
    return merged(
        [
            tally_of(
                {
                    "series": keys["series"],
                    "setting": np.full(size, setting, np.int64),
                    "value": values[setting],
                    "score": keys["score"],
                },
                sums,
            )
            for setting in SCORED
        ]
    )


def bounded(scored: Tally) -> Tally:
    """Return scores with each series' most frequent values of a setting by name."""
    counted = Tally(scored.keys, {**scored.sums, "requests": scored.sums["n"]})
    cut = cut_values(counted, ("series", "setting"), "value", keep=TOP, other=OTHER)
    return Tally(cut.keys, {name: cut.sums[name] for name in SUMS})
