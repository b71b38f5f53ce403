"""Routes: which alerts are told to which channels, and how they are gathered.

Routes are tried in order and the first that matches decides, as in Alertmanager's tree without
`continue`. Alerts of one route that share the values of its `group_by` labels are told together:
`group_wait_s` after the first of them, then whenever something changed, `group_interval_s` apart.
"""

from collections.abc import Mapping, Sequence

import msgspec

from shared.domain.label import Labels
from shared.domain.muting.silence import matches
from shared.domain.rule.words import Severity

GROUP_WAIT_S = 30
GROUP_INTERVAL_S = 300


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """Where the alerts it matches are told.

    Attributes:
        matchers: label -> the value an alert must have; `rule` and `severity` count as labels.
        severities: of which an alert must have one; empty for any.
        channels: names of channels; empty tells nobody, and no later route either.
        group_by: labels whose values alerts of one notification share; empty for one group of all.
        group_wait_s: how long the first alert of a group waits for others.
        group_interval_s: least time between two notifications of one group.
    """

    matchers: dict[str, str] = {}
    severities: tuple[Severity, ...] = ()
    channels: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    group_wait_s: int = GROUP_WAIT_S
    group_interval_s: int = GROUP_INTERVAL_S

    def takes(self, labels: Mapping[str, str]) -> bool:
        """Tell whether an alert of these labels goes this way."""
        if self.severities and labels.get("severity", "") not in self.severities:
            return False
        return matches(self.matchers, labels)

    def group_of(self, labels: Mapping[str, str]) -> Labels:
        """Return the labels an alert is grouped by; one it does not have is left out."""
        return tuple((name, labels[name]) for name in self.group_by if labels.get(name))


type Routes = Sequence[Route]


def route_of(routes: Routes, labels: Mapping[str, str]) -> int | None:
    """Return the position of the route an alert of these labels goes; None for none."""
    return next((at for at, route in enumerate(routes) if route.takes(labels)), None)
