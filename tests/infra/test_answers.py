"""Every query, run over what an evening of the demo's fleet told Application Insights.

Each gives rows, reads names that are sent, and agrees with the app's own answers.
"""

import asyncio
import re
from collections import defaultdict
from datetime import datetime, timedelta

import pytest

from tests.infra.contract import EVENTS, METRICS
from tests.infra.host_rows import host_rows
from tests.infra.lived import EVENING, Json, Lived, ask, verdicts
from tests.infra.names import asked
from tests.test_agreement import documents
from tools.demo.moments import from_api, to_api
from tools.fast_forward.evening import DAY, UNPRICED, record
from tools.infra.compiler import REPOSITORY
from tools.kql.engine import Insights
from tools.kql.parameters import chosen
from tools.kql.queries import Query, queries_in
from tools.recorded import events_in, metrics_in
from tools.workbook.content import TABS
from tools.workbook.items import Chart, Item, Table, query_file

# What the fleet gives no occasion for: requests in two calls.
NO_OCCASION = {"model_requests_in_progress"}
QUERIES = {f"{query.file}:{query.line}": query for query in queries_in()}
ITEMS = {item.query: item for tab in TABS for item in tab.items}


@pytest.fixture(scope="module")
def lived() -> Lived:
    answers: dict[str, Json] = {}
    envelopes = asyncio.run(record(EVENING, lambda lapse: ask(lapse, answers)))
    envelopes += asyncio.run(verdicts(EVENING.end - timedelta(hours=1)))
    return Lived(envelopes, Insights.recorded(envelopes, host_rows(EVENING.end)), answers)


@pytest.fixture(scope="module")
def sent(lived: Lived) -> dict[str, set[str]]:
    """Event or metric -> the names of its properties and measurements."""
    names: dict[str, set[str]] = defaultdict(set)
    for event in events_in(lived.envelopes):
        names[event.name] |= event.properties.keys() | event.measurements.keys()
    for metric in metrics_in(lived.envelopes):
        names[metric.name] |= metric.labels.keys()
    return dict(names)


def moment_of(query: Query, lived: Lived) -> datetime:
    """Return when to ask: the rule of Azure Monitor while an alert of its severity fires."""
    if not query.file.endswith("kql/alerts.kql"):
        return EVENING.end
    fired = [each for each in lived.answers["alerts"]["alerts"] if each["severity"] == "error"]
    at = from_api(fired[0]["fired_at"])
    assert at is not None
    return at + timedelta(minutes=4)


@pytest.mark.parametrize("place", QUERIES)
def test_every_query_gives_rows(place: str, lived: Lived) -> None:
    query = QUERIES[place]
    end = moment_of(query, lived)
    answer = lived.insights.run(query.text, first=end - 30 * DAY, end=end)
    assert len(answer), f"{place}: no rows"


@pytest.mark.parametrize("place", QUERIES)
def test_every_query_reads_names_that_are_sent(place: str, sent: dict[str, set[str]]) -> None:
    wanted = asked(QUERIES[place].text)
    events = wanted.of_events(sent)
    unknown = {name for name in wanted.events if not name.endswith(".")} - sent.keys()
    assert not unknown, f"{place}: no event {unknown}"
    assert not wanted.metrics - sent.keys() - NO_OCCASION, place
    known = {name for event in events | (wanted.metrics & sent.keys()) for name in sent[event]}
    read = wanted.properties | wanted.measurements
    assert read <= known, f"{place}: {read - known} is never sent with {sorted(events)}"


def test_every_event_and_name_that_is_sent_is_documented(sent: dict[str, set[str]]) -> None:
    described = documents()["docs/queries.md"]
    told = [*sent, *(name for names in sent.values() for name in names)]
    missing = sorted({name for name in told if f"`{name}`" not in described})
    labels = {"model", "deployment", "application"}
    assert set(missing) <= labels, f"docs/queries.md: describe {missing}"


def test_every_event_that_is_sent_is_asked_for(sent: dict[str, set[str]]) -> None:
    wanted = [asked(query.text) for query in QUERIES.values()]
    ignored = {
        name
        for name in sent
        if not any(each.of_events([name]) or name in each.metrics for each in wanted)
    }
    assert not ignored, f"no query mentions {ignored}"


def test_every_event_that_is_documented_is_sent(sent: dict[str, set[str]]) -> None:
    table = documents()["docs/queries.md"].split("## Alerts")[0]
    events = set(re.findall(r"`([a-z]+\.[a-z]+)`", table))
    metrics = set(re.findall(r"`(model_\w+|token_usage_rate)`", table))
    assert (events | metrics) - sent.keys() == NO_OCCASION


@pytest.mark.parametrize("name", ITEMS)
def test_a_workbook_item_finds_its_columns(name: str, lived: Lived) -> None:
    item: Item = ITEMS[name]
    answer = lived.run(query_file(name).read_text())
    if isinstance(item, Table):
        assert list(item.shown) == list(answer.columns)
    elif isinstance(item, Chart):
        assert {"timestamp", item.value} | ({item.group} - {""}) == set(answer.columns)
    else:
        assert list(answer.columns) == ["tile", "value"]


@pytest.mark.parametrize("name", ITEMS)
def test_a_choice_is_a_value_whatever_its_text(name: str, lived: Lived) -> None:
    odd = chosen(["o'hara | take 0", "gpt-5-mini"])
    lived.run(query_file(name).read_text(), Model=odd, Deployment=odd, Application=odd)


def test_headline_numbers_are_the_apps_own(lived: Lived) -> None:
    tiles = {row["tile"]: row["value"] for row in lived.workbook("overview/headline")}
    reports = [answer for name, answer in lived.answers.items() if name.startswith("report")]
    requests = sum(report["total_requests"] for report in reports)
    failed = sum(report["failed_requests"] for report in reports)
    answered_ms = sum(
        report["avg_response_time_ms"] * report["successful_requests"] for report in reports
    )
    assert requests > 1_000
    assert tiles["Requests (count)"] == requests
    assert tiles["Failed (count)"] == failed
    assert tiles["Failed (% of requests)"] == pytest.approx(100 * failed / requests)
    assert tiles["Tokens (count)"] == sum(report["total_tokens"] for report in reports)
    expected_ms = answered_ms / (requests - failed)
    assert tiles["Response time, mean (ms)"] == pytest.approx(expected_ms, rel=1e-9)
    cost_usd = sum(lived.costs().values())
    assert tiles["Cost at list prices (USD)"] == pytest.approx(cost_usd, rel=1e-9)


def test_each_deployment_has_the_numbers_of_its_report(lived: Lived) -> None:
    rows = lived.workbook("models/models")
    models = lived.answers["models"]["models"]
    assert sorted(row["deployment"] for row in rows) == sorted(
        deployment for model in models for deployment in model["deployments"]
    )
    for row in rows:
        report = lived.answers[f"report {row['deployment']}"]
        assert report["model_name"] == row["model"]
        assert row["requests"] == report["total_requests"]
        assert row["failed_percent"] == pytest.approx(100 * report["error_rate"])
        assert row["mean_response_ms"] == pytest.approx(report["avg_response_time_ms"], rel=1e-9)
        assert row["tokens"] == report["total_tokens"]
        # How many streamed is not told, so requests that succeeded weigh minutes: nearly the same.
        first_token_ms = report["avg_time_to_first_token_ms"]
        expected_ms = first_token_ms and pytest.approx(first_token_ms, rel=0.05)
        assert row["time_to_first_token_ms"] == expected_ms
        cost_usd = lived.costs().get(row["deployment"])
        assert row["cost_usd"] == (cost_usd and pytest.approx(cost_usd, rel=1e-9))


def test_a_choice_narrows_the_numbers(lived: Lived) -> None:
    rows = lived.workbook("models/models", Model=chosen(["gpt-5-mini", "gpt-5"]))
    assert {row["deployment"] for row in rows} == {"mini-prod", "mini-staging", "gpt5-prod"}
    (tile, *_) = lived.workbook("overview/headline", Deployment=chosen(["gpt5-prod"]))
    assert tile["value"] == lived.answers["report gpt5-prod"]["total_requests"]


def test_percentiles_and_quota_of_minutes_are_those_of_the_app(lived: Lived) -> None:
    for query, key, column, factor in (
        ("models/response-time-p95", "p95", "response_time_p95_ms", 1),
        ("models/quota", "quota", "quota_percent", 100),
    ):
        # One application calls this deployment, so that a minute is one label set.
        rows = lived.workbook(query, grain="1m", Deployment=chosen(["gpt41-legacy"]))
        found = {to_api(row["timestamp"]): row[column] for row in rows}
        (series,) = [
            each
            for each in lived.answers[key]["series"]
            if each["labels"]["deployment"] == "gpt41-legacy"
        ]
        expected = {time: factor * value for time, value in series["points"] if value is not None}
        assert len(expected) > 100
        assert found == pytest.approx(expected)


def test_alerts_are_those_of_the_app(lived: Lived) -> None:
    rows = lived.run(query_file("alerts/history").read_text()).records()
    found = {(row["rule"], row["fired_at"], row["ended_at"]) for row in rows}
    alerts = lived.answers["alerts"]["alerts"]
    assert found == {
        (each["rule"], from_api(each["fired_at"]), from_api(each["resolved_at"])) for each in alerts
    }
    told = {row["rule"]: row["told_people"] for row in rows}
    assert told["model_error_rate"] == 1
    assert told["cpu_utilization"] == 0, "its alert was silenced"


def test_the_alerts_that_fire_at_the_end_are_shown_as_firing(lived: Lived) -> None:
    rows = lived.run(query_file("alerts/firing").read_text()).records()
    alerts = [each for each in lived.answers["alerts"]["alerts"] if each["state"] == "firing"]
    found = {(row["rule"], row["deployment"], row["since"]) for row in rows}
    assert found == {
        (each["rule"], each["labels"].get("deployment", ""), from_api(each["active_since"]))
        for each in alerts
    }
    assert ("model_response_time", "gpt5-prod") in {found[:2] for found in found}


@pytest.mark.parametrize("severity", ["critical", "error", "warning", "info"])
def test_azure_monitor_sees_an_alert_from_its_event_to_its_end(severity: str, lived: Lived) -> None:
    text = (REPOSITORY / "infra/kql/alerts.kql").read_text()
    told = [each for each in lived.answers["alerts"]["alerts"] if each["severity"] == severity]
    for alert in told:
        fired, ended = from_api(alert["fired_at"]), from_api(alert["resolved_at"])
        assert fired is not None
        if fired < EVENING.start:
            # Found by the first evaluation, which makes up for an hour: its event is as old.
            continue
        notify = {
            event.properties["notify"]
            for event in events_in(lived.envelopes)
            if event.properties.get("alert_id") == alert["alert_id"]
        }
        if len(notify) > 1:
            # Held back for a part of its time, as by a cooldown.
            continue
        silenced = notify == {"false"}
        assert silenced or alert["rule"] != "cpu_utilization"
        for at in range(1, 25, 3):
            now = fired + timedelta(minutes=at)
            if ended is not None and now > ended:
                break
            window = now - timedelta(minutes=15)
            rows = lived.insights.run(text, first=window, end=now, values={"severity": severity})
            seen = alert["alert_id"] in {row["alert_id"] for row in rows.records()}
            assert seen is not silenced, (alert["rule"], now)
        if ended is not None:
            after = ended + timedelta(minutes=2)
            window = after - timedelta(minutes=15)
            rows = lived.insights.run(text, first=window, end=after, values={"severity": severity})
            assert alert["alert_id"] not in {row["alert_id"] for row in rows.records()}
    assert told or severity == "critical"


def test_a_model_without_a_price_is_told_of(lived: Lived) -> None:
    rows = lived.run((REPOSITORY / "infra/kql/unpriced-models.kql").read_text()).records()
    assert [row["model"] for row in rows] == [UNPRICED]


def test_costs_by_deployment_and_by_day_add_up_to_the_same(lived: Lived) -> None:
    daily = {row["timestamp"]: row["cost_usd"] for row in lived.workbook("cost/daily")}
    assert len(daily) == 2
    total = sum(row["cost_usd"] for row in lived.workbook("cost/daily"))
    assert total == pytest.approx(sum(row["cost_usd"] for row in lived.workbook("cost/hourly")))
    tiles = {row["tile"]: row["value"] for row in lived.workbook("overview/headline")}
    assert total == pytest.approx(tiles["Cost at list prices (USD)"])


def test_budgets_are_told_as_the_app_keeps_them(lived: Lived) -> None:
    rows = {
        row["budget"]: row for row in lived.run(query_file("cost/budgets").read_text()).records()
    }
    budgets = lived.answers["budgets"]["budgets"]
    assert rows.keys() == {each["name"] for each in budgets} == {"everything", "checkout"}
    for each in budgets:
        row, status = rows[each["name"]], each["status"]
        assert row["amount_usd"] == float(each["amount_usd"])
        assert row["spent_usd"] == pytest.approx(float(status["spent"]), rel=0.02)
        assert row["exceeds_on"] == (status["exceeds_on"] or "")


def test_an_outage_of_application_insights_costs_signs_of_life_alone(lived: Lived) -> None:
    minutes = {
        metric.time
        for metric in metrics_in(lived.envelopes)
        if metric.name == "model_requests_total"
    }
    expected = round((lived.through - EVENING.start) / timedelta(minutes=1))
    assert len([each for each in minutes if each >= EVENING.start]) == expected
    places = [place for place in QUERIES if "join kind=leftanti" in QUERIES[place].text]
    (gaps,) = (lived.run(QUERIES[place].text) for place in places)
    assert 2 <= len(gaps) <= 3


def test_every_event_is_told_with_what_the_contract_says(lived: Lived) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for event in events_in(lived.envelopes):
        told = EVENTS[event.name]
        assert told.properties <= event.properties.keys(), event.name
        assert event.measurements.keys() <= told.measurements, event.name
        assert all(isinstance(value, str) for value in event.properties.values())
        assert event.properties["schema"] == "1"
        seen[event.name] |= event.measurements.keys()
    unseen = {name: told.measurements - seen[name] for name, told in EVENTS.items()}
    # Advice that is new was not measured yet, and a share of nothing is none.
    assert {name: left for name, left in unseen.items() if left} == {
        "recommendation.proposed": {"measured"},
        "degradation.resolved": {"change_percent"},
    }


def test_every_metric_of_the_contract_is_told_by_minute(sent: dict[str, set[str]]) -> None:
    assert sent.keys() >= METRICS
    for metric in METRICS:
        assert sent[metric] <= {"model", "deployment", "application"}, metric
