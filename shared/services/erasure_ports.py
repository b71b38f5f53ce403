"""What erasing works on."""

from dataclasses import dataclass

from shared.domain.alert.alert import Context
from shared.services.alert_ports import Alerts
from shared.services.digest_ports import Digests
from shared.services.metric_registry import MetricRegistry
from shared.services.ports import Cursors, DirtyBuckets, Documents
from shared.services.refresh import Counted, RefreshPorts
from shared.services.session_ports import Sessions
from shared.services.storing import Clock


@dataclass(frozen=True, slots=True)
class ErasurePorts:
    """What erasing works on.

    Attributes:
        documents: the orders, and the small state that goes.
        refresh: raw records, rollups and the catalogue of series.
        counted: request ids counted by this process.
        cursors: how far rollups are.
        dirty: buckets whose rollups are behind.
        digests: daily digests.
        alerts: live and resolved ones.
        registry: the units of reported metrics.
        sessions: requests in progress.
        context: what all events share.
        clock: the time, UTC.
        kept_days: how long daily rollups are kept: how far back there can be anything.
    """

    documents: Documents
    refresh: RefreshPorts
    counted: Counted
    cursors: Cursors
    dirty: DirtyBuckets
    digests: Digests
    alerts: Alerts
    registry: MetricRegistry
    sessions: Sessions
    context: Context
    clock: Clock
    kept_days: int
