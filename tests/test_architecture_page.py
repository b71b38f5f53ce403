"""docs/architecture.md and CONTRIBUTING.md: every room is named, and what they name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAP = (ROOT / "docs" / "architecture.md").read_text()
PAGES = [ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
# A page names files of the app from `shared/` on.
BASES = (ROOT, ROOT / "shared", ROOT / "shared" / "domain")


def named(pattern: str, text: str) -> list[str]:
    return re.findall(pattern, text, re.MULTILINE)


def test_the_map_has_each_room_of_the_domain_once() -> None:
    table = MAP.split("has a folder for each feature")[1].split("What stands beside them")[0]
    rooms = [room for row in named(r"^\| (`.*?) \|", table) for room in named(r"`(\w+)/`", row)]
    folders = [each.parent.name for each in (ROOT / "shared" / "domain").glob("*/__init__.py")]
    assert sorted(rooms) == sorted(folders)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_path_that_a_page_names_is_there(page: Path) -> None:
    paths = named(
        r"`((?:shared|domain|services|adapters|triggers|tools|tests)/[\w/.]*\w)`", page.read_text()
    )
    assert not [each for each in paths if not any((base / each).exists() for base in BASES)]


def test_a_word_stands_in_the_glossary_once() -> None:
    words = named(r"^\| (.+?) \|", (ROOT / "docs" / "glossary.md").read_text())
    assert sorted(words) == sorted(set(words))
