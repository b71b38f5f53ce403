"""host.json, as far as this host obeys it.

Defaults are those of the host.json reference for Functions 4.x, where not said otherwise.
"""

from pathlib import Path
from typing import Any

import msgspec

from tools.devhost.errors import HostError


class Http(msgspec.Struct, frozen=True, rename="camel"):
    """`extensions.http`."""

    route_prefix: str = "api"


class Queues(msgspec.Struct, frozen=True, rename="camel"):
    """`extensions.queues`; durations are `hh:mm:ss`.

    The host's longest pause between two polls is a minute, in Core Tools two seconds, as here.
    """

    batch_size: int = 16
    new_batch_threshold: int | None = None
    max_dequeue_count: int = 5
    max_polling_interval: str = "00:00:02"
    visibility_timeout: str = "00:00:00"
    message_encoding: str = "base64"

    @property
    def threshold(self) -> int:
        """The number of messages in work at or below which the next batch is fetched."""
        return (
            self.batch_size // 2 if self.new_batch_threshold is None else self.new_batch_threshold
        )

    @property
    def longest_pause_s(self) -> float:
        """The longest pause between two polls of an empty queue."""
        return span_s(self.max_polling_interval)

    @property
    def retry_after_s(self) -> int:
        """How long a message is hidden after a failed try."""
        return int(span_s(self.visibility_timeout))

    @property
    def is_base64(self) -> bool:
        """Whether messages travel in base64."""
        return self.message_encoding.lower() == "base64"


class Extensions(msgspec.Struct, frozen=True):
    """`extensions`."""

    http: Http = Http()
    queues: Queues = Queues()


class HostJson(msgspec.Struct, frozen=True, rename="camel"):
    """The whole file."""

    version: str = ""
    extension_bundle: dict[str, Any] | None = None
    extensions: Extensions = Extensions()


def load_host_json(app_dir: Path) -> HostJson:
    """Read and check host.json.

    Raises:
        HostError: the deployed host would refuse it too, or index no functions.
    """
    file = app_dir / "host.json"
    try:
        host_json = msgspec.json.decode(file.read_bytes(), type=HostJson)
        span_s(host_json.extensions.queues.max_polling_interval)
        span_s(host_json.extensions.queues.visibility_timeout)
    except FileNotFoundError as error:
        raise HostError(f"host.json is missing in {app_dir}") from error
    except ValueError as error:
        raise HostError(f"host.json: {error}") from error
    if host_json.version != "2.0":
        raise HostError(f'host.json: expected "version": "2.0", got "{host_json.version}"')
    return host_json


def span_s(text: str) -> float:
    """Return the seconds of a .NET time span `hh:mm:ss`.

    Raises:
        ValueError: it is not written that way.
    """
    parts = text.split(":")
    if len(parts) != 3:
        raise ValueError(f"expected a time span hh:mm:ss, got {text!r}")
    hours, minutes, seconds = parts
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
