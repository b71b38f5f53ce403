"""Bodies that were never meant to be read raise our errors and nothing else."""

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.domain.record.checks import request_faults
from shared.domain.record.decoding import BatchDecoder
from shared.domain.record.metric_record import MetricRecord
from shared.domain.record.request import RequestRecord
from shared.errors import InvalidInput
from tests.domain.factories import columns

REQUESTS = BatchDecoder("requests", RequestRecord)
METRICS = BatchDecoder("metrics", MetricRecord)
GOOD = b'{"model": "m", "start_time": "2026-11-23T10:00:00Z", "duration_ms": 1}'
DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    ("body", "path"),
    [
        pytest.param(b"", "body", id="nothing"),
        pytest.param(b"null", "body", id="null"),
        pytest.param(b"[]", "body", id="array"),
        pytest.param(b'{"requests": [', "body", id="cut"),
        pytest.param(b"\xff\xfe", "body", id="not-utf-8"),
        pytest.param(b'{"requests": [{"model": "\\ud800"}]}', "body", id="half-a-surrogate"),
        pytest.param(DEEP, "body", id="deep"),
        pytest.param(b'{"requests": ' + DEEP, "body", id="deep-items"),
        pytest.param(b"{}", "requests", id="without-items"),
        pytest.param(b'{"requests": {}}', "requests", id="items-not-in-an-array"),
        pytest.param(b'{"requests": null}', "requests", id="null-items"),
    ],
)
def test_a_body_of_another_shape_is_refused_by_name(body: bytes, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        REQUESTS.decode(body)
    assert [fault.path for fault in caught.value.faults] == [path]
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "json",
    [
        pytest.param('""', id="empty"),
        pytest.param(f'"{"a" * 65}"', id="65-characters"),
        pytest.param('"a b"', id="a-space"),
        pytest.param('"a\\n"', id="line-end"),
        pytest.param('"é"', id="a-letter-beyond-ascii"),
        pytest.param("5", id="a-number"),
        pytest.param("1e400", id="a-number-out-of-range"),
        pytest.param("9" * 5000, id="5000-digits"),
        pytest.param("[" * 900 + "]" * 900, id="deep"),
    ],
)
@pytest.mark.parametrize("item", [GOOD.decode(), "5"], ids=["clean", "unclean"])
def test_a_batch_id_has_its_alphabet_and_length(json: str, item: str) -> None:
    body = f'{{"batch_id": {json}, "requests": [{item}]}}'.encode()
    with pytest.raises(InvalidInput, match="batch_id: expected 1 to 64 of") as caught:
        REQUESTS.decode(body)
    assert len(str(caught.value)) < 130


@pytest.mark.parametrize("batch_id", ["a", "A-z_09", "x" * 64, None])
@pytest.mark.parametrize("item", [GOOD, b"5"], ids=["clean", "unclean"])
def test_a_batch_id_of_the_alphabet_is_kept(batch_id: str | None, item: bytes) -> None:
    head = msgspec.json.encode(batch_id)
    found = REQUESTS.decode(b'{"batch_id": %s, "requests": [%s]}' % (head, item))
    assert found.batch_id == batch_id


@pytest.mark.parametrize("first", [b"-1", b"5"], ids=["first-bad", "first-good"])
def test_the_last_of_a_repeated_key_counts(first: bytes) -> None:
    twice = GOOD.replace(b'"duration_ms": 1', b'"duration_ms": 2, "duration_ms": 7')
    body = b'{"requests": [%s], "requests": [%s, %s]}' % (first, GOOD, twice)
    assert [item.duration_ms for item in REQUESTS.decode(body).items] == [1, 7]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
fields = st.sampled_from(
    [*RequestRecord.__struct_fields__, "kind", "value", "values", "x` - at `$"]
)
items = st.dictionaries(fields, json_values, max_size=6).map(
    lambda drawn: {"model": "m", "start_time": "2026-11-23T10:00:00Z", "duration_ms": 1} | drawn
)


@given(st.lists(items | json_values, max_size=4), st.booleans())
def test_any_json_in_the_items_is_a_record_or_a_reason(drawn: list[object], strict: bool) -> None:
    body = msgspec.json.encode({"requests": drawn, "metrics": drawn})
    for decoder in (REQUESTS, METRICS):
        try:
            found = decoder.decode(body, strict=strict)
        except InvalidInput:
            assert strict
            continue
        assert len(found.items) + len(found.rejected) == len(drawn)
        assert all("`" not in r.reason.split(", got ")[0] for r in found.rejected)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@example(b'{"requests": [{"model": 1e999}]}')
@example(b'{"requests": [{"model": ' + b"9" * 5000 + b"}]}")
@example(b'{"requests": [{"x": ' + DEEP + b"}]}")
def test_any_bytes_are_records_or_our_error(body: bytes) -> None:
    try:
        found = REQUESTS.decode(body)
    except InvalidInput:
        return
    assert len(found.items) + len(found.rejected) == found.total


@given(st.lists(items, min_size=1, max_size=4))
def test_whatever_decodes_becomes_columns(drawn: list[object]) -> None:
    found = REQUESTS.decode(msgspec.json.encode({"requests": drawn}))
    if found.items:
        batch = columns(*found.items)
        assert batch.size == len(found.items)
        assert all(0 <= fault.row < batch.size for fault in request_faults(found.items, batch))
