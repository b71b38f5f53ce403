"""What is checked of the Bicep files: they build, lint, are formatted and deploy what is committed.

A snapshot is the compiler's own prediction of a deployment: every resource with its name, loops and
conditions resolved. Committed, it shows a reviewer what a change deploys.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.infra.compiler import REPOSITORY, complaints_of

VARIANTS = ("base", "private-network", "entra", "developer-access")
INFRA = REPOSITORY / "infra"
VARIANT_FOLDER = REPOSITORY / "tests" / "infra"
_CONFIG = ("--config", str(INFRA / "bicepconfig.json"))
# Where the predicted deployments go: they must not differ between two machines.
_PLACE = (
    "--subscription-id=00000000-0000-0000-0000-000000000001",
    "--tenant-id=00000000-0000-0000-0000-000000000002",
    "--resource-group=rg-monitor",
    "--location=westeurope",
)


def sources() -> list[Path]:
    """Return every Bicep file and parameter file, sorted."""
    return sorted([*INFRA.rglob("*.bicep"), *VARIANT_FOLDER.glob("*.bicepparam")])


def build(compiler: Path) -> list[str]:
    """Compile every file; return complaints."""
    with TemporaryDirectory() as folder:
        return complaints_of(
            compiler, ["build", "--pattern", "infra/**/*.bicep", "--outdir", folder]
        )


def lint(compiler: Path) -> list[str]:
    """Lint every file; return complaints."""
    return complaints_of(compiler, ["lint", "--pattern", "infra/**/*.bicep"])


def formatting(compiler: Path, *, write: bool) -> list[str]:
    """Name the files that are not in the compiler's own format.

    Args:
        compiler: the program.
        write: put them in that format instead.
    """
    with TemporaryDirectory() as folder:
        copies = dict(_copies(Path(folder)))
        call = ["format", "--pattern", "**/*.bicep*", *_CONFIG]
        complaints = complaints_of(compiler, call, Path(folder))
        for source, copy in copies.items():
            if copy.read_bytes() == source.read_bytes():
                continue
            if write:
                shutil.copyfile(copy, source)
            else:
                complaints.append(f"{source.relative_to(REPOSITORY)}: not formatted")
    return complaints


def _copies(folder: Path) -> Iterator[tuple[Path, Path]]:
    for source in sources():
        copy = folder / source.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
        yield source, copy


def snapshot(compiler: Path, variant: str, *, write: bool) -> list[str]:
    """Compare what a variant deploys with what is committed; return the differences.

    Args:
        compiler: the program.
        variant: the name of its parameter file.
        write: commit to what it deploys instead.
    """
    mode = "overwrite" if write else "validate"
    file = VARIANT_FOLDER / f"{variant}.bicepparam"
    complaints = complaints_of(
        compiler, ["snapshot", str(file), f"--mode={mode}", *_PLACE, *_CONFIG]
    )
    if write and not complaints:
        _order_outputs(VARIANT_FOLDER / f"{variant}.snapshot.json")
    return complaints


def _order_outputs(file: Path) -> None:
    """Write the outputs of a snapshot by name: the compiler's order is another each time."""
    content = json.loads(file.read_text())
    content["outputs"] = dict(sorted(content["outputs"].items()))
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False))
