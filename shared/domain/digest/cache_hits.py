"""Requests that a cache of whole answers would have spared: same model, same prompt, seen lately.

A hit is a success whose prompt_hash a success of the same model had answered, ended at most 5
minutes, 1 hour or 24 hours before it started: a cache whose entries live on with each use. What it
would have spared are the hit's own tokens and duration.
"""

import hashlib

import numpy as np

from shared.domain import label
from shared.domain.digest.rows import SERIES_LABELS, DigestRows, SeriesList
from shared.domain.digest.sightings import Sightings
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.packing import NULL, Ints

WINDOWS_US = {"5m": 300_000_000, "1h": 3_600_000_000, "24h": 86_400_000_000}
KEYS = ("series",)
COUNTS = ("requests", *(f"hits_{w}" for w in WINDOWS_US))
SUMS = (
    "requests",
    *(f"{kind}_{w}" for w in WINDOWS_US for kind in ("hits", "input", "output", "duration_us")),
)


def cache_hits_of(rows: DigestRows, series: SeriesList, seen: Sightings) -> Tally:
    """Return the hits of requests with a prompt_hash, and take in those that succeeded.

    Args:
        rows: requests of a bucket, later than all before.
        series: the day's list.
        seen: prompts answered before.
    """
    prompts = rows.batch.ints("prompt_hash")
    at = np.flatnonzero((prompts != NULL) & rows.ok)
    keys = salted(prompts[at], rows.series[at], series, (label.MODEL,))
    seen.see(keys, rows.end_us[at])
    age = seen.ages_us(keys, rows.start_us[at])
    sums: dict[str, Ints] = {"requests": np.ones(len(at), np.int64)}
    for name, window_us in WINDOWS_US.items():
        hit = (age != NULL) & (age <= window_us)
        sums[f"hits_{name}"] = hit.astype(np.int64)
        sums[f"input_{name}"] = hit * rows.known("input_tokens")[at]
        sums[f"output_{name}"] = hit * rows.known("output_tokens")[at]
        sums[f"duration_us_{name}"] = hit * rows.batch.ints("duration_us")[at]
    return tally_of({"series": rows.series[at]}, rows.weighed(sums, COUNTS, at))


def salted(hashes: Ints, codes: Ints, series: SeriesList, names: tuple[str, ...]) -> Ints:
    """Return hashes that differ where the texts of a series under the names do.

    They do not depend on the numbers of the series, so that one day's sightings serve the next.
    """
    alike, places = series.alike(names), series.places
    at = [SERIES_LABELS.index(name) for name in names]
    salts = np.zeros(len(places), np.int64)
    for code in np.unique(alike[codes]).tolist():
        text = "\0".join(places[code][each] for each in at)
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        salts[code] = int.from_bytes(digest, "little", signed=True)
    mixed: Ints = hashes ^ salts[alike[codes]]
    return np.maximum(mixed, NULL + 1)
