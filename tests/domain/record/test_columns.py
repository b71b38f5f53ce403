"""Every field of a request can be read back from its columns."""

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.packing import NULL, pack
from shared.domain.record.batch import Batch, concatenate
from shared.domain.record.chunk import batch_from
from shared.domain.record.columns import columns_of, end_us, trace_ids
from shared.domain.record.request import RequestRecord
from shared.domain.record.schema import COUNTS, HASHED, NAMES, SCALED
from shared.domain.timeline import micros
from tests.domain.factories import HASH_KEY, T0, columns, request, requests

BIG = 2**53


def stored(batch: Batch) -> Batch:
    return batch_from(pack(batch.compacted().columns))


def given_or_null(column: list[int]) -> list[int | None]:
    return [None if value == NULL else value for value in column]


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"deployment", "error_type"}))
def test_a_name_is_read_back(name: str) -> None:
    texts = ["a", "ü" * 256, "a"]
    batch = stored(columns(*(request(**{name: text}) for text in texts), request(model="m")))
    assert batch.texts(NAMES[name]) == [*texts, "m" if name == "model" else None]


@pytest.mark.parametrize("name", sorted(set(COUNTS) - {"stream", "status_code"}))
def test_a_count_is_read_back_and_null_is_not_0(name: str) -> None:
    values = [1, None, BIG, BIG - 1] + ([] if name == "attempt" else [0])
    batch = stored(columns(*(request(**{name: value}) for value in values)))
    assert given_or_null(batch.ints(COUNTS[name]).tolist()) == values


def test_a_flag_and_a_status_are_read_back() -> None:
    pairs = [(True, 100), (False, 599), (None, None)]
    batch = stored(columns(*(request(stream=flag, status_code=code) for flag, code in pairs)))
    assert given_or_null(batch.ints("stream").tolist()) == [1, 0, None]
    assert given_or_null(batch.ints("status_code").tolist()) == [100, 599, None]


@pytest.mark.parametrize("name", sorted(SCALED))
def test_a_scaled_number_is_read_back_to_its_step(name: str) -> None:
    column, scale = SCALED[name]
    batch = stored(columns(*(request(**{name: value}) for value in (812.5, None, 1.0))))
    expected = [round(812.5 * scale), None, round(scale)]
    assert given_or_null(batch.ints(column).tolist()) == expected


def test_a_temperature_is_read_back() -> None:
    batch = stored(columns(*(request(temperature=value) for value in (0.7, None, 0.0))))
    found = batch.floats("temperature").tolist()
    assert [found[0], found[2]] == [0.7, 0.0]
    assert np.isnan(found[1])


@given(
    st.datetimes(T0.replace(tzinfo=None, year=1971), T0.replace(tzinfo=None, year=2100)),
    st.integers(-1439, 1439),
)
def test_times_are_exact_to_the_microsecond(local: datetime, offset_m: int) -> None:
    moment = local.replace(tzinfo=timezone(timedelta(minutes=offset_m)))
    batch = columns(request(start_time=moment, duration_ms=0.001))
    assert batch.ints("start_us").tolist() == [micros(moment)]
    assert end_us(batch).tolist() == [micros(moment) + 1]


def test_a_deployment_defaults_to_the_name_of_the_model() -> None:
    batch = columns(request(model="m", deployment="d"), request(model="m"), request(model="n"))
    assert batch.texts("deployment") == ["d", "m", "n"]
    assert columns(request(model="m")).texts("deployment") == ["m"]


@pytest.mark.parametrize(
    ("error_type", "status", "expected", "found_class"),
    [
        pytest.param(None, None, None, None, id="success"),
        pytest.param(None, 399, None, None, id="redirect"),
        pytest.param(None, 400, "http_400", "client", id="400"),
        pytest.param(None, 429, "http_429", "quota", id="429"),
        pytest.param(None, 599, "http_599", "server", id="599"),
        pytest.param("boom", None, "boom", "server", id="named"),
        pytest.param("boom", 200, "boom", "server", id="named-with-200"),
        pytest.param("boom", 418, "boom", "client", id="named-with-418"),
    ],
)
def test_a_failure_gets_its_type_and_class(
    error_type: str | None, status: int | None, expected: str | None, found_class: str | None
) -> None:
    failed = request(error_type=error_type, status_code=status)
    batch = columns(request(), failed, request(error_type="timeout"))
    assert batch.texts("error_type") == [None, expected, "timeout"]
    assert batch.texts("error_class") == [None, found_class, "timeout"]


def test_tags_are_one_text_whatever_their_order() -> None:
    tags = [{"b": "2", "a": "1"}, {"a": "1", "b": "2"}, None, {}]
    batch = columns(*(request(tags=each) for each in tags))
    assert batch.texts("tags") == ['{"a":"1","b":"2"}'] * 2 + [None, None]
    assert "tags" not in columns(request(tags={})).compacted().columns


TRACES = [
    "0123456789abcdef" * 2,
    "0" * 32,
    "f" * 32,
    "8" + "0" * 31,
    "8" + "0" * 15 + "1" * 16,
    "1" * 16 + "8" + "0" * 15,
    "A" * 32,
    "a" * 31,
    "a" * 33,
    "custom-é",
    None,
]
trace = st.sampled_from(TRACES) | st.text("0123456789abcdef", min_size=32, max_size=32)


@given(st.lists(st.lists(trace, min_size=1, max_size=5), min_size=1, max_size=4))
def test_trace_ids_are_read_back_as_sent(drawn: list[list[str | None]]) -> None:
    batches = [stored(columns(*(request(trace_id=each) for each in row))) for row in drawn]
    assert [trace_ids(batch) for batch in batches] == drawn
    assert trace_ids(concatenate(batches)) == [each for row in drawn for each in row]


def test_a_w3c_trace_id_takes_16_bytes() -> None:
    batch = columns(request(trace_id=TRACES[0]), request(), request(trace_id="other"))
    assert batch.texts("trace_id") == [None, None, "other"]
    assert batch.ints("trace_high")[1:].tolist() == [NULL, NULL]


def test_request_ids_are_kept_as_sent() -> None:
    batch = stored(columns(request(request_id="r-1"), request(), request(request_id="R é")))
    assert batch.texts("request_id") == ["r-1", None, "R é"]


@pytest.mark.parametrize("name", sorted(HASHED))
def test_what_names_a_person_is_hashed_with_the_key(name: str) -> None:
    records = [request(**{name: text}) for text in ("ann", "bob", None, "ann")]
    found = columns_of(records, HASH_KEY).ints(HASHED[name])
    assert found[0] == found[3] != found[1]
    assert found[2] == NULL
    assert NULL not in found[[0, 1, 3]]
    assert (columns_of(records[:2], b"another").ints(HASHED[name]) != found[:2]).all()
    assert (columns_of(records[::-1], HASH_KEY).ints(HASHED[name])[::-1] == found).all()


def test_a_hash_stays_what_it_is() -> None:
    found = columns_of([request(user="ann")], b"k").ints("user_hash")
    assert found.tolist() == [4951851095463828294]


@given(st.lists(requests(), min_size=1, max_size=6))
def test_the_same_records_give_the_same_bytes(records: list[RequestRecord]) -> None:
    first, again = (columns(*records).compacted().columns for _ in range(2))
    assert pack(first) == pack(again)
    assert list(first) == sorted(first, key=lambda name: name.replace("#", "\x00"))
