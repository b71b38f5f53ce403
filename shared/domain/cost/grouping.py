"""How costs are asked to be grouped: by labels, tags or users, and by day or hour."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shared.domain import label
from shared.domain.cost.table import Period
from shared.errors import InvalidInput

TAG = "tag:"
USER, DAY, HOUR = "user", "day", "hour"


@dataclass(frozen=True, slots=True)
class Grouping:
    """What tells rows apart.

    Attributes:
        names: as asked for, in order; these are the rows' keys.
        labels: the labels among them, in order; a tag's label is its key.
        period: how long a row's charge period is.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    period: Period

    @property
    def by_user(self) -> bool:
        """Tell whether users are told apart."""
        return USER in self.names


def grouping_of(names: Sequence[str], series_tags: Collection[str]) -> Grouping:
    """Return the grouping that names ask for.

    Args:
        names: labels, `tag:<key>`, user, day, hour.
        series_tags: tags that tell series apart.

    Raises:
        InvalidInput: a name that is unknown or given twice, a tag that rollups do not keep, or
            users together with anything but days.
    """
    for at, name in enumerate(names):
        if name in names[:at]:
            raise _refused(f"{name} is given twice")
        if name.startswith(TAG):
            _check_tag(name.removeprefix(TAG), series_tags)
        elif name not in (*label.REQUEST_LABELS, USER, DAY, HOUR):
            known = ", ".join((*label.REQUEST_LABELS, "tag:<key>", USER, DAY, HOUR))
            raise _refused(f"expected {known}, got {name!r:.80}")
        if USER in names and name not in (USER, DAY):
            raise _refused(f"users are told apart by day only, not by {name}")
    labels = [label_of(name) for name in names if name not in (DAY, HOUR)]
    period = Period.HOUR if HOUR in names else Period.DAY if DAY in names else Period.SPAN
    return Grouping(tuple(names), tuple(labels), period)


def label_of(name: str) -> str:
    """Return the label that a name asks for."""
    return name.removeprefix(TAG)


def _check_tag(key: str, series_tags: Collection[str]) -> None:
    if key in label.REQUEST_LABELS or key not in series_tags:
        kept = ", ".join(series_tags) or "none"
        reason = "costs are kept by the tags that SERIES_TAGS names"
        raise _refused(f"tag {key!r:.80} is not one of them: {reason} ({kept})")


def _refused(reason: str) -> InvalidInput:
    return InvalidInput.at("group_by", reason)
