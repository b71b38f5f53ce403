"""The compiler refuses what it only warns of by itself; left out where there is no compiler."""

import os
from pathlib import Path

import pytest

from tools.infra.compiler import HOW_TO_GET, complaints_of, find_compiler
from tools.infra.templates import INFRA, VARIANT_FOLDER, VARIANTS, sources

COMPILER = find_compiler(os.environ)
FAULTS = """
param password string

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'group'
  location: 'westeurope'
  properties: { enabled: true, groupShortName: 'g', colour: 'red' }
}

resource account 'Microsoft.Storage/storageAccounts@2025-08-01' existing = { name: 'account' }

output leak string = account.listKeys().keys[0].value
"""


def test_every_variant_has_a_parameter_file_and_a_snapshot() -> None:
    files = {path.name for path in VARIANT_FOLDER.iterdir() if path.suffix != ".py"}
    expected = {
        f"{variant}{end}" for variant in VARIANTS for end in (".bicepparam", ".snapshot.json")
    }
    assert files - {"__pycache__"} == expected


def test_every_module_and_variant_is_a_source() -> None:
    found = sources()
    assert {INFRA / "main.bicep", INFRA / "modules" / "app.bicep"} <= set(found)
    assert len([path for path in found if path.suffix == ".bicepparam"]) == len(VARIANTS)


@pytest.mark.skipif(COMPILER is None, reason=HOW_TO_GET)
def test_seeded_faults_are_all_named(tmp_path: Path) -> None:
    assert COMPILER is not None
    (tmp_path / "bicepconfig.json").write_bytes((INFRA / "bicepconfig.json").read_bytes())
    (tmp_path / "faulty.bicep").write_text(FAULTS)
    said = "\n".join(complaints_of(COMPILER, ["build", "faulty.bicep", "--stdout"], tmp_path))
    for fault in (
        "secure-secrets-in-params",
        "no-hardcoded-location",
        "outputs-should-not-contain-secrets",
        "colour",
    ):
        assert fault in said
