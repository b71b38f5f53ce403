"""What checkov, a checker of cloud policies, has to say of what each variant deploys.

It reads the committed snapshots as templates. Of the compiled template it sees nothing (modules are
nested deployments to it) and exits 0, as it does for what it cannot parse: so resources are
counted.
Findings that are meant stand in `infra/checkov.toml` with their reasons; a reason for what is no
longer found is a fault too.
"""

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tools.infra.compiler import REPOSITORY
from tools.infra.templates import VARIANT_FOLDER, VARIANTS

CHECKOV = REPOSITORY / ".checkov" / "bin" / "checkov"
HOW_TO_GET = "run `make infra` where pip can install requirements-checkov.txt"
MEANT = REPOSITORY / "infra" / "checkov.toml"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
_OPTIONS = ["--framework", "arm", "--skip-download", "--quiet", "--compact", "--output", "json"]
_TIMEOUT_S = 120
_TYPE = re.compile(r"(Microsoft\.[^.]+)\.")


@dataclass(frozen=True, slots=True)
class Finding:
    """A policy that a resource does not follow.

    Attributes:
        check: the policy, as `CKV_AZURE_59`.
        kind: the resource's type.
    """

    check: str
    kind: str


@dataclass(frozen=True, slots=True)
class Report:
    """What checkov said.

    Attributes:
        found: policies not followed, with the name of the policy and of one resource.
        resources: how many it looked at.
        unread: files that it could not parse.
    """

    found: dict[Finding, str]
    resources: int
    unread: int


def find_checkov() -> Path | None:
    """Return checkov; None where it is not installed."""
    return CHECKOV if CHECKOV.is_file() else None


def policies(checkov: Path) -> list[str]:
    """Check every variant; return complaints."""
    with TemporaryDirectory() as folder:
        expected = sum(_write_template(Path(folder), variant) for variant in VARIANTS)
        report = report_of(checkov, Path(folder))
    return list(complaints(report, expected=expected, meant=meant_findings(MEANT.read_text())))


def report_of(checkov: Path, folder: Path) -> Report:
    """Run checkov over a folder of templates.

    Raises:
        RuntimeError: it did not report.
    """
    ended = subprocess.run(
        [str(checkov), "--directory", str(folder), *_OPTIONS],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    try:
        said = json.loads(ended.stdout)
    except ValueError as error:
        raise RuntimeError(f"checkov did not report: {ended.stderr[-400:]}") from error
    # Where it finds no resource at all, it prints the summary alone.
    summary = said.get("summary", said)
    failed: Sequence[dict[str, Any]] = said.get("results", {}).get("failed_checks", [])
    found = {
        Finding(each["check_id"], _kind(each["resource"])): f"{each['check_name']}: "
        f"{each['resource']} ({each['file_path'].strip('/')})"
        for each in failed
    }
    return Report(found, summary["resource_count"], summary["parsing_errors"])


def complaints(report: Report, *, expected: int, meant: dict[Finding, str]) -> Iterator[str]:
    """Yield what is wrong.

    Args:
        report: what checkov said.
        expected: how many resources there are.
        meant: findings that are meant, with their reasons.
    """
    if report.unread:
        yield f"{report.unread} templates could not be parsed"
    if report.resources != expected:
        yield f"expected {expected} resources to be looked at, got {report.resources}"
    for finding, story in report.found.items():
        if finding not in meant:
            yield f"{finding.check} {story}: follow it, or say why not in infra/checkov.toml"
    for finding in meant.keys() - report.found.keys():
        yield f"infra/checkov.toml: {finding.check} of {finding.kind} is not found: take it out"


def meant_findings(text: str) -> dict[Finding, str]:
    """Return the findings that a TOML file excuses, with their reasons.

    Raises:
        ValueError: one has no reason.
    """
    meant: dict[Finding, str] = {}
    for each in tomllib.loads(text)["meant"]:
        reason = each["reason"].strip()
        if not reason:
            raise ValueError(f"infra/checkov.toml: {each['checks']}: expected a reason")
        meant |= {Finding(check, each["resource"]): reason for check in each["checks"]}
    return meant


def _write_template(folder: Path, variant: str) -> int:
    snapshot = json.loads((VARIANT_FOLDER / f"{variant}.snapshot.json").read_text())
    resources = snapshot["predictedResources"]
    template = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": resources}
    (folder / f"{variant}.json").write_text(json.dumps(template, indent=1))
    return len(resources)


def _kind(resource: str) -> str:
    found = _TYPE.match(resource)
    return found[1] if found else resource
