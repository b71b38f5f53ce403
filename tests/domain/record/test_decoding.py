"""Batches of JSON become records or reasons, whatever came."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.record.decoding import MAX_ITEMS, BatchDecoder, Decoded
from shared.domain.record.metric_record import MetricRecord
from shared.domain.record.request import RequestRecord
from shared.errors import InvalidInput

REQUESTS = BatchDecoder("requests", RequestRecord)
METRICS = BatchDecoder("metrics", MetricRecord)
MOMENT = "an RFC 3339 time with an offset"
GOOD = {"model": "m", "start_time": "2026-11-23T10:00:00Z", "duration_ms": 1}
GAUGE = {"name": "q", "kind": "gauge", "timestamp": "2026-11-23T10:00:00Z", "value": 1}


def decoded(*items: object, strict: bool = False, **more: object) -> Decoded[RequestRecord]:
    return REQUESTS.decode(msgspec.json.encode({"requests": items} | more), strict=strict)


def with_field(name: str, json: str) -> bytes:
    others = {key: value for key, value in GOOD.items() if key != name}
    text = msgspec.json.encode(others).decode()[:-1]
    return f'{{"requests": [{text}, "{name}": {json}}}]}}'.encode()


@pytest.mark.parametrize(
    ("field", "json", "reason"),
    [
        ("duration_ms", "-5", "expected a number >= 0, got -5"),
        ("duration_ms", "-0.5", "expected a number >= 0, got -0.5"),
        ("duration_ms", "604800000.5", "expected a number <= 604800000, got 604800000.5"),
        ("duration_ms", '"fast"', 'expected a number, got "fast"'),
        ("duration_ms", "null", "expected a number, got null"),
        ("duration_ms", "1e999", "expected a number of at most 1e308, got 1e999"),
        ("sample_weight", "0", "expected a number > 0, got 0"),
        ("input_tokens", "1.5", "expected an integer or null, got 1.5"),
        ("input_tokens", "-1", "expected an integer >= 0, got -1"),
        (
            "input_tokens",
            "9007199254740993",
            "expected an integer <= 9007199254740992, got 9007199254740993",
        ),
        ("status_code", "true", "expected an integer or null, got true"),
        ("stream", "1", "expected true or false or null, got 1"),
        ("model", "7", "expected text, got 7"),
        ("model", '""', 'expected text of at least 1 character, got ""'),
        (
            "model",
            f'"{"x" * 300}"',
            f'expected text of at most 256 characters, got "{"x" * 56}...',
        ),
        ("user", '{"id":\n 5}', 'expected text or null, got {"id":  5}'),
        ("start_time", '"yesterday"', f'expected {MOMENT}, got "yesterday"'),
        ("start_time", '"2026-11-23T10:00:00"', f'expected {MOMENT}, got "2026-11-23T10:00:00"'),
        ("start_time", "1763892000", f"expected {MOMENT}, got 1763892000"),
        ("tags", "[]", "expected an object or null, got []"),
        ("tags", '{"a": 5}', 'expected each value to be text, got {"a": 5}'),
        (
            "tags",
            f'{{"{"k" * 129}": ""}}',
            f'expected each key to be text of at most 128 characters, got {{"{"k" * 55}...',
        ),
    ],
)
def test_a_reason_says_where_what_was_expected_and_what_came(
    field: str, json: str, reason: str
) -> None:
    rejection = REQUESTS.decode(with_field(field, json)).rejected[0]
    assert (rejection.path, rejection.reason) == (f"requests[0].{field}", reason)


@pytest.mark.parametrize(
    ("fields", "path", "reason"),
    [
        (
            {"kind": "sum"},
            "metrics[0].kind",
            'expected one of counter, gauge, histogram, timer, got "sum"',
        ),
        ({"values": [1, "x"]}, "metrics[0].values[1]", 'expected a number, got "x"'),
        ({"values": []}, "metrics[0].values", "expected an array of at least 1 item, got []"),
        ({"value": 1e301}, "metrics[0].value", "expected a number <= 1e+300, got 1e301"),
    ],
)
def test_a_metric_is_refused_by_name(fields: dict[str, object], path: str, reason: str) -> None:
    rejection = METRICS.decode(msgspec.json.encode({"metrics": [GAUGE | fields]})).rejected[0]
    assert (rejection.path, rejection.reason) == (path, reason)


def test_too_many_tags_are_refused() -> None:
    rejection = decoded(GOOD | {"tags": {str(n): "" for n in range(9)}}).rejected[0]
    assert rejection.path == "requests[0].tags"
    assert rejection.reason.startswith("expected an object of at most 8 entries, got {")


@pytest.mark.parametrize("missing", ["model", "start_time", "duration_ms"])
def test_what_is_required_is_named_where_it_is_missing(missing: str) -> None:
    rejection = decoded({k: v for k, v in GOOD.items() if k != missing}).rejected[0]
    assert rejection.path == f"requests[0].{missing}"
    assert rejection.reason == "required, but missing"


@pytest.mark.parametrize("item", [5, "x", None, [], True])
def test_an_item_that_is_no_object_is_refused(item: object) -> None:
    rejection = decoded(GOOD, item).rejected[0]
    assert rejection.path == "requests[1]"
    assert rejection.reason == f"expected an object, got {msgspec.json.encode(item).decode()}"


good_items = st.builds(
    lambda model, tokens: GOOD | {"model": model, "input_tokens": tokens},
    st.text("abü", min_size=1, max_size=4),
    st.none() | st.integers(0, 99),
)
bad_items = st.sampled_from(
    [{}, 5, GOOD | {"duration_ms": -1}, GOOD | {"model": ""}, GOOD | {"start_time": "now"}]
)


@given(st.lists(good_items, max_size=8), st.lists(st.tuples(st.integers(0, 8), bad_items)))
def test_one_bad_item_costs_only_itself(
    good: list[dict[str, object]], bad: list[tuple[int, object]]
) -> None:
    alone = decoded(*good)
    assert alone.rejected == []
    mixed: list[object] = list(good)
    for at, item in bad:
        mixed.insert(at, item)
    found = decoded(*mixed)
    assert list(found.items) == list(alone.items)
    refused = {rejection.index for rejection in found.rejected}
    assert sorted([*found.positions, *refused]) == list(range(len(mixed)))
    assert len(refused) == len(bad)
    assert found.total == len(mixed)


@given(st.lists(good_items, min_size=1, max_size=5))
def test_item_by_item_gives_what_all_at_once_gives(good: list[dict[str, object]]) -> None:
    fast = decoded(*good, batch_id="b1")
    slow = decoded(*good, batch_id="b1", else_unknown=1)
    assert list(slow.items) == list(fast.items)
    assert list(slow.positions) == list(fast.positions)
    assert (slow.batch_id, slow.total, slow.rejected) == (fast.batch_id, fast.total, [])
    assert fast.unknown_fields == {}


def test_unknown_fields_are_counted_by_name() -> None:
    found = decoded(GOOD | {"foo": 1}, GOOD, GOOD | {"foo": [{}], "bar": None}, top=1)
    assert len(found.items) == 3
    assert found.unknown_fields == {"top": 1, "foo": 2, "bar": 1}


def test_unknown_fields_of_a_refused_item_are_not_counted() -> None:
    found = decoded(GOOD, {"foo": 1, "model": "m"})
    assert found.unknown_fields == {}
    assert [rejection.index for rejection in found.rejected] == [1]


def test_strict_refuses_items_with_unknown_fields() -> None:
    found = decoded(GOOD | {"foo": 1}, GOOD, strict=True)
    assert list(found.positions) == [1]
    assert [(r.path, r.reason) for r in found.rejected] == [("requests[0].foo", "unknown field")]


def test_strict_refuses_an_unknown_field_beside_the_items() -> None:
    with pytest.raises(InvalidInput, match="top: unknown field"):
        decoded(GOOD, top=1, strict=True)


def test_the_most_items_are_accepted_and_one_more_is_not() -> None:
    assert len(decoded(*[GOOD] * MAX_ITEMS).items) == MAX_ITEMS
    bad = [GOOD] * (MAX_ITEMS - 1) + [5]
    assert len(decoded(*bad).items) == MAX_ITEMS - 1
    for items in ([GOOD] * (MAX_ITEMS + 1), [*bad, GOOD]):
        with pytest.raises(InvalidInput, match="requests: expected at most 5000 items, got 5001"):
            decoded(*items)
