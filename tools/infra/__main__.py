"""Checks what describes the deployment: the Bicep files, what they deploy, and every KQL query.

What cannot be checked for want of a compiler or of the language service is left out, and said.
`--write` puts the files in their format and renews the committed snapshots.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tools.infra import compiler as bicep
from tools.infra import policies, templates
from tools.kql import queries
from tools.workbook import document

# The compiler keeps one core busy for some four seconds a call.
_AT_A_TIME = 2


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is checked.

    Attributes:
        name: what it is called when it fails.
        run: returns complaints; none is success.
    """

    name: str
    run: Callable[[], list[str]]


def main() -> int:
    """Run every check that can run; return the exit code."""
    parser = argparse.ArgumentParser(prog="tools.infra", description=__doc__)
    parser.add_argument("--write", action="store_true", help="renew format and snapshots")
    write = parser.parse_args().write
    began = time.monotonic()
    try:
        checks = [*_workbook_checks(write=write), *_template_checks(write=write)]
        checks += _query_checks()
    except FileNotFoundError as error:
        parser.error(str(error))
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        outcomes = list(pool.map(lambda check: check.run(), checks))
        # They read snapshots, which may have been renewed just above.
        late = list(_policy_checks())
        outcomes += pool.map(lambda check: check.run(), late)
    checks += late
    for check, complaints in zip(checks, outcomes, strict=True):
        for line in complaints:
            print(f"infra: {check.name}: {line}", file=sys.stderr)
    failed = sum(map(bool, outcomes))
    if failed:
        print("infra: format, workbook and snapshots are renewed by `make infra ARGS=--write`")
    took_s = time.monotonic() - began
    print(f"infra: {len(checks) - failed} of {len(checks)} checks passed in {took_s:.0f} s")
    return 1 if failed else 0


def _workbook_checks(*, write: bool) -> Iterator[Check]:
    # The templates load it: it is renewed before they are looked at.
    if write:
        document.FILE.write_text(document.document())
    yield Check("workbook", _workbook)


def _workbook() -> list[str]:
    if document.FILE.read_text() == document.document():
        return []
    return [
        f"{document.FILE.relative_to(Path.cwd())}: not what tools/workbook makes of its queries"
    ]


def _template_checks(*, write: bool) -> Iterator[Check]:
    compiler = bicep.find_compiler(os.environ)
    if compiler is None:
        print(f"infra: build, lint, format and snapshots left out: {bicep.HOW_TO_GET}")
        return
    yield Check("format", partial(templates.formatting, compiler, write=write))
    yield Check("build", partial(templates.build, compiler))
    yield Check("lint", partial(templates.lint, compiler))
    for variant in templates.VARIANTS:
        run = partial(templates.snapshot, compiler, variant, write=write)
        yield Check(f"snapshot of {variant}", run)


def _query_checks() -> Iterator[Check]:
    node = queries.find_node()
    if node is None:
        print(f"infra: KQL left out: {queries.HOW_TO_GET}")
        return
    yield Check("KQL", partial(_bind, node))


def _policy_checks() -> Iterator[Check]:
    checkov = policies.find_checkov()
    if checkov is None:
        print(f"infra: policies left out: {policies.HOW_TO_GET}")
        return
    yield Check("policies", partial(policies.policies, checkov))


def _bind(node: str) -> list[str]:
    found = queries.queries_in()
    return queries.faults_in(found, node) if found else [f"no query below {Path.cwd()}"]


if __name__ == "__main__":
    sys.exit(main())
