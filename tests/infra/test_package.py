"""What is uploaded as the app: the app, and nothing of what is around it.

`func azure functionapp publish` and `azd up` take what `.funcignore` leaves, each by its own rules.
"""

import io
import zipfile
from pathlib import Path

import pytest

from tests.infra.ignoring import Ignored, by_azd, by_core_tools, by_git
from tools.infra.compiler import REPOSITORY

FUNCIGNORE = REPOSITORY / ".funcignore"
TOOLS = ("func", "azd", "git")
MAX_PACKAGE_BYTES = 1 << 20
OUTSIDE_SHARED = {"function_app.py", "host.json", "requirements.txt"}
FOLDERS = ("docs", "infra", "tests", "tools")
# What lies about in the checkout of whoever works on it, and must never leave it.
LITTER = {
    ".azure/prod/.env",
    ".checkov/bin/checkov",
    ".data/__azurite_db_table__.json",
    ".env",
    ".git/config",
    ".hypothesis/examples/1",
    ".python_packages/lib/site-packages/numpy/__init__.py",
    ".venv/lib/python3.13/site-packages/numpy/__init__.py",
    ".vscode/settings.json",
    "__pycache__/function_app.cpython-313.pyc",
    "local.settings.json",
    "local.settings.prod.json",
    "monitor.backup",
    "node_modules/azurite/package.json",
    "shared/__pycache__/errors.cpython-313.pyc",
    "shared/domain/alert/__pycache__/alert.cpython-313.pyc",
    "venv/bin/python",
}


@pytest.fixture(scope="module")
def code() -> set[str]:
    files = (REPOSITORY / "shared").rglob("*")
    return {_name(path) for path in files if path.is_file() and "__pycache__" not in path.parts}


@pytest.fixture(scope="module")
def around() -> set[str]:
    """Return what there is beside the code: files of the root, and of every other folder."""
    root = {_name(path) for path in REPOSITORY.iterdir() if path.is_file()}
    below = {
        _name(path)
        for folder in FOLDERS
        for path in (REPOSITORY / folder).rglob("*")
        if path.is_file()
    }
    return (root | below | LITTER) - OUTSIDE_SHARED


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ignored]:
    return {
        "func": by_core_tools(FUNCIGNORE),
        "azd": by_azd(FUNCIGNORE),
        "git": by_git(FUNCIGNORE, tmp_path_factory.mktemp("git")),
    }


def _name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@pytest.mark.parametrize("tool", TOOLS)
def test_the_app_is_uploaded_whole(tool: str, rules: dict[str, Ignored], code: set[str]) -> None:
    assert len(code) > 100
    assert rules[tool](sorted(code | OUTSIDE_SHARED)) == set()


@pytest.mark.parametrize("tool", TOOLS)
def test_nothing_else_is_uploaded(tool: str, rules: dict[str, Ignored], around: set[str]) -> None:
    # Core Tools leaves these out whatever .funcignore says.
    itself = {".funcignore", ".gitignore", "local.settings.json"} if tool == "func" else set()
    assert around - rules[tool](sorted(around)) - itself == set()


@pytest.mark.parametrize("tool", TOOLS)
def test_no_other_folder_is_uploaded(tool: str, rules: dict[str, Ignored]) -> None:
    folders = {path.name for path in REPOSITORY.iterdir() if path.is_dir()} - {"shared"}
    inside = {f"{folder}/x.py" for folder in folders}
    taken = inside - rules[tool](sorted(inside))
    assert not taken, f"every upload takes {taken} along: name the folder in .funcignore"


def test_the_app_is_code_and_lists_of_prices(code: set[str]) -> None:
    assert {Path(name).suffix for name in code} == {".py", ".csv"}


def test_the_package_stays_small(code: set[str]) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(code | OUTSIDE_SHARED):
            archive.write(REPOSITORY / path, path)
    assert len(package.getvalue()) < MAX_PACKAGE_BYTES
