"""Rules of every kind on the clock: what they load, what they tell, and what they store."""

import pytest

from shared.domain.alert.alert import Availability, State
from shared.domain.rule.absence_rule import AbsenceRule
from shared.domain.rule.baseline_rule import BaselineRule
from shared.domain.rule.budget_rule import BudgetRule
from shared.domain.rule.burn_rate_rule import BurnRateRule
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.words import NoData
from shared.services.references import ReferencePorts, with_availability
from tests.domain.rule_factories import rule
from tests.services.alert_factories import START, Monitor, monitor, told
from tests.services.reference_factories import MemoryBaselines, MemoryBudgets, reference_ports

_ODD = BaselineRule(name="slow", metric="latency", window_s=60)
_SPENT = BudgetRule(name="slow", budget="web", share=0.8)
_GONE = AbsenceRule(name="slow", metric="latency", group_by=("host",), for_s=120)
_SLO = BurnRateRule(
    name="slow",
    objective=0.99,
    latency_metric="latency",
    below_ms=5.0,
    group_by=(),
    min_requests=1,
)


async def _states(made: Monitor, minutes: range) -> str:
    """Evaluate minute by minute; return the first letter of the state after each."""
    found = ""
    for at in minutes:
        await made.evaluate(at)
        instance = (await made.instances()).get(())
        found += (instance.state if instance else State.INACTIVE)[0]
    return found


async def test_a_baseline_is_what_a_rule_is_held_against() -> None:
    made = await monitor(_ODD)
    made.references = reference_ports(MemoryBaselines({("latency", ()): (4.0, 0.5)}))
    for at, value in enumerate([5.9, 6.1, 6.1, 4.0]):
        made.report(at, value)

    assert await _states(made, range(1, 5)) == "iffi"
    first, last = await made.events()
    assert (first.name, last.name) == ("alert.firing", "alert.resolved")
    assert first.measurements["threshold"] == 6.0
    assert "is 6.1, above 6, the edge of what is normal" in first.properties["message"]


@pytest.mark.parametrize("no_data", NoData)
async def test_without_baselines_no_alert_fires_nor_resolves(no_data: NoData) -> None:
    baselines = MemoryBaselines({("latency", ()): (4.0, 0.5)})
    made = await monitor(BaselineRule(name="slow", metric="latency", window_s=60, no_data=no_data))
    made.references = reference_ports(baselines)
    made.story("x")
    await made.evaluate(1)
    made.references = ReferencePorts()
    made.story("..x_", first=1)

    assert await _states(made, range(2, 7)) == "fffff"
    (instance,) = (await made.instances()).values()
    assert instance.data is Availability.NO_DATA

    other = await monitor(BaselineRule(name="slow", metric="latency", no_data=no_data))
    other.story("xx__")
    assert await _states(other, range(1, 6)) == "iiiii"


async def test_a_budget_fires_at_its_share_and_stays_where_spend_is_not_known() -> None:
    shares = {1: (0.7, 0.9), 2: (0.8, 0.9), 3: (0.9, 1.1), 5: (0.1, 0.2)}
    budgets = MemoryBudgets({("web", START + at): both for at, both in shares.items()})
    made = await monitor(_SPENT, BudgetRule(name="expected", budget="web", forecast=True))
    made.references = reference_ports(budgets=budgets)

    assert await _states(made, range(1, 6)) == "ifffi"
    assert told(await made.events()) == ["2 firing", "3 firing", "5 resolved", "5 resolved"]


@pytest.mark.parametrize(
    ("applied", "said"),
    [
        (_ODD, "baselines are not established yet"),
        (_SPENT, "budgets are not established yet"),
    ],
)
async def test_a_rule_that_nothing_can_judge_says_why(applied: AlertRule, said: str) -> None:
    answered = await with_availability(applied, ports=ReferencePorts())

    assert isinstance(answered, BaselineRule | BudgetRule)
    assert answered.unavailable == said
    assert await with_availability(applied, ports=reference_ports()) == applied


@pytest.mark.parametrize("applied", [rule(), _GONE, _SLO])
async def test_other_rules_need_nothing_else(applied: AlertRule) -> None:
    assert await with_availability(applied, ports=ReferencePorts()) == applied


async def test_a_series_that_reports_is_stored_once_and_not_every_minute() -> None:
    made = await monitor(_GONE)
    for host in "ab":
        for at in range(20):
            made.report(at, 1.0, labels=(("host", host),))

    versions = set()
    for at in range(1, 21):
        await made.evaluate(at)
        versions.add((await made.alerts.states())["slow"].etag)

    assert len(versions) == 1
    assert len(await made.instances()) == 2


async def test_an_absent_series_is_stored_when_its_state_changes() -> None:
    made = await monitor(_GONE)
    for at in range(9):
        made.report(at, 1.0, labels=(("host", "b"),))
    made.report(0, 1.0, labels=(("host", "a"),))

    versions = set()
    for at in range(1, 10):
        await made.evaluate(at)
        versions.add((await made.alerts.states())["slow"].etag)

    # First seen, pending, firing, and what `alert.state` stores at minute 5.
    assert len(versions) == 4


async def test_a_rule_that_asks_another_question_misses_nobody_of_the_one_before() -> None:
    made = await monitor(_GONE)
    made.report(0, 1.0, labels=(("host", "a"),))
    await made.evaluate(1)
    await made.add(AbsenceRule(name="slow", metric="other", group_by=("host",), for_s=60))

    for at in range(2, 9):
        await made.evaluate(at)

    assert await made.events() == []
    assert await made.instances() == {}
