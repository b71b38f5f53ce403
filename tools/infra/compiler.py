"""The Bicep compiler: where it is, and what one call of it had to say.

`build` exits 0 on wrong properties, unknown types and secrets in outputs, which it only warns of.
So a call is fine when it exits 0 and prints nothing on stderr.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
BESIDE = Path("../shared/tools/bicep/bicep")
HOW_TO_GET = (
    "set BICEP to the compiler, or put `bicep` on PATH "
    "(https://github.com/Azure/bicep/releases, or `az bicep install`: ~/.azure/bin/bicep)"
)
_TIMEOUT_S = 180
# A call lives for seconds; profiling it and collecting garbage beside it cost a quarter of them.
_SHORT_LIVED = {"DOTNET_TieredPGO": "0", "DOTNET_gcConcurrent": "0"}


def find_compiler(environment: Mapping[str, str], repository: Path = REPOSITORY) -> Path | None:
    """Return the compiler: `$BICEP`, else `bicep` on PATH, else the one beside the repository.

    Args:
        environment: of the process, for BICEP and PATH.
        repository: the root of this project.

    Returns:
        None where there is none.

    Raises:
        FileNotFoundError: BICEP names something that cannot be run.
    """
    named = environment.get("BICEP")
    if named:
        found = shutil.which(named, path=environment.get("PATH", ""))
        if found is None:
            raise FileNotFoundError(f"BICEP: expected a program, got {named!r}")
        return Path(found)
    on_path = shutil.which("bicep", path=environment.get("PATH", ""))
    if on_path is not None:
        return Path(on_path)
    beside = repository / BESIDE
    return beside.resolve() if os.access(beside, os.X_OK) else None


def complaints_of(compiler: Path, arguments: Sequence[str], folder: Path = REPOSITORY) -> list[str]:
    """Run the compiler and return the lines it complains in; none is success.

    Args:
        compiler: the program.
        arguments: of the call.
        folder: where to run it.
    """
    ended = subprocess.run(
        [str(compiler), *arguments],
        cwd=folder,
        env={**os.environ, **_SHORT_LIVED},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    said = ended.stderr.splitlines()
    if ended.returncode == 0:
        return said
    return [*said, *ended.stdout.splitlines()] or [f"exit code {ended.returncode}"]
