"""Erasing an application from alerts: live ones end, for all who were told of them; then all go."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import msgspec

from shared.domain.alert.alert import Instance, ResolvedReason, RuleState
from shared.domain.alert.rule_walk import RuleWalk
from shared.domain.erasure.matching import is_of
from shared.domain.erasure.mentions import mentions
from shared.domain.label import Labels
from shared.domain.rule.findings import no_findings
from shared.services.alert_ports import AlertChange, Alerts
from shared.services.dispatching import for_channels
from shared.services.erasure_ports import ErasurePorts
from shared.services.muting import load_muting
from shared.services.ports import Documents
from shared.services.routes import load_routes
from shared.services.rules import COLLECTION as RULES

_EVER = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _About:
    """Which alerts are about an application: by their labels, or as their rule asks for it only.

    Attributes:
        application: whose.
        rules: names of the rules that name it.
    """

    application: str
    rules: frozenset[str]

    def has(self, rule: str, labels: Labels) -> bool:
        """Tell whether an alert of a rule is one of them."""
        return rule in self.rules or is_of(labels, self.application)


async def _about(application: str, documents: Documents) -> _About:
    rules = await documents.list(RULES)
    named = frozenset(each.key for each in rules if mentions(each.body, application))
    return _About(application, named)


async def erase_alerts(application: str, *, now: datetime, ports: ErasurePorts) -> int:
    """End an application's live alerts and delete those that have ended; return how many.

    Raises:
        Stale: an evaluation changed the same alerts; trying again goes on.
    """
    about = await _about(application, ports.documents)
    return await _end_live(about, now, ports) + await _forget_ended(about, now, ports.alerts)


async def _end_live(about: _About, now: datetime, ports: ErasurePorts) -> int:
    muting, routes = await load_muting(ports.documents), await load_routes(ports.documents)
    ended = 0
    for stored in (await ports.alerts.states()).values():
        state = stored.state
        own = tuple(each for each in state.instances if about.has(state.rule.name, each.labels))
        if not own:
            continue
        units = await ports.registry.units([state.rule.metric])
        context = replace(ports.context, units=units)
        walk = RuleWalk(state.rule, _only(state, own), no_findings(0))
        walk.retire(now, context, muting, ResolvedReason.NO_DATA)
        others = tuple(each for each in state.instances if each not in own)
        await ports.alerts.commit(
            AlertChange(
                stored,
                _only(state, others),
                events=walk.events if context.connected else (),
                notices=for_channels(walk.notices, routes),
            )
        )
        ended += len(walk.ended)
    return ended


def _only(state: RuleState, instances: tuple[Instance, ...]) -> RuleState:
    return msgspec.structs.replace(state, instances=instances)


async def _forget_ended(about: _About, now: datetime, alerts: Alerts) -> int:
    ended = await alerts.resolved(_EVER, now + timedelta(days=1))
    theirs = [each for each in ended if about.has(each.rule, tuple(each.labels.items()))]
    await alerts.forget_alerts(theirs)
    return len(theirs)
