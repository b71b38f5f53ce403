"""Alerts at the moment of reading: silenced or not, and with what every channel was told."""

import msgspec

from shared.domain.alert.alert import MAX_NOTIFICATIONS, Notification
from shared.domain.alert.view import Alert, Stage
from shared.services.alert_showing import shown_alert, shown_alerts
from shared.services.routes import put_routes
from shared.services.silences import make_silence
from tests.domain.dispatch_factories import alert
from tests.domain.rule_factories import MINUTE, T0
from tests.services.alert_factories import Monitor, monitor


class History:
    """What channels were told, by alert."""

    def __init__(self, **told: list[Notification]) -> None:
        self.told = told
        self.asked: list[str] = []

    async def history(self, alert_id: str) -> list[Notification]:
        self.asked.append(alert_id)
        return self.told.get(alert_id, [])


def _notes(channel: str, *minutes: int) -> tuple[Notification, ...]:
    return tuple(Notification(T0 + at * MINUTE, channel, "firing", sent=True) for at in minutes)


async def _list(made: Monitor, history: History, *alerts: Alert) -> list[Alert]:
    return await shown_alerts(
        alerts,
        now=T0,
        documents=made.documents,
        dispatches=history,
    )


async def _routed() -> Monitor:
    made = await monitor()
    await put_routes(b"[]", documents=made.documents)
    return made


async def test_a_list_has_the_latest_of_every_channel() -> None:
    given = alert(alert_id="a", notifications=_notes("application_insights", *range(0, 40, 2)))
    history = History(a=list(_notes("ops", *range(1, 40, 2))))

    (seen,) = await _list(await _routed(), history, given)

    times = [note.time for note in seen.notifications]
    assert times == [T0 + at * MINUTE for at in range(40 - MAX_NOTIFICATIONS, 40)]


async def test_one_alert_has_all_that_is_kept() -> None:
    made = await _routed()
    given = alert(alert_id="a", notifications=_notes("application_insights", *range(0, 40, 2)))
    history = History(a=list(_notes("ops", *range(1, 40, 2))))

    seen = await shown_alert(
        given,
        now=T0,
        documents=made.documents,
        dispatches=history,
    )

    assert [note.time for note in seen.notifications] == [T0 + at * MINUTE for at in range(40)]


async def test_where_nobody_put_routes_no_history_is_read() -> None:
    history = History()

    await _list(await monitor(), history, alert(alert_id="a"))

    assert history.asked == []


async def test_what_has_not_fired_has_no_history() -> None:
    history = History()

    await _list(
        await _routed(),
        history,
        alert(alert_id="a", state=Stage.PENDING),
        alert(alert_id="b", state=Stage.RESOLVED),
    )

    assert history.asked == ["b"]


async def test_an_alert_is_silenced_by_the_time_of_reading() -> None:
    made, history = await monitor(), History()
    body = {"matchers": {"model": "a"}, "ends_at": T0 + MINUTE, "by": "ada"}
    await make_silence(msgspec.json.encode(body), now=T0, evaluated=None, documents=made.documents)

    seen = await _list(made, history, alert("a"), alert("b"))

    assert [each.silenced for each in seen] == [True, False]
