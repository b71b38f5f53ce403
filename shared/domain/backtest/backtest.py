"""A set of rules replayed over stored history by the code that evaluates live.

History comes in slices. In each, every rule measures and walks as it does on the live clock; the
state it ends in is where the next slice begins. So a replay from the states that were stored at its
start comes to the same alerts and events, ids included, as long as no record came late.
"""

from collections.abc import Mapping, Sequence

from shared.domain.alert.alert import Context, RuleState
from shared.domain.alert.evaluation import Measurements, findings_of, walk_minutes
from shared.domain.alert.rule_walk import RuleWalk
from shared.domain.alert.view import Alert
from shared.domain.backtest.timeline import Timelines
from shared.domain.event import Event
from shared.domain.muting.muting import NOT_MUTED, Muting
from shared.domain.notification.notice import AlertNotice
from shared.domain.rule.rule import AlertRule


class Replay:
    """Rules on their way through history.

    Attributes:
        rules: the rules applied, enabled or not.
        timelines: what each label set came to.
        events: what would have been told, in order.
        notices: what of it channels would have to know.
        ended: the alerts that were resolved.
    """

    def __init__(
        self,
        rules: Sequence[AlertRule],
        minutes: range,
        *,
        states: Mapping[str, RuleState] | None = None,
        muting: Muting = NOT_MUTED,
        context: Context | None = None,
    ) -> None:
        """Begin before the first evaluation.

        Args:
            rules: each name once.
            minutes: every evaluation time, in order.
            states: rule name -> its state before the first; None begins with nothing active.
            muting: the silences and inhibitions to go by.
            context: what all evaluations share.
        """
        self.rules = rules
        self.events: list[Event] = []
        self.notices: list[AlertNotice] = []
        self.ended: list[Alert] = []
        self._states = dict(states or {})
        self.timelines = Timelines(minutes, dict(self._states))
        self._muting = muting
        self._context = context or Context()

    def states(self) -> dict[str, RuleState]:
        """Return rule name -> its state after the latest evaluation."""
        return dict(self._states)

    def walk(self, measurements: Measurements, minutes: range) -> None:
        """Evaluate the next slice.

        Args:
            measurements: over a frame that holds every window, at these minutes.
            minutes: evaluation times, those that follow the ones evaluated so far.

        Raises:
            InvalidInput: more evaluations than one answer may have.
        """
        frame = measurements.frame
        self.timelines.suspend(minutes, [frame.suspended(minute) for minute in minutes])
        walks = [self._walk(rule, measurements, minutes) for rule in self.rules]
        walk_minutes(
            walks,
            frame,
            minutes,
            self._context,
            beats_from=minutes.stop,
            muting=self._muting,
            observe=self.timelines.observe,
        )
        for walk in walks:
            self._states[walk.rule.name] = walk.state(minutes[-1])
            self.events += walk.events
            self.notices += walk.notices
            self.ended += walk.ended

    def _walk(self, rule: AlertRule, measurements: Measurements, minutes: range) -> RuleWalk:
        findings = findings_of(rule, measurements)
        self.timelines.measured(rule, minutes, findings)
        return RuleWalk(rule, self._states.get(rule.name), findings)
