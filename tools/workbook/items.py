"""What a workbook is made of: tabs with charts, tables and tiles, each the answer of one query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tools.infra.compiler import REPOSITORY
from tools.workbook.columns import COLUMNS, Column
from tools.workbook.units import Unit

QUERIES = REPOSITORY / "infra" / "workbooks"


class Kind(StrEnum):
    """How a chart draws; the texts are the workbook's."""

    LINES = "linechart"
    BARS = "barchart"
    AREA = "areachart"


@dataclass(frozen=True, slots=True)
class Chart:
    """Values over time.

    Attributes:
        query: its file, as `models/failed`.
        title: what it shows, without the unit.
        kind: how it draws.
        value: the query's column of values.
        unit: of the values.
        group: the column that tells series apart; empty for one series.
        stepped: whether values add up over a step of the time axis, which the title then says.
    """

    query: str
    title: str
    kind: Kind
    value: str
    unit: Unit
    group: str = ""
    stepped: bool = False

    @property
    def heading(self) -> str:
        """The title with its unit."""
        each = " per {TimeRange:grain}" if self.stepped else ""
        return f"{self.title} ({self.unit.name}{each})"


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a query, every column under a title with its unit.

    Attributes:
        query: its file, as `models/models`.
        title: what a row is.
        columns: names of the query's columns, in its order, separated by spaces.
    """

    query: str
    title: str
    columns: str

    @property
    def heading(self) -> str:
        """The title."""
        return self.title

    @property
    def shown(self) -> Mapping[str, Column]:
        """The columns by name."""
        return {name: COLUMNS[name] for name in self.columns.split()}


@dataclass(frozen=True, slots=True)
class Tiles:
    """Single numbers, each with a title that the query gives it, unit included.

    Attributes:
        query: its file; columns `tile` and `value`.
        title: what they are about.
    """

    query: str
    title: str

    @property
    def heading(self) -> str:
        """The title."""
        return self.title


type Item = Chart | Table | Tiles


@dataclass(frozen=True, slots=True)
class Tab:
    """One page.

    Attributes:
        name: what its link says.
        text: what a reader should know, one paragraph of Markdown.
        items: what it shows, two charts abreast.
    """

    name: str
    text: str
    items: Sequence[Item]


def query_file(name: str) -> Path:
    """Return the file of a query, as `models/failed` names it."""
    return QUERIES / f"{name}.kql"
