"""What goes over the wire stays within what was reckoned for it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters import table_wire as wire
from shared.adapters.entity import Entity, Op, Value, Verb
from shared.adapters.entity_limits import wire_bytes

ADDRESS = f"https://{'a' * 24}.table.core.usgovcloudapi.net"
TABLE = "t" * 63
LONGEST_ETAG = "W/\"datetime'2026-11-23T21%3A10%3A16.7241724Z'\""

text = st.text(st.characters(codec="utf-8"), max_size=40)
names = st.from_regex(r"[a-z_][a-z0-9_]{0,30}", fullmatch=True)
values: st.SearchStrategy[Value] = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.binary(max_size=200),
    text,
)
entities = st.builds(
    Entity, text, text, st.dictionaries(names, values, max_size=8), st.just(LONGEST_ETAG)
)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.builds(Op, st.sampled_from(Verb), entities), min_size=1, max_size=5))
def test_a_changeset_is_never_larger_than_reckoned(ops: list[Op]) -> None:
    _, body = wire.changeset(ADDRESS, TABLE, ops)
    assert len(body) <= 1024 + sum(wire_bytes(op.entity) for op in ops)


def test_the_reckoning_is_close_for_chunks() -> None:
    blocks: dict[str, Value] = {f"d{at}": bytes(65_536) for at in range(11)}
    op = Op(Verb.INSERT, Entity("r00|202611231000", "batch-0", blocks))
    _, body = wire.changeset(ADDRESS, TABLE, [op])
    assert wire_bytes(op.entity) < 1.002 * len(body)


def test_the_worst_status_of_a_changeset_is_its_outcome() -> None:
    answer = b"HTTP/1.1 204 No Content\r\n...HTTP/1.1 412 Precondition Failed\r\n" + (
        b'{"odata.error":{"code":"UpdateConditionNotSatisfied","message":{"value":"1:..."}}}'
    )
    assert wire.changeset_status(answer) == (412, "UpdateConditionNotSatisfied")


def test_a_changeset_without_any_status_has_failed() -> None:
    assert wire.changeset_status(b"--batch--") == (500, "")


def test_nulls_metadata_and_system_columns_are_no_properties() -> None:
    row = {
        "odata.etag": "e1",
        "PartitionKey": "p",
        "RowKey": "r",
        "Timestamp": "2026-11-23T10:00:00Z",
        "absent": None,
        "n@odata.type": "Edm.Int64",
        "n": "5",
    }
    assert wire.entity_from(row, None) == Entity("p", "r", {"n": 5}, "e1")
