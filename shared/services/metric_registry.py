"""A metric's name keeps its first kind and unit for good, so that its values can be added up."""

import contextlib
from collections.abc import Iterable, Sequence

import msgspec

from shared.domain.record.checks import RowFault
from shared.domain.record.metric_record import MetricKind, MetricRecord
from shared.errors import Stale
from shared.services.ports import Document, Documents

COLLECTION = "metrics"
KIND_CONFLICT = "kind_conflict"


class MetricType(msgspec.Struct, frozen=True):
    """The kind and unit of a metric."""

    kind: MetricKind
    unit: str


class MetricRegistry:
    """The kind and unit of every metric name reported so far; entries never change."""

    def __init__(self, documents: Documents) -> None:
        """Keep entries in the collection `metrics`, and in memory once read."""
        self._documents = documents
        self._known: dict[str, MetricType] = {}

    async def conflicts(self, records: Sequence[MetricRecord]) -> list[RowFault]:
        """Return the records whose kind or unit is not the one their name has.

        A name that is new is registered with the kind and unit of its first record here.
        """
        firsts: dict[str, MetricType] = {}
        for record in records:
            firsts.setdefault(record.name, MetricType(record.kind, record.unit))
        for name, wanted in firsts.items():
            if name not in self._known:
                self._known[name] = await self._claim(name, wanted)
        return [
            RowFault(row, "kind", KIND_CONFLICT, _difference(self._known[record.name], record))
            for row, record in enumerate(records)
            if MetricType(record.kind, record.unit) != self._known[record.name]
        ]

    async def type_of(self, name: str) -> MetricType | None:
        """Return a metric's kind and unit, None for a name never reported."""
        if name not in self._known:
            found = await self._documents.get(COLLECTION, name)
            if found is None:
                return None
            self._known[name] = msgspec.json.decode(found.body, type=MetricType)
        return self._known[name]

    async def units(self, metrics: Iterable[str]) -> dict[str, str]:
        """Return metric -> unit of those that clients have reported."""
        found = {name: await self.type_of(name) for name in sorted(set(metrics))}
        return {name: each.unit for name, each in found.items() if each is not None}

    async def _claim(self, name: str, wanted: MetricType) -> MetricType:
        known = await self.type_of(name)
        if known is not None:
            return known
        with contextlib.suppress(Stale):
            await self._documents.put(COLLECTION, Document(name, msgspec.json.encode(wanted)))
        return await self.type_of(name) or wanted


def _difference(known: MetricType, record: MetricRecord) -> str:
    return (
        f"{record.name} is a {known.kind} in {known.unit!r}, got a {record.kind} in {record.unit!r}"
    )
