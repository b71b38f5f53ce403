"""The contract of `Groups`, on memory and on Azurite."""

import asyncio

import pytest
from msgspec import structs

from shared.adapters import tables as layout
from shared.adapters.alert_store import AlertStore
from shared.adapters.dispatch_store import DispatchStore
from shared.adapters.entity import Tables
from shared.adapters.group_store import GroupStore
from shared.domain.alert.alert import Notification, RuleState
from shared.domain.notification.dispatching import Untold, dispatched
from shared.domain.notification.group import Group
from shared.domain.notification.notice import AlertNotice
from shared.errors import Stale
from shared.services.alert_ports import AlertChange
from shared.services.dispatch_ports import DispatchChange, StoredGroups
from tests.adapters.storage_factories import noise
from tests.domain.dispatch_factories import dispatch, told
from tests.domain.notice_factories import notices, route
from tests.domain.rule_factories import MINUTE, T0, rule

_LATER = T0 + 60 * MINUTE


@pytest.fixture
async def tables_with_alerts(tables: Tables) -> Tables:
    await tables.create_table(layout.ALERTS)
    return tables


@pytest.fixture
def groups(tables_with_alerts: Tables) -> GroupStore:
    return GroupStore(tables_with_alerts)


async def _noticed(tables: Tables, *given: AlertNotice) -> None:
    store = AlertStore(tables)
    read = (await store.states()).get("slow")
    await store.commit(AlertChange(read, RuleState(rule(), 0), notices=given))


def _standing() -> tuple[Group, ...]:
    """Return groups that wait, were told, and both."""
    routes = [route(group_by=("model",)), route()]
    given = notices({0: "+a +b", 1: "*a", 2: "+c"})
    return dispatched((), given, routes, until=T0 + 3 * MINUTE, environment="test").groups


async def test_without_anything_stored_there_are_no_groups(groups: GroupStore) -> None:
    assert await groups.read(_LATER) == (StoredGroups(), [])


async def test_groups_are_read_as_they_were_stored(groups: GroupStore) -> None:
    await groups.commit(DispatchChange(StoredGroups(), _standing()))

    stored, _ = await groups.read(_LATER)

    assert (tuple(stored.groups), stored.parts) == (_standing(), 1)


async def test_notices_are_read_up_to_a_time_oldest_first(
    groups: GroupStore, tables_with_alerts: Tables
) -> None:
    given = notices({0: "+a", 1: "+b", 2: "-a/silence"})
    await _noticed(tables_with_alerts, *reversed(given))

    assert (await groups.read(T0 + MINUTE))[1] == given[:2]
    assert (await groups.read(_LATER))[1] == given


async def test_a_change_is_stored_as_a_whole(
    groups: GroupStore, tables_with_alerts: Tables
) -> None:
    given = notices({0: "+a", 1: "+b"})
    await _noticed(tables_with_alerts, *given)
    read, _ = await groups.read(_LATER)
    entry = Notification(T0, "ops", "silence", sent=False)
    sent = dispatch()

    await groups.commit(
        DispatchChange(read, _standing(), [sent], given[:1], [Untold("alert-a", entry)])
    )

    dispatches = DispatchStore(tables_with_alerts)
    stored = await dispatches.get(sent.dispatch_id, sent.due_at)
    assert stored is not None
    assert stored.dispatch == sent
    assert await dispatches.history("alert-a") == [entry]
    assert (await groups.read(_LATER))[1] == given[1:]


async def test_what_was_decided_on_old_groups_is_refused_as_a_whole(
    groups: GroupStore, tables_with_alerts: Tables
) -> None:
    given = notices({0: "+a"})
    await _noticed(tables_with_alerts, *given)
    await groups.commit(DispatchChange(StoredGroups(), ()))
    old, _ = await groups.read(_LATER)
    await groups.commit(DispatchChange(old, _standing()))

    with pytest.raises(Stale):
        await groups.commit(DispatchChange(old, (), [dispatch()], given))

    stored, left = await groups.read(_LATER)
    assert (tuple(stored.groups), left) == (_standing(), given)
    assert await DispatchStore(tables_with_alerts).due(_LATER) == []


async def test_of_two_first_changes_one_is_refused(groups: GroupStore) -> None:
    changes = (groups.commit(DispatchChange(StoredGroups(), ())) for _ in range(2))

    outcomes = await asyncio.gather(*changes, return_exceptions=True)

    assert [type(each) for each in outcomes].count(Stale) == 1


async def test_groups_larger_than_a_row_grow_and_shrink(groups: GroupStore) -> None:
    text = noise(1_200_000).hex()
    waiting = {str(at): told(message=text[at * 240_000 : (at + 1) * 240_000]) for at in range(10)}
    large = (structs.replace(_standing()[0], waiting=waiting),)
    await groups.commit(DispatchChange(StoredGroups(), large))
    grown, _ = await groups.read(_LATER)

    await groups.commit(DispatchChange(grown, ()))

    shrunk, _ = await groups.read(_LATER)
    assert grown.parts > 2
    assert tuple(grown.groups) == large
    assert (tuple(shrunk.groups), shrunk.parts) == ((), 1)
