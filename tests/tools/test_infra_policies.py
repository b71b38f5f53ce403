"""What checkov finds is told, unless it is meant; what it did not look at is told as well."""

import json
from pathlib import Path

import pytest

from tools.infra.policies import (
    MEANT,
    SCHEMA,
    Finding,
    Report,
    complaints,
    find_checkov,
    meant_findings,
    policies,
    report_of,
)

ACCOUNT = "Microsoft.Storage/storageAccounts"
OPEN = Finding("CKV_AZURE_59", ACCOUNT)
FOUND = {OPEN: "Ensure that accounts are closed: one (base.json)"}


@pytest.mark.parametrize(
    ("report", "meant", "expected"),
    [
        pytest.param(Report(FOUND, 5, 0), {OPEN: "by design"}, [], id="meant"),
        pytest.param(Report({}, 5, 0), {}, [], id="nothing found"),
        pytest.param(
            Report(FOUND, 5, 0),
            {},
            [
                "CKV_AZURE_59 Ensure that accounts are closed: one (base.json): "
                "follow it, or say why not in infra/checkov.toml"
            ],
            id="not meant",
        ),
        pytest.param(
            Report({}, 5, 0),
            {OPEN: "by design"},
            [f"infra/checkov.toml: CKV_AZURE_59 of {ACCOUNT} is not found: take it out"],
            id="meant, and no longer found",
        ),
        pytest.param(
            Report({}, 5, 1), {}, ["1 templates could not be parsed"], id="a template not parsed"
        ),
        pytest.param(
            Report({}, 0, 0), {}, ["expected 5 resources to be looked at, got 0"], id="none seen"
        ),
    ],
)
def test_findings_become_complaints(
    report: Report, meant: dict[Finding, str], expected: list[str]
) -> None:
    assert list(complaints(report, expected=5, meant=meant)) == expected


def test_what_is_meant_has_a_reason() -> None:
    assert all(len(reason) > 20 for reason in meant_findings(MEANT.read_text()).values())
    with pytest.raises(ValueError, match=r"CKV_AZURE_1.*expected a reason"):
        meant_findings('[[meant]]\nchecks = ["CKV_AZURE_1"]\nresource = "x"\nreason = " "')


@pytest.fixture
def checkov() -> Path:
    found = find_checkov()
    if found is None:
        pytest.skip("checkov is not installed: `make infra` installs it where pip can")
    return found


def test_what_is_deployed_follows_every_policy_but_those_that_are_meant(checkov: Path) -> None:
    assert policies(checkov) == []


def test_a_seeded_fault_is_found(checkov: Path, tmp_path: Path) -> None:
    account = {
        "type": ACCOUNT,
        "apiVersion": "2025-08-01",
        "name": "open",
        "location": "westeurope",
        "properties": {"publicNetworkAccess": "Enabled", "supportsHttpsTrafficOnly": False},
    }
    template = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [account]}
    (tmp_path / "a.json").write_text(json.dumps(template, indent=1))
    report = report_of(checkov, tmp_path)
    assert {OPEN, Finding("CKV_AZURE_3", ACCOUNT)} <= report.found.keys()
    assert (report.resources, report.unread) == (1, 0)


def test_a_folder_without_templates_counts_as_nothing_seen(checkov: Path, tmp_path: Path) -> None:
    assert report_of(checkov, tmp_path) == Report({}, 0, 0)
