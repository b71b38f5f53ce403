"""What is stored beside a rollup: its length of time and the chunks in it."""

import pytest

from shared.domain.record.chunk import ChunkKey
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain, chunk_prints


@pytest.mark.parametrize(("grain", "minutes"), [("5m", 5), ("1h", 60), ("1d", 1440)])
def test_a_grain_has_a_length(grain: str, minutes: int) -> None:
    assert Grain(grain).minutes == minutes


def test_every_chunk_of_a_bucket_has_a_print_of_its_own_in_order() -> None:
    keys = [
        ChunkKey(Kind.REQUEST, 0, shard, f"{batch}-{part}")
        for shard in range(4)
        for batch in range(50)
        for part in range(3)
    ]
    prints = chunk_prints(keys).tolist()
    assert len(set(prints)) == len(keys)
    assert prints == [chunk_prints([key]).tolist()[0] for key in keys]


def test_no_chunks_have_no_prints() -> None:
    assert len(chunk_prints([])) == 0
