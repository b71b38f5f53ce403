"""What Azure Monitor watches, who hears of it, and the budget."""

import re
from typing import Any

import pytest

from shared.domain.rule.words import Severity
from tests.infra.deployment import VARIANTS, Resource, deployed, one
from tools.infra.compiler import REPOSITORY

RULE = "Microsoft.Insights/scheduledQueryRules"
KQL = REPOSITORY / "infra" / "kql"
every_variant = pytest.mark.parametrize("variant", VARIANTS)

LEVELS = {Severity.CRITICAL: 0, Severity.ERROR: 1, Severity.WARNING: 2, Severity.INFO: 3}
OWN = {
    "missing-heartbeat": (1, "PT15M", "PT5M", "LessThan", 1),
    "failed-functions": (2, "PT1H", "PT15M", "GreaterThan", 0),
    "poison-messages": (2, "PT1H", "PT15M", "GreaterThan", 0),
    "ingest-errors": (1, "PT15M", "PT5M", "GreaterThan", 5),
    "unpriced-models": (3, "P1D", "PT1H", "GreaterThan", 0),
}


def condition(rule: Resource) -> dict[str, Any]:
    """Return the only condition of a rule."""
    (found,) = rule["properties"]["criteria"]["allOf"]
    return dict(found)


@every_variant
def test_there_is_a_rule_for_each_severity_and_each_fault_of_the_monitor(variant: str) -> None:
    expected = {f"alerts-{severity}" for severity in Severity} | OWN.keys()
    prefix = one(variant, "Microsoft.Web/sites")["name"].removeprefix("func-") + "-"
    assert {each["name"].removeprefix(prefix) for each in deployed(variant, RULE)} == expected


@every_variant
def test_every_rule_tells_the_action_group_and_resolves_by_itself(variant: str) -> None:
    group = one(variant, "Microsoft.Insights/actionGroups")["id"]
    insights = one(variant, "Microsoft.Insights/components")["id"]
    for rule in deployed(variant, RULE):
        properties = rule["properties"]
        assert properties["actions"]["actionGroups"] == [group]
        assert properties["scopes"] == [insights]
        assert properties["enabled"] is True
        assert properties["autoMitigate"] is True
        # Its table may not exist yet when the rule is made.
        assert properties["skipQueryValidation"] is True
        assert rule["kind"] == "LogAlert"
        found = condition(rule)
        once = {"numberOfEvaluationPeriods": 1, "minFailingPeriodsToAlert": 1}
        assert found["failingPeriods"] == once
        assert found["timeAggregation"] == (
            "Total" if found.get("metricMeasureColumn") else "Count"
        )
        # Every value tells alerts apart, those that are yet to come as well.
        shapes = {(each["operator"], *each["values"]) for each in found["dimensions"]}
        assert shapes <= {("Include", "*")}


@every_variant
def test_a_query_of_every_minute_has_nothing_that_azure_refuses_there(variant: str) -> None:
    # https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule#frequency
    refused = re.compile(r"\b(union|search|take|limit|ingestion_time|adx|arg)\b")
    rules = [
        each
        for each in deployed(variant, RULE)
        if each["properties"]["evaluationFrequency"] == "PT1M"
    ]
    assert len(rules) == (len(LEVELS) if variant == "entra" else 0)
    for rule in rules:
        assert not refused.search(condition(rule)["query"]), rule["name"]


@pytest.mark.parametrize("severity", Severity)
def test_the_monitors_alerts_become_one_azure_alert_each(severity: Severity) -> None:
    rule = one("base", RULE, f"-alerts-{severity}")
    assert rule["properties"]["severity"] == LEVELS[severity]
    # The window of the contract; alert.state repeats every 5 minutes within it.
    assert rule["properties"]["windowSize"] == "PT15M"
    found = condition(rule)
    assert found["query"] == (KQL / "alerts.kql").read_text().replace("{severity}", severity)
    assert found["dimensions"][0]["name"] == "alert_id"
    assert (found["timeAggregation"], found["operator"], found["threshold"]) == (
        "Count",
        "GreaterThan",
        0,
    )


@pytest.mark.parametrize("name", OWN)
def test_the_monitor_itself_is_watched(name: str) -> None:
    rule = one("base", RULE, name)
    severity, window, every, operator, threshold = OWN[name]
    assert rule["properties"]["evaluationFrequency"] == every
    assert rule["properties"]["severity"] == severity
    assert rule["properties"]["windowSize"] == window
    found = condition(rule)
    assert (found["operator"], found["threshold"]) == (operator, threshold)
    assert found["query"] == (KQL / f"{name}.kql").read_text()


@every_variant
def test_a_rule_splits_by_columns_that_its_query_yields(variant: str) -> None:
    for rule in deployed(variant, RULE):
        found = condition(rule)
        columns = [each["name"] for each in found["dimensions"]]
        measure = found.get("metricMeasureColumn")
        last = found["query"].rsplit("\n| project" if columns else "\n| summarize", 1)[1]
        assert len(columns) <= 6
        for column in [*columns, *([measure] if measure else [])]:
            assert column in last, (rule["name"], column)


def test_alerts_reach_the_given_addresses_in_the_common_schema() -> None:
    group = one("private-network", "Microsoft.Insights/actionGroups")["properties"]
    assert [each["emailAddress"] for each in group["emailReceivers"]] == ["oncall@example.com"]
    assert [each["name"] for each in group["webhookReceivers"]] == ["incidents"]
    uris = [each["serviceUri"] for each in group["webhookReceivers"]]
    assert uris == ["[parameters('webhooks')[0].uri]"]
    receivers = [*group["emailReceivers"], *group["webhookReceivers"]]
    assert all(each["useCommonAlertSchema"] for each in receivers)
    assert group["enabled"] is True
    names = [each["name"] for each in receivers]
    assert len(set(names)) == len(names)
    assert len(group["groupShortName"]) <= 12


def test_the_budget_warns_before_and_after_it_is_spent() -> None:
    budget = one("base", "Microsoft.Consumption/budgets")["properties"]
    assert (budget["amount"], budget["timeGrain"]) == (50, "Monthly")
    assert budget["timePeriod"] == {"startDate": "2026-11-01T00:00:00Z"}
    told = {(each["thresholdType"], each["threshold"]) for each in budget["notifications"].values()}
    assert told == {("Forecasted", 100), ("Actual", 80), ("Actual", 100)}
    group = one("base", "Microsoft.Insights/actionGroups")["id"]
    for each in budget["notifications"].values():
        assert (each["enabled"], each["operator"]) == (True, "GreaterThan")
        assert (each["contactGroups"], each["contactEmails"]) == ([group], [])
    assert budget["category"] == "Cost"


def test_a_budget_of_nothing_is_none() -> None:
    assert deployed("developer-access", "Microsoft.Consumption/budgets") == []


@pytest.mark.parametrize(("variant", "off"), [("base", True), ("developer-access", False)])
def test_telemetry_is_capped_and_takes_keys_only_when_told_to(variant: str, off: bool) -> None:
    stands = one(variant, "Microsoft.OperationalInsights/workspaces")
    workspace = stands["properties"]
    assert workspace["sku"] == {"name": "PerGB2018"}
    # Keys of the workspace are no way in either, and whoever may read the app may read its rows.
    assert workspace["features"] == {
        "disableLocalAuth": True,
        "enableLogAccessUsingOnlyResourcePermissions": True,
    }
    assert workspace["workspaceCapping"] == {"dailyQuotaGb": 1}
    assert workspace["retentionInDays"] == 30
    insights = one(variant, "Microsoft.Insights/components")["properties"]
    assert insights["DisableLocalAuth"] is off
    assert insights["WorkspaceResourceId"] == stands["id"]
    assert insights["IngestionMode"] == "LogAnalytics"
    assert insights["Application_Type"] == "web"
