"""What `func azure functionapp publish` uploads: the app, and nothing of what is around it.

It takes what `.funcignore` leaves, which has the rules of `.gitignore`; so git itself is asked,
through an empty repository that tracks nothing.
"""

import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from tools.infra.compiler import REPOSITORY

MAX_PACKAGE_BYTES = 1 << 20
OUTSIDE_SHARED = {"function_app.py", "host.json", "requirements.txt"}
# Made here in passing by the interpreter and other tests, in whatever state.
NEVER = ("__pycache__", ".venv", "node_modules", "tests", "tools", "infra", "docs")


@pytest.fixture(scope="module")
def uploaded(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    repository = tmp_path_factory.mktemp("git")
    git = ["git", f"--git-dir={repository}/.git", f"--work-tree={REPOSITORY}"]
    subprocess.run(["git", "init", "--quiet", str(repository)], check=True)
    listed = subprocess.run(
        [*git, "ls-files", "--others", "-z", f"--exclude-from={REPOSITORY}/.funcignore"],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
        text=True,
    )
    return sorted(filter(None, listed.stdout.split("\0")))


def test_the_app_is_uploaded_whole(uploaded: list[str]) -> None:
    code = {
        str(path.relative_to(REPOSITORY))
        for path in (REPOSITORY / "shared").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert code | OUTSIDE_SHARED == set(uploaded)


def test_nothing_else_is_uploaded(uploaded: list[str]) -> None:
    assert not [path for path in uploaded if set(Path(path).parts) & set(NEVER)]
    assert not [path for path in uploaded if "settings.json" in path or path.startswith(".")]
    assert not [path for path in uploaded if path.endswith((".bicep", ".kql", ".pyc"))]


def test_the_package_stays_small(uploaded: list[str]) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in uploaded:
            archive.write(REPOSITORY / path, path)
    assert len(package.getvalue()) < MAX_PACKAGE_BYTES
