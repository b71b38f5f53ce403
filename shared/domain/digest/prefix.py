"""How much input began as an earlier prompt had begun: what prompt caching could serve, and did.

A deployment's prompt cache holds the first 1,024 tokens of lately answered prompts for 5 minutes to
an hour. Input behind a prefix_hash that a success of the same deployment and model had ended with
so long ago could have been cached; `cached_input` is what the service reported as cached. Whole
input is counted, as how far two prompts agree past the prefix is not known.
Source: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/prompt-caching
"""

import numpy as np

from shared.domain import label
from shared.domain.digest.cache_hits import salted
from shared.domain.digest.rows import DigestRows, SeriesList
from shared.domain.digest.sightings import Sightings
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.packing import NULL, Ints

WINDOWS_US = {"5m": 300_000_000, "1h": 3_600_000_000}
KEYS = ("series",)
COUNTS = ("requests", *(f"seen_{window}" for window in WINDOWS_US))
SUMS = (
    "requests",
    "input",
    "cached_input",
    *(f"{kind}_{window}" for window in WINDOWS_US for kind in ("seen", "input")),
)


def prefix_of(rows: DigestRows, series: SeriesList, seen: Sightings) -> Tally:
    """Return the reuse of prefixes of requests that have one, and take in the successes."""
    prefixes = rows.batch.ints("prefix_hash")
    at = np.flatnonzero((prefixes != NULL) & rows.ok)
    names = (label.RESOURCE, label.DEPLOYMENT, label.MODEL)
    keys = salted(prefixes[at], rows.series[at], series, names)
    seen.see(keys, rows.end_us[at])
    age, sent = seen.ages_us(keys, rows.start_us[at]), rows.known("input_tokens")[at]
    sums: dict[str, Ints] = {
        "requests": np.ones(len(at), np.int64),
        "input": sent,
        "cached_input": rows.known("cached_input_tokens")[at],
    }
    for name, window_us in WINDOWS_US.items():
        again = (age != NULL) & (age <= window_us)
        sums[f"seen_{name}"] = again.astype(np.int64)
        sums[f"input_{name}"] = again * sent
    return tally_of({"series": rows.series[at]}, rows.weighed(sums, COUNTS, at))
