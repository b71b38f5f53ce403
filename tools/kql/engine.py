"""Application Insights in memory: rows of its tables, and the answers of KQL queries over them.

The engine is duckdb-kql, which turns KQL into SQL of DuckDB and refuses by name what it cannot
(docs/decisions/0013).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import duckdb_kql

from tools.kql.parameters import filled
from tools.recorded import Envelope, events_in, metrics_in

type Row = Mapping[str, Any]

_TABLES = json.loads(Path(__file__).with_name("tables.json").read_text())
_EVERY: Mapping[str, str] = _TABLES.pop("every")
SCHEMAS: Mapping[str, Mapping[str, str]] = {
    name: {**_EVERY, **columns} for name, columns in _TABLES.items()
}
_SQL_TYPES = {
    "datetime": "TIMESTAMP",
    "dynamic": "JSON",
    "int": "INTEGER",
    "real": "DOUBLE",
    "string": "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query answers.

    Attributes:
        columns: their names.
        rows: a value for each column; times are aware, UTC.
    """

    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as column -> value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Insights:
    """The tables of one Application Insights resource."""

    def __init__(self, rows: Mapping[str, Iterable[Row]]) -> None:
        """Take in rows by table; a column that is not given is empty text or null, as in Azure."""
        self._connection = duckdb_kql.connect()
        with TemporaryDirectory() as folder:
            for name, columns in SCHEMAS.items():
                self._load(Path(folder) / name, name, columns, rows.get(name, ()))

    @classmethod
    def recorded(cls, envelopes: Iterable[Envelope], more: Mapping[str, Iterable[Row]]) -> Self:
        """Return the tables that recorded envelopes make, and further rows."""
        kept = list(envelopes)
        rows = {"customEvents": _event_rows(kept), "customMetrics": _metric_rows(kept)}
        return cls({**rows, **more})

    def run(
        self,
        kql: str,
        *,
        first: datetime,
        end: datetime,
        values: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return what a query answers over the rows of first <= timestamp < end, asked at `end`.

        Raises:
            duckdb_kql.KqlError: the engine does not know some of it.
        """
        for name in SCHEMAS:
            self._connection.execute(
                f'CREATE OR REPLACE VIEW "{name}" AS SELECT * FROM "every_{name}" '
                f"WHERE timestamp >= '{_sql(first)}' AND timestamp < '{_sql(end)}'"
            )
        found = duckdb_kql.query(self._connection, filled(kql, values or {}), query_now=end)
        columns = [column[0] for column in found.description]
        return Answer(columns, [tuple(map(_python, row)) for row in found.fetchall()])

    def _load(self, file: Path, name: str, columns: Mapping[str, str], rows: Iterable[Row]) -> None:
        with file.open("w") as lines:
            lines.writelines(json.dumps(_whole(row, columns)) + "\n" for row in rows)
        types = {column: _SQL_TYPES[kind] for column, kind in columns.items()}
        if file.stat().st_size:
            read = f"read_json('{file}', format = 'newline_delimited', columns = {types})"
            self._connection.execute(f'CREATE TABLE "every_{name}" AS SELECT * FROM {read}')
            return
        declared = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
        self._connection.execute(f'CREATE TABLE "every_{name}" ({declared})')


def _event_rows(envelopes: Iterable[Envelope]) -> Iterator[Row]:
    for event in events_in(envelopes):
        yield {
            "timestamp": event.time,
            "name": event.name,
            "customDimensions": event.properties,
            "customMeasurements": event.measurements,
        }


def _metric_rows(envelopes: Iterable[Envelope]) -> Iterator[Row]:
    for metric in metrics_in(envelopes):
        number = {f"value{kind}": metric.value for kind in ("", "Sum", "Min", "Max")}
        yield {
            "timestamp": metric.time,
            "name": metric.name,
            "valueCount": 1,
            "customDimensions": metric.labels,
            **number,
        }


def _whole(row: Row, columns: Mapping[str, str]) -> dict[str, Any]:
    unknown = row.keys() - columns.keys()
    if unknown:
        raise KeyError(f"no column {', '.join(sorted(unknown))}")
    given = {"itemCount": 1, **row, "timestamp": _sql(row["timestamp"])}
    return {
        name: given.get(name, "" if kind == "string" else None) for name, kind in columns.items()
    }


def _sql(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _python(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
