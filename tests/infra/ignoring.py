"""Which paths `.funcignore` keeps back, by the rules of each tool that reads it.

They differ from one another and from git:

* Core Tools (src/Cli/func/Common/GitIgnoreParser.cs): a pattern holds from the start of the path,
  never below, to the end of a word; `*` stands for one character or more; `!` wins over all.
* azd (github.com/denormal/go-gitignore, pattern.go): a name holds for the last part of a path, for
  the whole path after a leading `/`, and then `*` crosses folders; the last match decides.
"""

import fnmatch
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

type Ignored = Callable[[Sequence[str]], set[str]]

_SPECIAL = re.compile(r"[-\[\]/{}()+?.\\^$|]")


def by_core_tools(file: Path) -> Ignored:
    """Return the rules of `func azure functionapp publish`."""
    given = _patterns(file)
    kept = _any_of([line[1:] for line in given if line.startswith("!")])
    ignored = _any_of([line for line in given if not line.startswith("!")])
    return lambda paths: {path for path in paths if ignored.match(path) and not kept.match(path)}


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    words = [_SPECIAL.sub(r"\\\g<0>", each.removeprefix("/")) for each in patterns]
    shapes = [each.replace("**", "(.+)").replace("*", "([^/]+)") for each in words]
    return re.compile(rf"(?:{'|'.join(shapes)})\b" if shapes else r"(?!)", re.ASCII)


def by_azd(file: Path) -> Ignored:
    """Return the rules of `azd up`, of patterns without a `/` but for a first one or `**/`."""
    given = _patterns(file)
    assert not [line for line in given if "/" in line.removeprefix("**/").lstrip("!/")], given

    def is_ignored(path: str) -> bool:
        places = [str(each) for each in (*PurePosixPath(path).parents, path)]
        return any(_last_match(given, place) for place in places if place != ".")

    return lambda paths: {path for path in paths if is_ignored(path)}


def _last_match(patterns: Sequence[str], path: str) -> bool:
    for line in reversed(patterns):
        shape = line.removeprefix("!")
        place = path if shape.startswith("/") else PurePosixPath(path).name
        if fnmatch.fnmatchcase(place, shape.removeprefix("**/").removeprefix("/")):
            return not line.startswith("!")
    return False


def by_git(file: Path, repository: Path) -> Ignored:
    """Return the rules of `.gitignore`, which others keep to; git is asked in an empty folder."""
    subprocess.run(["git", "init", "--quiet", str(repository)], check=True)
    call = ["git", "-c", f"core.excludesFile={file}", "check-ignore", "--no-index", "--stdin"]

    def ignored(paths: Sequence[str]) -> set[str]:
        told = "\n".join(paths)
        ended = subprocess.run(
            call, cwd=repository, input=told, capture_output=True, text=True, check=False
        )
        assert ended.returncode in (0, 1), ended.stderr
        return set(ended.stdout.splitlines())

    return ignored


def _patterns(file: Path) -> list[str]:
    lines = [line.strip() for line in file.read_text().splitlines()]
    return [line for line in lines if line and not line.startswith("#")]
