"""The starter rules are accepted as they stand, and every rule has a runbook."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import function_app
from shared.adapters import tables as layout
from shared.adapters.document_store import DocumentStore
from shared.adapters.memory import MemoryTables
from shared.domain.rule.builtin import BUILTIN_RULES
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.yaml_set import parse_rules_yaml
from shared.services.rule_set import put_rules
from shared.triggers.endpoint import OPERATIONS, Operation

_DOCS = Path(__file__).parents[1] / "docs"
_STARTER = (_DOCS / "starter-rules.yaml").read_bytes()
_RUNBOOKS = {path.stem: path for path in (_DOCS / "runbooks").glob("*.md")}
_PARTS = ["What it means", "Look", "Likely causes", "What to do", "When to silence"]
_URL = re.compile(r'\$MONITOR(/[^"\s]+)')
_PARAMETER = re.compile(r"\\\{\w+\\\}")


@pytest.fixture(scope="module")
def starter() -> dict[str, AlertRule]:
    return {rule.name: rule for rule in parse_rules_yaml(_STARTER)}


async def test_the_starter_rules_are_new_beside_the_built_in_ones(
    starter: dict[str, AlertRule],
) -> None:
    tables = MemoryTables()
    await tables.create_table(layout.RULES)
    rules, documents = list(starter.values()), DocumentStore(tables)

    tried = await put_rules(rules, dry_run=True, documents=documents)
    await put_rules(rules, dry_run=False, documents=documents)
    again = await put_rules(rules, dry_run=False, documents=documents)

    assert tried.created == sorted(starter) == again.unchanged
    assert (tried.updated, tried.deleted) == ([], [])


def test_they_watch_what_apps_on_models_suffer_from(starter: dict[str, AlertRule]) -> None:
    assert {rule.metric for rule in starter.values()} >= {
        "model_response_time",
        "model_errors_total",
        "token_usage_rate",
        "model_time_to_first_token",
        "model_quality_groundedness",
        "model_tokens_used",
        "model_requests_total",
    }


def test_each_says_what_it_is_about_and_leads_to_its_runbook(
    starter: dict[str, AlertRule],
) -> None:
    for name, rule in starter.items():
        assert rule.description
        assert rule.runbook_url == f"https://example.com/runbooks/{name}.md"


def test_every_rule_has_a_runbook_and_every_runbook_a_rule(
    starter: dict[str, AlertRule],
) -> None:
    of_budgets = {"budget"}
    assert _RUNBOOKS.keys() - {"README"} == starter.keys() | BUILTIN_RULES.keys() | of_budgets


@pytest.mark.parametrize("path", _RUNBOOKS.values(), ids=list(_RUNBOOKS))
def test_a_runbook_asks_only_what_the_app_answers(path: Path) -> None:
    assert function_app.app is not None
    urls = [urlsplit(url) for url in _URL.findall(path.read_text())]

    assert urls
    for url in urls:
        operation = _asked(url.path.removeprefix("/api/"))
        assert parse_qs(url.query).keys() <= operation.query.keys(), url


@pytest.mark.parametrize("name", sorted(_RUNBOOKS.keys() - {"README"}))
def test_a_runbook_has_its_parts_and_is_listed(name: str) -> None:
    text = _RUNBOOKS[name].read_text()

    assert text.startswith(f"# {name}\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == _PARTS
    assert f"[{name}]({name}.md)" in _RUNBOOKS["README"].read_text()


def _asked(path: str) -> Operation:
    found = [
        each
        for each in OPERATIONS
        if each.method == "GET"
        and re.fullmatch(_PARAMETER.sub("[^/]+", re.escape(each.route)), path)
    ]
    assert found, path
    return found[0]
