"""What goes with an application besides its traffic, and what is left to those who wrote it."""

from datetime import timedelta

import msgspec
import pytest

from shared.domain.alert.alert import RuleState
from shared.domain.application import parse_application
from shared.domain.cost_anomaly.anomaly import AttributedTo, CostAnomaly, Direction, Grain
from shared.domain.erasure.erasure import Erased, parse_erasure
from shared.domain.recommendation.recommendation import Status
from shared.domain.timeline import minute_of
from shared.errors import NotFound
from shared.services.alert_ports import AlertChange
from shared.services.applications import APPLICATIONS
from shared.services.cost_anomaly_store import COLLECTION as COST_ANOMALIES
from shared.services.erasure_state import erase_state, named_in
from shared.services.ports import Document
from shared.services.recommendations import list_recommendations
from shared.services.rules import put_rule
from shared.services.sessions import start_session
from shared.services.silences import make_silence
from tests.domain.dispatch_factories import alert
from tests.domain.factories import MINUTE, T0
from tests.domain.recommendation_factories import advice
from tests.domain.rule_factories import firing, rule
from tests.services.monitor_factories import FakeInsights, Monitor
from tests.services.recommendation_factories import Advised

GONE = "bot"
THEIRS, OTHERS = (("application", GONE),), (("application", "shop"),)
ORDER = parse_erasure(msgspec.json.encode({"application": GONE, "by": "ada"}), identity="1", now=T0)


@pytest.fixture
def monitor() -> Monitor:
    return Monitor(telemetry=FakeInsights())


async def erase(monitor: Monitor) -> Erased:
    return await erase_state(ORDER, now=T0 + MINUTE, ports=monitor.app.erasure)


async def fire(monitor: Monitor, name: str = "slow", **fields: object) -> None:
    """Store two alerts of a rule that fire, one of each application."""
    fired = rule(name=name, group_by=("application",), **fields)
    instances = (firing(labels=THEIRS), firing(labels=OTHERS))
    state = RuleState(fired, minute_of(T0), instances)
    await monitor.app.alerts.commit(AlertChange(None, state))


async def test_live_alerts_are_resolved_and_forgotten(monitor: Monitor) -> None:
    await fire(monitor)
    found = await erase(monitor)
    (left,) = (await monitor.app.alerts.states())["slow"].state.instances
    (told,) = await monitor.app.alerts.pending_events(9)
    assert found == Erased(alerts=1)
    assert left.labels == OTHERS
    assert (told.name, told.properties["resolved_reason"]) == ("alert.resolved", "no_data")
    assert told.properties["label_application"] == GONE
    assert await monitor.app.alerts.resolved(T0 - MINUTE, T0 + 9 * MINUTE) == []
    assert await erase(monitor) == Erased()


async def test_alerts_of_a_rule_that_asks_for_it_only_are_its_own(monitor: Monitor) -> None:
    only = rule(name="theirs", filter={"application": GONE})
    await put_rule(only, documents=monitor.app.documents)
    await fire(monitor, "theirs", filter={"application": GONE})
    assert (await erase(monitor)).alerts == 2


async def test_ended_alerts_are_forgotten_by_their_labels(monitor: Monitor) -> None:
    ended = [
        alert(alert_id=name, labels=dict(labels), resolved_at=T0)
        for name, labels in (("a", THEIRS), ("b", OTHERS))
    ]
    await monitor.app.alerts.commit(AlertChange(None, RuleState(rule(), 0), ended=ended))
    assert (await erase(monitor)).alerts == 1
    (left,) = await monitor.app.alerts.resolved(T0, T0 + MINUTE)
    assert left.alert_id == "b"


async def test_advice_about_it_is_forgotten() -> None:
    advised = Advised()
    for name in (GONE, "shop"):
        await advised.proposed(advice(application=name))
    assert (await erase(advised.monitor)).recommendations == 1
    page = await list_recommendations(
        None, list(Status), limit=9, after=None, documents=advised.ports.documents
    )
    assert [each.application for each in page.recommendations] == ["shop"]


def anomaly(scope: dict[str, str], *causes: tuple[str, str]) -> CostAnomaly:
    return CostAnomaly(
        id="-".join(scope.values()) or "all",
        grain=Grain.DAY,
        start=T0,
        end=T0,
        scope=scope,
        direction=Direction.ABOVE,
        value="9",
        low="1",
        high="2",
        excess="7",
        attribution=[AttributedTo(cause, name, "1", 0.5) for cause, name in causes],
        detected_at=T0,
    )


async def test_its_spend_anomalies_go_and_others_no_longer_name_it(monitor: Monitor) -> None:
    documents = monitor.app.documents
    named = anomaly({"model": "m"}, ("application", GONE), ("application", "shop"))
    apart = anomaly({}, ("model", GONE))
    for each in (anomaly({"application": GONE}), named, apart):
        await documents.put(COST_ANOMALIES, Document(each.id, msgspec.json.encode(each)))
    assert (await erase(monitor)).cost_anomalies == 2
    left = [
        msgspec.json.decode(each.body, type=CostAnomaly)
        for each in await documents.list(COST_ANOMALIES)
    ]
    assert {each.id: [part.name for part in each.attribution] for each in left} == {
        "all": [GONE],
        "m": ["shop"],
    }


async def test_what_is_known_of_it_and_its_sessions_go(monitor: Monitor) -> None:
    app = monitor.app
    for name in (GONE, "shop"):
        known = parse_application(b'{"owner": "ann"}', name=name)
        await APPLICATIONS.put(known, app.documents)
        body = msgspec.json.encode({"model": "m", "application": name})
        await start_session(body, strict=True, sessions=app.sessions, ports=app.ingest)
    found = await erase(monitor)
    assert (found.settings, found.sessions) == (1, 1)
    with pytest.raises(NotFound):
        await APPLICATIONS.get(GONE, app.documents)
    minute = minute_of(T0)
    (left,) = await app.sessions.open_sessions(minute, minute + 2)
    assert ("application", "shop") in left.labels


async def test_what_people_wrote_stays_and_is_listed(monitor: Monitor) -> None:
    documents = monitor.app.documents
    await put_rule(rule(name="theirs", filter={"application": GONE}), documents=documents)
    await put_rule(rule(name="all"), documents=documents)
    body = {"matchers": {"application": GONE}, "ends_at": T0 + timedelta(days=1), "by": "ada"}
    silence = await make_silence(
        msgspec.json.encode(body), now=T0, evaluated=None, documents=documents
    )
    await erase(monitor)
    assert await named_in(GONE, documents) == ["rules/theirs", f"silences/{silence.id}"]
