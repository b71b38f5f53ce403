"""What is wrong with a request beyond the type of its fields is named."""

import numpy as np
import pytest

from shared.domain.record.checks import RowFault, request_faults, time_faults
from shared.domain.record.schema import HASHED, NAMES
from shared.domain.timeline import micros
from tests.domain.factories import MINUTE, T0, columns, ints, request

NAMED = sorted([*NAMES, *HASHED, "request_id", "trace_id"])


def faults_of(**fields: object) -> list[RowFault]:
    records = [request(), request(**fields), request(user="ann", trace_id="t", request_id="r")]
    return request_faults(records, columns(*records))


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("character", ["\x00", "\n", "\x1f", "\x7f", "\x9f"])
def test_a_control_character_in_a_name_is_refused(name: str, character: str) -> None:
    reason = f"expected no control characters, got {f'a{character}b'!r}"
    assert faults_of(**{name: f"a{character}b"}) == [RowFault(1, name, reason)]


@pytest.mark.parametrize("name", NAMED)
def test_other_odd_characters_in_a_name_are_not(name: str) -> None:
    assert faults_of(**{name: "a \u00a0\u2028'\"\\|#%é🔥"}) == []


@pytest.mark.parametrize(
    "tags", [{"a\n": "x"}, {"a": "x\x7f"}, {"a": "\x00"}], ids=["key", "delete", "null"]
)
def test_a_control_character_in_a_tag_is_refused(tags: dict[str, str]) -> None:
    reason = f"expected no control characters, got {tags!r}"
    assert faults_of(tags=tags) == [RowFault(1, "tags", reason)]


def test_a_backslash_or_quote_in_a_tag_is_not() -> None:
    assert faults_of(tags={"path": 'C:\\temp "x"'}) == []


@pytest.mark.parametrize(
    ("part", "whole"),
    [("cached_input_tokens", "input_tokens"), ("reasoning_tokens", "output_tokens")],
)
def test_a_part_above_its_whole_is_refused_naming_both(part: str, whole: str) -> None:
    assert faults_of(**{part: 11, whole: 10}) == [
        RowFault(1, part, f"expected at most {whole} (10), got 11")
    ]
    assert faults_of(**{part: 10, whole: 10}) == []
    assert faults_of(**{part: 10}) == []
    assert faults_of(**{whole: 0, part: 0}) == []


def test_every_fault_of_a_row_is_named() -> None:
    found = faults_of(model="a\n", cached_input_tokens=2, input_tokens=1)
    assert [fault.field for fault in found] == ["model", "cached_input_tokens"]


def test_a_long_text_is_cut_in_the_reason() -> None:
    assert len(faults_of(model="\n" + "x" * 255)[0].reason) < 100


def test_times_are_accepted_from_the_first_to_the_last() -> None:
    first, last = micros(T0), micros(T0 + 10 * MINUTE)
    times = ints(first - 1, first, last, last + 1)
    found = time_faults(times, "start_time", oldest_us=first, newest_us=last)
    assert [(fault.row, fault.field) for fault in found] == [(3, "start_time"), (0, "start_time")]
    assert found[0].reason == (
        "expected an end until 2026-11-23T10:10:00Z, 5 minutes ahead of the server's clock, "
        "got 2026-11-23T10:10:00.000001Z"
    )
    assert found[1].reason == (
        "expected an end since 2026-11-23T10:00:00Z, within the retention of raw records, "
        "got 2026-11-23T09:59:59.999999Z"
    )


def test_a_time_beyond_every_calendar_is_refused_too() -> None:
    times = np.array([micros(T0.replace(year=9999)) + 10**14])
    found = time_faults(times, "start_time", oldest_us=0, newest_us=micros(T0))
    assert found[0].reason.endswith("got a time beyond the year 9999")
