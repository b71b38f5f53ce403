"""Settings by the hour, against counting one by one, and what happens past the bounds."""

import math
from datetime import timedelta

import pytest
from hypothesis import given

from shared.domain.digest import settings
from shared.domain.digest.day import DayDigest, index_of, sections_of
from shared.domain.digest.setting_lines import setting_uses, value_text
from shared.domain.digest.settings import OTHER, SUMS, UNSET, Setting
from shared.domain.record.request import RequestRecord
from tests.domain.digest.digest_factories import (
    DAY_START,
    at,
    buckets_of,
    days,
    digest_day,
    digested,
    end,
    lines,
    ok,
    place,
)
from tests.domain.factories import T0

_HOUR_US = 3_600_000_000


def stated(record: RequestRecord) -> dict[Setting, str]:
    texts = {
        Setting.MAX_TOKENS: record.max_tokens,
        Setting.REASONING_EFFORT: record.reasoning_effort,
        Setting.TEMPERATURE: None if record.temperature is None else f"{record.temperature:g}",
        Setting.STREAM: None if record.stream is None else str(record.stream).lower(),
        Setting.PROMPT_VERSION: record.prompt_version,
    }
    return {name: "none" if text is None else str(text) for name, text in texts.items()}


def sums(record: RequestRecord) -> list[int]:
    fine, duration = ok(record), round(record.duration_ms * 1000)
    log = round(math.log(max(duration, 1)) * 1024)
    refused = not fine and 400 <= (record.status_code or 0) < 500 and record.status_code != 429
    made = [
        record.input_tokens,
        record.cached_input_tokens,
        record.output_tokens,
        record.reasoning_tokens,
        duration,
        log,
        log * log,
    ]
    counts = [1, int(fine), int(refused), int(fine and record.finish_reason == "length")]
    return [*counts, *((each or 0) if fine else 0 for each in made)]


@given(days)
def test_settings_are_those_counted_one_by_one(records: list[RequestRecord]) -> None:
    sections, index = digested(*records)
    expected: dict[tuple[object, ...], list[int]] = {}
    for each in records:
        for setting, text in stated(each).items():
            key = (place(each), end(each) // _HOUR_US, setting, text)
            before = expected.setdefault(key, [0] * len(SUMS))
            expected[key] = [a + b for a, b in zip(before, sums(each), strict=True)]
    found: dict[tuple[object, ...], list[int]] = {}
    for (where, hour, setting, value), counted in lines(sections["settings"], index, *SUMS).items():
        text = value_text(Setting(setting), value, index)
        if text == "other":
            continue
        found[where, hour, Setting(setting), text] = list(counted)
    assert found.items() <= expected.items()
    kept = {key: each for key, each in expected.items() if key[2] is not Setting.MAX_TOKENS}
    assert kept.items() <= found.items()
    own = sections["settings"].keys["setting"] == Setting.MAX_TOKENS
    assert sections["settings"].where(own).total("requests") == len(records)


def test_a_client_error_is_a_refusal_and_throttling_is_none() -> None:
    records = [at(T0, status_code=code, temperature=0.2) for code in (200, 400, 404, 429, 500)]
    sections, index = digested(*records)
    (line,) = [each for each in setting_uses(sections["settings"], index) if each.value == "0.2"]
    assert (line.requests, line.ok) == (5, 1)
    own = sections["settings"].keys["value"] == 200
    assert sections["settings"].where(own).total("refused") == 2


def test_the_hour_of_a_change_shows() -> None:
    records = [
        at(T0 + timedelta(minutes=20 * n), max_tokens=4000 if n < 6 else 800) for n in range(12)
    ]
    found = digested(*records)[0]["settings"]
    own = found.where(found.keys["setting"] == Setting.MAX_TOKENS)
    first = DAY_START // 60 + 10
    assert list(zip(own.keys["hour"].tolist(), own.keys["value"].tolist(), strict=True)) == [
        (first, 4000),
        (first + 1, 4000),
        (first + 2, 800),
        (first + 3, 800),
    ]


def test_values_past_the_sixteen_most_frequent_are_other() -> None:
    records = [
        at(T0 + timedelta(seconds=n), max_tokens=limit, temperature=None)
        for limit in range(1, 19)
        for n in range(limit)
    ]
    found = digested(*records)[0]["settings"]
    own = found.where(found.keys["setting"] == Setting.MAX_TOKENS)
    counts = dict(zip(own.keys["value"].tolist(), own.sums["requests"].tolist(), strict=True))
    assert counts == {OTHER: 1 + 2} | {limit: limit for limit in range(3, 19)}


def test_a_day_with_too_many_rows_is_kept_as_one_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MAX_ROWS", 4)
    records = [at(T0 + timedelta(hours=n)) for n in range(3)]
    found = digested(*records)[0]["settings"]
    assert found.keys["hour"].tolist() == [DAY_START // 60] * 5
    assert found.keys["value"].tolist() == [UNSET] * 5
    assert found.sums["requests"].tolist() == [3] * 5


def test_a_digest_made_before_there_were_settings_is_read() -> None:
    blocks = digest_day(DayDigest(), buckets_of([at(T0)]))
    older = {
        name: block
        for name, block in blocks.items()
        if name not in ("settings", "durations", "scored_settings")
    }
    assert len(sections_of(older)["settings"]) == 0
    assert setting_uses(sections_of(older)["settings"], index_of(older)) == []
