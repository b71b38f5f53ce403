"""What a simulation yields: requests, host usage and quality scores, ready to post."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools.simulator.columns import Columns, length, records
from tools.simulator.fleet import Deployment
from tools.simulator.incident import Incident
from tools.simulator.posts import Post, request_posts


@dataclass(frozen=True, slots=True)
class Traffic:
    """The traffic of one period and what is known about it.

    Attributes:
        label: what a reader must be told about where it comes from.
        start: the first moment, UTC.
        end: no request ends after it, UTC.
        requests: the requests as columns, in the order they ended.
        measurements: posts of host usage and quality scores, oldest first.
        incidents: the trouble in it, oldest first.
        deployments: the deployments called, with their quotas.
    """

    label: str
    start: datetime
    end: datetime
    requests: Columns
    measurements: tuple[Post, ...]
    incidents: tuple[Incident, ...]
    deployments: tuple[Deployment, ...]

    def __len__(self) -> int:
        return length(self.requests)

    def records(self) -> list[dict[str, Any]]:
        """Return every request as a record of `POST /api/v1/requests`."""
        return records(self.requests)

    def posts(self, *, batch_size: int = 2000) -> Iterator[Post]:
        """Yield the requests in batches of `batch_size` (1 to 5,000), oldest first."""
        return request_posts(self.requests, batch_size=batch_size)
