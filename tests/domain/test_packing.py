"""Columns come back from bytes as they went in."""

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shared.domain.packing import NULL, CorruptBlock, compress, pack, serialise, unpack
from tests.domain.factories import ints

EXTREMES = [NULL, NULL + 1, -1, 0, 1, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**63 - 1]

int_columns = st.lists(st.sampled_from(EXTREMES) | st.integers(-(2**63), 2**63 - 1)).map(
    lambda values: np.array(values, np.int64)
)
near_columns = hnp.arrays(np.int64, st.integers(0, 40), elements=st.integers(10**12, 10**12 + 300))
float_columns = hnp.arrays(np.float64, st.integers(0, 40), elements=st.floats(width=64))


@given(int_columns | near_columns)
def test_integers_come_back_with_their_nulls(column: np.ndarray) -> None:
    back = unpack(pack({"x": column}))["x"]
    assert isinstance(back, np.ndarray)
    assert back.dtype == np.int64
    assert back.tolist() == column.tolist()


@given(float_columns)
def test_floats_come_back_bit_by_bit(column: np.ndarray) -> None:
    back = unpack(pack({"x": column}))["x"]
    assert isinstance(back, np.ndarray)
    assert back.tobytes() == column.tobytes()


@given(st.lists(st.text()), st.binary())
def test_texts_and_bytes_come_back(texts: list[str], raw: bytes) -> None:
    assert unpack(pack({"texts": texts, "raw": raw})) == {"texts": texts, "raw": raw}


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.text("ab1-é", min_size=width, max_size=width))
    )
)
def test_texts_of_one_length_come_back(texts: list[str]) -> None:
    assert unpack(pack({"texts": texts})) == {"texts": texts}


def test_a_large_block_is_one_zlib_stream() -> None:
    texts = [f"{number:x}" for number in range(1000)]
    columns = {"t": texts, "u": [text.zfill(5) for text in texts], "n": np.arange(1000) ** 2}
    block = pack(columns)
    back = unpack(block)
    assert zlib.decompress(block[1:]) == serialise(columns)
    assert (back["t"], back["u"]) == (columns["t"], columns["u"])
    assert np.array_equal(back["n"], columns["n"])


def test_the_dashes_of_uuids_cost_nothing() -> None:
    digits = [f"{number * 0x9E3779B97F4A7C15F39CC0605CEDC835:032x}"[-32:] for number in range(1000)]
    dashed = ["-".join((t[:8], t[8:12], t[12:16], t[16:20], t[20:])) for t in digits]
    assert len(pack({"id": dashed})) < len(pack({"id": digits})) + 100 < 17_000


@given(int_columns, float_columns, st.lists(st.text()))
def test_the_same_columns_give_the_same_bytes(
    whole: np.ndarray, real: np.ndarray, texts: list[str]
) -> None:
    first = {"i": whole, "f": real, "s": texts}
    again = {"i": whole.copy(), "f": real.copy(), "s": list(texts)}
    assert pack(first) == pack(again)
    assert pack(unpack(pack(first))) == pack(first)


@pytest.mark.parametrize(
    ("values", "plane_bytes"),
    [
        pytest.param([7] * 1000, 0, id="constant"),
        pytest.param([NULL] * 1000, 0, id="all-null"),
        pytest.param([10**15 + n % 200 for n in range(1000)], 1000, id="narrow-range"),
        pytest.param([10**15 + n % 300 for n in range(1000)], 2000, id="two-bytes"),
        pytest.param([NULL, *range(254)], 255, id="null-takes-the-zero"),
        pytest.param([NULL, *range(256)], 514, id="null-needs-another-byte"),
    ],
)
def test_integers_take_the_fewest_bytes(values: list[int], plane_bytes: int) -> None:
    header = len(serialise({"x": ints(5)}))
    assert plane_bytes <= len(serialise({"x": ints(*values)})) <= plane_bytes + header + 20


def test_a_strided_column_is_packed_as_its_values() -> None:
    column = np.arange(20)[::3]
    assert pack({"x": column}) == pack({"x": column.copy()})
    assert unpack(pack({"x": column * 1.5}))["x"].tolist() == (column * 1.5).tolist()  # type: ignore[union-attr]


def test_a_column_of_an_unknown_kind_is_passed_over() -> None:
    plain = serialise({"a": ints(1, 2), "b": b"later", "c": ints(3, 4)})
    later = plain.replace(b"\xa1b\xa1b", b"\xa1b\xa1z")
    assert later != plain
    back = unpack(compress(later))
    assert list(back) == ["a", "c"]
    assert [column.tolist() for column in back.values()] == [[1, 2], [3, 4]]  # type: ignore[union-attr]


BLOCK = pack({"x": ints(1, 5, 70_000), "t": ["a", "b"]})


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x02" + BLOCK[1:], id="another-version"),
        pytest.param(BLOCK[:-5], id="cut"),
        pytest.param(BLOCK[:10] + b"\x00\x00" + BLOCK[12:], id="damaged"),
        pytest.param(compress(b""), id="empty"),
        pytest.param(compress(b"\xff\xff\xff\xff\x00"), id="no-header"),
        pytest.param(compress(zlib.decompress(BLOCK[1:])[:-1]), id="a-byte-less"),
        pytest.param(compress(zlib.decompress(BLOCK[1:]) + b"x"), id="a-byte-more"),
        pytest.param(
            compress(serialise({"t": ["ab", ""]}).replace(b"\xa2ab", b"\xa2\xff\xff")),
            id="not-utf-8",
        ),
    ],
)
def test_a_corrupt_block_is_named_so(block: bytes) -> None:
    with pytest.raises(CorruptBlock, match="packed block"):
        unpack(block)


@given(st.binary(max_size=80), st.sampled_from([b"", b"\x01", b"\x01\x78\x01"]))
def test_arbitrary_bytes_are_corrupt_and_nothing_worse(raw: bytes, start: bytes) -> None:
    with pytest.raises(CorruptBlock):
        unpack(start + raw)
