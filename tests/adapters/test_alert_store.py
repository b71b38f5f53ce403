"""The contract of `Alerts`, on memory and on Azurite."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest

from shared.adapters import tables as layout
from shared.adapters.alert_rows import PART_BYTES
from shared.adapters.alert_store import MAX_OPERATIONS, AlertStore
from shared.adapters.entity import Tables
from shared.domain.alert.alert import Acknowledgement, Context, Instance, ResolvedReason, RuleState
from shared.domain.alert.alerting import resolved
from shared.domain.alert.view import Alert, alert_of
from shared.domain.event import Event, new_event
from shared.domain.label import Labels
from shared.errors import Stale
from shared.services.alert_ports import AlertChange, StoredRuleState
from tests.adapters.storage_factories import noise
from tests.adapters.watched_tables import WatchedTables
from tests.domain.rule_factories import MINUTE, T0, firing, rule


@pytest.fixture
def watched(tables: Tables) -> WatchedTables:
    return WatchedTables(tables)


@pytest.fixture
async def alerts(watched: WatchedTables) -> AlertStore:
    await watched.create_table(layout.ALERTS)
    return AlertStore(watched)


def _state(*instances: Instance, name: str = "slow", through: int = 7) -> RuleState:
    return RuleState(rule(name=name), through, instances)


def _event(number: int, time: datetime = T0) -> Event:
    return new_event(
        "alert.firing",
        event_id=f"e{number:03}",
        time=time,
        environment="test",
        properties={},
        measurements={},
    )


def _ended(model: str = "a", at: datetime = T0 + MINUTE) -> Alert:
    over = resolved(firing(labels=_labels(model)), ResolvedReason.RECOVERED, now=at)
    alert = alert_of(rule(), over, Context())
    assert alert is not None
    return alert


def _labels(model: str) -> Labels:
    return (("model", model),)


async def _put(alerts: AlertStore, state: RuleState) -> StoredRuleState:
    read = (await alerts.states()).get(state.rule.name)
    await alerts.commit(AlertChange(read, state))
    return (await alerts.states())[state.rule.name]


async def _all(alerts: AlertStore) -> Sequence[Event]:
    return await alerts.pending_events(10_000)


async def test_a_state_is_read_as_it_was_stored(alerts: AlertStore) -> None:
    taken = firing(acknowledged=Acknowledgement(by="ada", time=T0, comment="on it"))
    state = _state(taken, firing(labels=_labels("ünïcode | / \\ # ?"), value=None))

    stored = await _put(alerts, state)

    assert stored.state == state


async def test_without_any_state_there_is_none(alerts: AlertStore) -> None:
    assert await alerts.states() == {}
    assert await alerts.pending_count() == 0
    assert await alerts.find_resolved("x") is None


async def test_each_rule_has_a_state_of_its_own(alerts: AlertStore) -> None:
    for name in ("a", "a-b", "a_b", "b"):
        await _put(alerts, _state(name=name))

    assert set(await alerts.states()) == {"a", "a-b", "a_b", "b"}


async def test_state_event_and_resolved_alert_are_stored_together(alerts: AlertStore) -> None:
    change = AlertChange(None, _state(), [_event(1)], [_ended()])

    await alerts.commit(change)

    assert [event.event_id for event in await _all(alerts)] == ["e001"]
    assert await alerts.resolved(T0, T0 + 2 * MINUTE) == [_ended()]


async def test_what_was_decided_on_an_old_state_is_refused_as_a_whole(alerts: AlertStore) -> None:
    first = await _put(alerts, _state())
    await _put(alerts, _state(firing()))

    with pytest.raises(Stale):
        await alerts.commit(AlertChange(first, _state(through=9), [_event(1)], [_ended()]))

    assert await _all(alerts) == []
    assert await alerts.resolved(T0, T0 + 9 * MINUTE) == []
    assert (await alerts.states())["slow"].state == _state(firing())


async def test_of_two_first_states_one_is_refused(alerts: AlertStore) -> None:
    changes = (alerts.commit(AlertChange(None, _state(through=at))) for at in (1, 2))

    outcomes = await asyncio.gather(*changes, return_exceptions=True)

    assert [type(each) for each in outcomes].count(Stale) == 1


async def test_a_state_can_be_deleted_as_it_was_read(alerts: AlertStore) -> None:
    first = await _put(alerts, _state())
    second = await _put(alerts, _state(firing()))

    with pytest.raises(Stale):
        await alerts.commit(AlertChange(first, None))
    await alerts.commit(AlertChange(second, None, [_event(1)]))

    assert await alerts.states() == {}
    assert len(await _all(alerts)) == 1


async def test_a_state_larger_than_a_row_grows_and_shrinks(alerts: AlertStore) -> None:
    noisy = noise(3 * PART_BYTES).hex()
    size = 2_000
    large = _state(*(Instance(_labels(noisy[at : at + size])) for at in range(0, len(noisy), size)))

    grown = await _put(alerts, large)
    assert grown.parts > 2
    assert grown.state == large
    shrunk = await _put(alerts, _state())

    assert (shrunk.state, shrunk.parts) == (_state(), 1)
    await alerts.commit(AlertChange(await _put(alerts, large), None))
    assert await alerts.states() == {}


async def test_many_events_go_ahead_in_transactions_and_the_state_comes_last(
    alerts: AlertStore, watched: WatchedTables
) -> None:
    events = [_event(number) for number in range(2 * MAX_OPERATIONS)]

    await alerts.commit(AlertChange(None, _state(), events, [_ended()]))

    sizes = [len(batch) for batch in watched.batches]
    assert sizes == [MAX_OPERATIONS, 2, MAX_OPERATIONS]
    assert watched.batches[-1][-1].entity.row == "state|slow|0"
    assert await alerts.pending_count() == len(events)


async def test_storing_again_what_went_ahead_doubles_nothing(
    alerts: AlertStore, watched: WatchedTables
) -> None:
    events = [_event(number) for number in range(2 * MAX_OPERATIONS)]
    await _put(alerts, _state())
    with pytest.raises(Stale):
        await alerts.commit(AlertChange(None, _state(), events))
    read = (await alerts.states())["slow"]

    await alerts.commit(AlertChange(read, _state(), events))

    assert await alerts.pending_count() == len(events)


async def test_events_wait_in_the_order_of_their_time(alerts: AlertStore) -> None:
    late, early = _event(1, T0 + MINUTE), _event(2, T0)

    await alerts.commit(AlertChange(None, _state(), [late, early]))

    assert await _all(alerts) == [early, late]
    assert await alerts.pending_events(1) == [early]
    assert await alerts.pending_count() == 2


async def test_delivered_events_are_forgotten_even_where_some_are_gone(alerts: AlertStore) -> None:
    events = [_event(number) for number in range(3)]
    await alerts.commit(AlertChange(None, _state(), events))
    await alerts.forget_events(events[1:2])

    await alerts.forget_events(events)

    assert await _all(alerts) == []


async def test_resolved_alerts_are_found_by_time_and_by_id(alerts: AlertStore) -> None:
    old, new = _ended("old", T0 + MINUTE), _ended("new", T0 + 5 * MINUTE)
    await alerts.commit(AlertChange(None, _state(), [], [new, old]))

    assert await alerts.resolved(T0, T0 + 9 * MINUTE) == [old, new]
    assert await alerts.resolved(T0 + MINUTE, T0 + 5 * MINUTE) == [old]
    assert await alerts.find_resolved(new.alert_id) == new


async def test_resolved_alerts_past_their_time_are_dropped(alerts: AlertStore) -> None:
    old, new = _ended("old", T0 + MINUTE), _ended("new", T0 + 5 * MINUTE)
    await alerts.commit(AlertChange(None, _state(), [_event(1)], [new, old]))

    assert await alerts.forget_resolved(T0 + 5 * MINUTE) == 1

    assert await alerts.resolved(T0, T0 + 9 * MINUTE) == [new]
    assert await alerts.pending_count() == 1
    assert "slow" in await alerts.states()
