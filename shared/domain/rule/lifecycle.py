"""What every kind of alert rule has: names, timing, severity and texts.

The field's words are Prometheus's: `for_s` holds a breach as pending, `keep_firing_for_s` holds an
alert as firing. Defaults are those of the HTTP contract.
"""

import msgspec

from shared.domain.rule.words import Severity


class RuleLifecycle(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What every kind of rule has; the kinds are records of one JSON object, told by `kind`.

    Attributes:
        name: unique among rules.
        for_s: how long a breach is pending before it fires; 0 fires at once.
        keep_firing_for_s: how long an alert stays firing from the first clean evaluation on.
        cooldown_s: minimum time between two firing notifications of one label set.
        repeat_interval_s: time between repeats while firing; 0 never repeats.
        flap_threshold: alerts of one label set that end within 30 minutes before it counts as
            flapping; 0 never damps.
        labels: the owner's own labels, added to each alert's.
    """

    name: str
    description: str = ""
    for_s: int = 0
    keep_firing_for_s: int = 0
    cooldown_s: int = 300
    repeat_interval_s: int = 14_400
    flap_threshold: int = 3
    severity: Severity = Severity.WARNING
    labels: dict[str, str] = {}
    runbook_url: str = ""
    enabled: bool = True
