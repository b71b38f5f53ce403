"""What each setting of a request was, hour by hour, and what became of those requests.

One row for each hour, series, setting and value; a request has one value of each setting, `UNSET`
where it stated none. So a change of a setting shows with its hour, and two values that are in use
at once can be compared. `ln(duration)` is summed in 1/1024, as rollups sum it.

Values: the number of tokens, thousandths of a temperature, 0 or 1 for streaming, and the place in
the day's list of texts for reasoning efforts and prompt versions. Each series keeps its 16 most
frequent values of a setting by name. Beyond `MAX_ROWS` a day is kept as one hour, its first.
"""

from enum import IntEnum

import numpy as np

from shared.domain.digest.rows import DigestRows
from shared.domain.digest.tally import Tally, codes_of, merged, tally_of
from shared.domain.digest.text_list import TextList
from shared.domain.digest.top_values import cut_values
from shared.domain.grouping import Groups
from shared.domain.packing import NULL, Ints
from shared.domain.record.error_class import ErrorClass
from shared.domain.rollup.measures import MOMENT_SCALE
from shared.domain.timeline import HOUR_M, MINUTE_US

KEYS = ("series", "hour", "setting", "value")
SUMS = (
    "requests",
    "ok",
    "refused",
    "cut",
    "input",
    "cached_input",
    "output",
    "reasoning",
    "duration_us",
    "logs",
    "log_squares",
)
UNSET = -1
OTHER = -2
TOP = 16
MAX_ROWS = 200_000
TEMPERATURE_SCALE = 1_000
_DAY_H = 24
_HOUR_US = HOUR_M * MINUTE_US


class Setting(IntEnum):
    """What a request says of how it wants to be answered; the number is stored."""

    MAX_TOKENS = 1
    REASONING_EFFORT = 2
    TEMPERATURE = 3
    STREAM = 4
    PROMPT_VERSION = 5


def values_of(rows: DigestRows, efforts: TextList, versions: TextList) -> dict[Setting, Ints]:
    """Return each request's value of every setting; new texts are admitted to the day's lists."""
    batch = rows.batch
    temperature = batch.floats("temperature") * TEMPERATURE_SCALE
    known = ~np.isnan(temperature)
    thousandths = np.full(batch.size, UNSET, np.int64)
    thousandths[known] = np.rint(temperature[known]).astype(np.int64)
    return {
        Setting.MAX_TOKENS: _plain(batch.ints("max_output_tokens")),
        Setting.REASONING_EFFORT: efforts.stated(batch, "reasoning_effort", UNSET),
        Setting.TEMPERATURE: thousandths,
        Setting.STREAM: _plain(batch.ints("stream")),
        Setting.PROMPT_VERSION: versions.stated(batch, "prompt_version", UNSET),
    }


def settings_of(rows: DigestRows, values: dict[Setting, Ints]) -> Tally:
    """Return the requests of a bucket by hour and value of each setting."""
    alike = Groups(codes_of([rows.series, rows.end_us // _HOUR_US, *values.values()]))
    at = alike.representatives
    sums = {name: alike.sum(column) for name, column in _sums(rows).items()}
    own = {"series": rows.series[at], "hour": rows.end_us[at] // _HOUR_US}
    size = np.ones(len(at), np.int64)
    return merged(
        [
            tally_of({**own, "setting": size * setting, "value": column[at]}, sums)
            for setting, column in values.items()
        ]
    )


def bounded(settings: Tally) -> Tally:
    """Return settings within bounds: values cut, then hours merged to days where rows are many."""
    cut = cut_values(settings, ("series", "setting"), "value", keep=TOP, other=OTHER)
    if len(cut) <= MAX_ROWS:
        return cut
    hours = cut.keys["hour"]
    return tally_of({**cut.keys, "hour": hours - hours % _DAY_H}, cut.sums)


def _sums(rows: DigestRows) -> dict[str, Ints]:
    ok = rows.ok.astype(np.int64)
    logs = np.log(np.maximum(rows.batch.ints("duration_us"), 1)) * MOMENT_SCALE
    fixed = np.rint(logs).astype(np.int64) * ok
    return {
        "requests": np.ones(len(ok), np.int64),
        "ok": ok,
        "refused": _is(rows, "error_class", ErrorClass.CLIENT),
        "cut": _is(rows, "finish_reason", "length") * ok,
        "input": rows.known("input_tokens") * ok,
        "cached_input": rows.known("cached_input_tokens") * ok,
        "output": rows.known("output_tokens") * ok,
        "reasoning": rows.known("reasoning_tokens") * ok,
        "duration_us": rows.batch.ints("duration_us") * ok,
        "logs": fixed,
        "log_squares": fixed * fixed,
    }


def _is(rows: DigestRows, name: str, text: str) -> Ints:
    table = rows.batch.table(name)
    code = table.index(text) if text in table else len(table)
    same: Ints = (rows.batch.ints(name) == code).astype(np.int64)
    return same


def _plain(column: Ints) -> Ints:
    stated: Ints = np.where(column == NULL, UNSET, column)
    return stated
