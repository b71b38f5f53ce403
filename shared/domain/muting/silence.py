"""Silences: alerts that match are evaluated and told as always, but reach nobody for a while.

Matching is Alertmanager's: every label named must have the value, and a label that is missing is
the same as one that is empty.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """A silence, in force from `starts_at` until `ends_at`.

    Attributes:
        matchers: label -> the value an alert must have; `rule` and `severity` count as labels.
        starts_at: the first moment, UTC.
        ends_at: the first moment after it, UTC.
        by: who asked for it.
        comment: why.
    """

    id: str
    matchers: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    by: str
    comment: str = ""

    def mutes(self, labels: Mapping[str, str], now: datetime) -> bool:
        """Tell whether an alert of these labels is silenced at a time."""
        return self.starts_at <= now < self.ends_at and matches(self.matchers, labels)


def matches(matchers: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Tell whether labels have every value named; missing is the same as empty."""
    return all(labels.get(name, "") == value for name, value in matchers.items())
