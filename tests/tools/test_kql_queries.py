"""Queries are found where they stand, and bound against the tables of Application Insights."""

from pathlib import Path

import pytest

from tools.kql.queries import HOW_TO_GET, Query, faults_in, find_node, queries_in

NODE = find_node()
with_service = pytest.mark.skipif(NODE is None, reason=HOW_TO_GET)


def test_queries_stand_in_files_and_in_documents(tmp_path: Path) -> None:
    for folder in ("infra/kql", "docs/decisions"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "infra/kql/one.kql").write_text("traces\n")
    (tmp_path / "docs/guide.md").write_text("# Look\n\n```kql\nrequests\n| take 1\n```\n")
    (tmp_path / "docs/decisions/0001.md").write_text("```sh\nls\n```\n\n```kusto\ntraces\n```\n")
    (tmp_path / "README.md").write_text("no query\n")
    assert queries_in(tmp_path) == [
        Query("docs/decisions/0001.md", 6, "traces\n"),
        Query("docs/guide.md", 4, "requests\n| take 1\n"),
        Query("infra/kql/one.kql", 1, "traces\n"),
    ]


def test_every_rule_of_azure_monitor_has_its_query_checked() -> None:
    files = {query.file for query in queries_in()}
    assert {"infra/kql/alerts.kql", "infra/kql/missing-heartbeat.kql"} <= files


@with_service
def test_sound_queries_have_no_fault_and_faults_are_named_with_their_place() -> None:
    assert NODE is not None
    expected = {
        "requests\n| where sucess == 'a'": (2, 9, "sucess"),
        "union isfuzzy=true customEvnts": (1, 20, "customEvnts"),
        "requests | where duration": (1, 18, "bool"),
        "requests | sumarize count()": (1, 12, "Query operator"),
        "AppEvents | count": (1, 1, "AppEvents"),
    }
    sound = [
        "union isfuzzy=true customEvents | where name == 'a' | count",
        "requests | where toint(resultCode) >= 500",
        "customMetrics | summarize sum(value) by tostring(customDimensions.model)",
    ]
    texts = [*sound, *expected]
    found = faults_in([Query(f"{at}.kql", 1, text) for at, text in enumerate(texts)], NODE)
    first = {line.split(".kql:")[0]: line for line in reversed(found)}
    assert sorted(first) == [str(at) for at in range(len(sound), len(texts))]
    for at, (line, column, named) in enumerate(expected.values(), len(sound)):
        assert first[str(at)].startswith(f"{at}.kql:{line}:{column}: ")
        assert named in first[str(at)]
