"""Every table, key and column of the storage layout.

Times in keys are UTC; a bucket is named by its first minute. Keys are built here and nowhere else,
so that this file is the layout.
"""

import hashlib
from datetime import date
from functools import lru_cache
from urllib.parse import quote

from shared.domain.rollup.measures import Kind
from shared.domain.timeline import day_key, instant

CHUNKS = "chunks"
ROLLUPS = "rollups"
CONTROL = "control"
RULES = "rules"
DEPLOYMENTS = "deployments"
METRICS = "metrics"
SESSIONS = "sessions"
ALERTS = "alerts"
CHANNELS = "channels"
SILENCES = "silences"
INHIBITIONS = "inhibitions"
ROUTES = "routes"
BASELINES = "baselines"
BASELINE_HISTORY = "baselinehistory"
ANNOTATIONS = "annotations"
DEGRADATIONS = "degradations"
DIGESTS = "digests"
RECOMMENDATIONS = "recommendations"
APPLICATIONS = "applications"
RESERVATIONS = "reservations"
PRICES = "prices"
BUDGETS = "budgets"
COST_ANOMALIES = "costanomalies"
ANOMALIES = "anomalies"
ERASURES = "erasures"

# Tables that exist from the first start on; chunk tables come and go by day.
FIXED_TABLES = (
    ROLLUPS,
    CONTROL,
    RULES,
    DEPLOYMENTS,
    METRICS,
    SESSIONS,
    ALERTS,
    CHANNELS,
    SILENCES,
    INHIBITIONS,
    ROUTES,
    BASELINES,
    BASELINE_HISTORY,
    ANNOTATIONS,
    DEGRADATIONS,
    DIGESTS,
    RECOMMENDATIONS,
    APPLICATIONS,
    RESERVATIONS,
    PRICES,
    BUDGETS,
    COST_ANOMALIES,
    ANOMALIES,
    ERASURES,
)

CURSOR_PARTITION = "cursor"
DIRTY_PARTITION = "dirty"
CONFIG_PARTITION = "config"
DOCUMENT_PARTITION = "doc"
WATCH_PARTITION = "watch"

BLOCK_BYTES = 64 << 10
CHUNK_BLOCKS = 11
_SAFE_KEY_CHARACTERS = 256
CHUNK_PART_BYTES = BLOCK_BYTES * CHUNK_BLOCKS


def chunk_table(minute: int) -> str:
    """Return the table of the day that holds a minute."""
    return f"{CHUNKS}{day_key(minute)}"


@lru_cache(maxsize=256)
def chunk_partition(kind: Kind, shard: int, bucket: int) -> str:
    """Return the partition of a bucket's shard."""
    return f"{kind}{shard:02x}|{instant(bucket):%Y%m%d%H%M}"


def chunk_row(batch_id: str, part: int) -> str:
    """Return the row of one part of a batch."""
    return f"{batch_id}-{part}"


def block_names(count: int) -> list[str]:
    """Return the columns that hold a chunk's first `count` blocks."""
    return [f"d{at}" for at in range(count)]


def series_partition(minute: int) -> str:
    """Return the partition of the catalogue of series of the day that holds a minute."""
    return f"series|{day_key(minute)}"


def own_use_partition(day: date) -> str:
    """Return the partition of what the monitor itself used on a day."""
    return f"own|{day:%Y%m%d}"


def dirty_row(kind: Kind, bucket: int) -> str:
    """Return the row that marks a bucket as changed."""
    return f"{kind}{bucket:010d}"


def dirty_bucket(row: str) -> tuple[Kind, int]:
    """Return kind and bucket of a marker's row."""
    return Kind(row[0]), int(row[1:])


def score_partition(minute: int) -> str:
    """Return the partition of the anomaly scores of the day that holds a minute."""
    return f"score|{day_key(minute)}"


def step_row(minute: int) -> str:
    """Return the row of the anomaly scores of the step that begins at a minute."""
    return f"{instant(minute):%H%M}"


def step_of(row: str) -> int:
    """Return the minute of its day at which the step of a row begins."""
    return int(row[:2]) * 60 + int(row[2:])


def safe_key(text: str) -> str:
    """Return any text as a key.

    What keys may not contain is percent-encoded; the end of a long text becomes a digest.
    """
    key = quote(text, safe=" !$&'()*+,:;<=>@[]^_`{|}~-.")
    if len(key) <= _SAFE_KEY_CHARACTERS:
        return key
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return f"{key[: _SAFE_KEY_CHARACTERS - len(digest) - 1]}%{digest}"
