"""Rollups merged into the groups that a metric is asked by."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from shared.domain.label import Labels
from shared.domain.rollup.measures import Measures
from shared.domain.rollup.rollup import Rollup, aggregate


def merged(
    parts: Iterable[Rollup],
    measures: Measures,
    group_by: Sequence[str],
    where: Mapping[str, str],
    only: Collection[str] | None = None,
) -> Rollup:
    """Return rollups merged into groups, of the series that `where` selects."""

    def key(labels: Labels) -> Labels | None:
        own = dict(labels)
        if any(own.get(name, "") != text for name, text in where.items()):
            return None
        return tuple((name, own.get(name, "")) for name in group_by)

    return aggregate(parts, measures, key=key, only=only)
