"""Inhibitions: while one alert fires, another one that follows from it reaches nobody.

As in Alertmanager: a target is inhibited while any source fires that has the same values for the
`equal` labels, where missing is the same as empty. An alert that is a source and a target alike is
not inhibited by others of which that is true, itself included.
"""

from collections.abc import Iterable, Mapping

import msgspec

from shared.domain.muting.silence import matches


class Inhibition(msgspec.Struct, frozen=True, kw_only=True):
    """Which alerts mute which.

    Attributes:
        source: label -> value of the alerts that mute; `rule` and `severity` count as labels.
        target: label -> value of the alerts that are muted.
        equal: labels that must have the same value on both.
    """

    name: str
    source: dict[str, str]
    target: dict[str, str]
    equal: tuple[str, ...] = ()

    def mutes(self, labels: Mapping[str, str], firing: Iterable[Mapping[str, str]]) -> bool:
        """Tell whether an alert is inhibited by any of those that fire."""
        if not matches(self.target, labels):
            return False
        both = matches(self.source, labels)
        return any(
            matches(self.source, other)
            and not (both and matches(self.target, other))
            and all(other.get(name, "") == labels.get(name, "") for name in self.equal)
            for other in firing
        )
