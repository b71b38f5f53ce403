"""Pictures of the workbook show its items, over the rows given, and say where they come from."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest

from tools.infra.compiler import REPOSITORY
from tools.kql.engine import Insights, Row
from tools.workbook.content import TABS
from tools.workbook.items import Tab, Table
from tools.workbook.picture.chart import Palette
from tools.workbook.picture.numbers import short, steps
from tools.workbook.picture.page import WIDTH, Source, page
from tools.workbook.picture.svg import COLOURS
from tools.workbook.picture.table import header_lines, widths
from tools.workbook.units import TEXT

T0 = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LABEL = "RENDERED LOCALLY"


def requests(minute: int, model: str, count: float) -> Row:
    labels = {"model": model, "deployment": f"{model}-prod", "application": "bot <1>"}
    return {
        "timestamp": T0 + timedelta(minutes=minute),
        "name": "model_requests_total",
        "value": count,
        "customDimensions": labels,
    }


def source(*rows: Row) -> Source:
    end = T0 + timedelta(hours=1)
    return Source(Insights({"customMetrics": rows}), T0, end, timedelta(minutes=10), LABEL)


def words(picture: str) -> list[str]:
    return [each.text or "" for each in ET.fromstring(picture).iter() if each.tag.endswith("text")]


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)
def test_every_item_of_a_tab_is_drawn(tab: Tab) -> None:
    found = words(page(tab, source()))
    assert LABEL in found
    for item in tab.items:
        title = item.title if isinstance(item, Table) else item.heading.split(" (")[0]
        assert any(each.startswith(title[:40]) for each in found) or item.query.endswith("headline")


def test_what_is_drawn_are_the_rows_of_the_queries() -> None:
    overview = TABS[0]
    found = words(page(overview, source(requests(1, "gpt-5", 30), requests(2, "gpt-4", 12))))
    assert "42" in found
    assert "bot <1>" in found
    assert {"gpt-4", "gpt-5"} <= set(found)


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)
@pytest.mark.parametrize("length", [1, 60])
def test_columns_share_the_width_and_headers_stay_whole(tab: Tab, length: int) -> None:
    for item in tab.items:
        if not isinstance(item, Table):
            continue
        cells = [
            {
                name: "x" * length if column.unit is TEXT else "1,234"
                for name, column in item.shown.items()
            }
        ]
        shared = widths(item.shown, cells, WIDTH)
        assert sum(shared.values()) == pytest.approx(WIDTH)
        for name, column in item.shown.items():
            header = " ".join(header_lines(column, shared[name]))
            assert header == column.header, "a header without its unit is none"


def test_what_the_host_tells_is_said_to_be_missing() -> None:
    found = " ".join(words(page(TABS[-1], source())))
    assert found.count("Told by Azure Functions itself") == 2


def test_a_series_has_one_colour_in_all_charts_of_a_page() -> None:
    palette = Palette()
    names = [f"deployment-{at}" for at in range(len(COLOURS))]
    colours = [palette[name] for name in names]
    assert len(set(colours)) == len(COLOURS)
    assert [palette[name] for name in reversed(names)] == colours[::-1]


def test_the_smallest_of_many_series_are_drawn_as_one() -> None:
    rows = [requests(1, f"model-{at:02}", at + 1) for at in range(14)]
    found = words(page(TABS[0], source(*rows)))
    assert "others" in found
    assert "model-13" in found
    assert "model-00" not in found


@pytest.mark.parametrize(
    ("highest", "marks"),
    [
        (0, [0, 1]),
        (4, [0, 1, 2, 3, 4]),
        (9.3, [0, 2.5, 5, 7.5, 10]),
        (1_350, [0, 500, 1_000, 1_500]),
    ],
)
def test_an_axis_ends_above_the_highest_value(highest: float, marks: list[float]) -> None:
    assert steps(highest) == pytest.approx(marks)


def test_large_numbers_are_short() -> None:
    assert [short(each) for each in (0, 2.5, 1_500, 2e6, 3e9)] == ["0", "2.5", "1.5k", "2M", "3G"]


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)
def test_the_committed_pictures_are_labelled_and_have_every_title(tab: Tab) -> None:
    picture = (REPOSITORY / "docs" / "workbook" / f"{tab.name.lower()}.svg").read_text()
    found = words(picture)
    assert any(each.startswith(LABEL) for each in found)
    titles = [item.title for item in tab.items if isinstance(item, Table)]
    assert all(any(each.startswith(title) for each in found) for title in titles)
