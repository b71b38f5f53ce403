"""Every KQL query of the project, bound by Microsoft's own language service.

Queries stand in `infra/kql` (alert rules), `infra/workbooks`, and in blocks fenced as `kql` or
`kusto` in Markdown. The service (npm `@kusto/language-service-next`) knows syntax, functions,
tables, columns and types; what lies inside customDimensions it cannot see.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.infra.compiler import REPOSITORY
from tools.kql.parameters import filled

SERVICE = Path("node_modules/@kusto/language-service-next")
HOW_TO_GET = "run `make install` (needs Node.js and npm)"
_BINDER = Path(__file__).with_name("bind.cjs")
_FENCED = re.compile(r"^```(?:kql|kusto)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Query:
    """A query and where it stands.

    Attributes:
        file: from the repository's root.
        line: of its first line, from 1.
        text: as written.
    """

    file: str
    line: int
    text: str


def queries_in(repository: Path = REPOSITORY) -> list[Query]:
    """Return the queries of `infra`, `docs` and the README, in order of file and line."""
    files = [
        *repository.glob("infra/**/*.kql"),
        *repository.glob("docs/**/*.md"),
        repository / "README.md",
    ]
    return [
        query
        for path in sorted(files)
        for query in _queries_of(path.read_text(), str(path.relative_to(repository)))
    ]


def _queries_of(text: str, file: str) -> Iterator[Query]:
    if file.endswith(".kql"):
        yield Query(file, 1, text)
        return
    for block in _FENCED.finditer(text):
        yield Query(file, text.count("\n", 0, block.start(1)) + 1, block[1])


def find_node(repository: Path = REPOSITORY) -> str | None:
    """Return Node.js; None where it or the language service is not installed."""
    return shutil.which("node") if (repository / SERVICE).is_dir() else None


def faults_in(queries: Sequence[Query], node: str) -> list[str]:
    """Bind queries; return what is wrong with them, as `file:line:column: message`.

    Raises:
        subprocess.CalledProcessError: the language service did not run.
    """
    ended = subprocess.run(
        [node, str(_BINDER)],
        cwd=REPOSITORY,
        input=json.dumps([asdict(query) | {"text": filled(query.text)} for query in queries]),
        stdout=subprocess.PIPE,
        text=True,
        timeout=_TIMEOUT_S,
        check=True,
    )
    return list(_lines(json.loads(ended.stdout)))


def _lines(faults: Iterable[dict[str, object]]) -> Iterator[str]:
    for fault in faults:
        yield "{file}:{line}:{column}: {message}".format_map(fault)
