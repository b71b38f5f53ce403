"""A request reported twice in a bucket counts once, whatever the order and the chunks."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.record.batch import Batch, concatenate
from shared.domain.record.dedupe import Prints, dedupe, fingerprints, no_prints
from shared.domain.rollup.chunks import winners
from tests.domain.factories import columns, request

# (request_id, has usage), in order of storing.
report = st.tuples(st.sampled_from([None, "a", "b", "c", "ü"]), st.booleans())
reports = st.lists(report, min_size=1, max_size=12)

type Report = tuple[str | None, bool]


def batch_of(drawn: list[Report]) -> Batch:
    return columns(
        *(request(request_id=name, output_tokens=5 if usage else None) for name, usage in drawn)
    )


def plain(drawn: list[Report]) -> list[bool]:
    """Tell which reports count: without an id all, else the first of those with usage, if any."""
    counted = []
    for at, (name, _) in enumerate(drawn):
        rivals = [(not usage, other) for other, (own, usage) in enumerate(drawn) if own == name]
        counted.append(name is None or min(rivals)[1] == at)
    return counted


@given(reports)
def test_usage_wins_then_what_was_stored_first(drawn: list[Report]) -> None:
    outcome = dedupe(batch_of(drawn), no_prints())
    assert outcome.kept.tolist() == plain(drawn)
    assert not outcome.replaces
    assert len(outcome.prints) == len({name for name, _ in drawn if name})


@given(st.lists(reports, min_size=1, max_size=4))
def test_chunk_by_chunk_counts_what_all_at_once_counts(parts: list[list[Report]]) -> None:
    kept: list[bool] = []
    prints: Prints = no_prints()
    for part in parts:
        outcome = dedupe(batch_of(part), prints)
        if outcome.replaces:
            break
        kept, prints = kept + outcome.kept.tolist(), outcome.prints
        assert (np.diff(prints.astype(object)) > 0).all()
    else:
        assert kept == plain([each for part in parts for each in part])


@given(st.lists(reports, min_size=2, max_size=4))
def test_a_count_is_replaced_only_where_usage_comes_late(parts: list[list[Report]]) -> None:
    prints: Prints = no_prints()
    counted: dict[str | None, bool] = {}
    for part in parts:
        outcome = dedupe(batch_of(part), prints)
        late = any(usage and counted.get(name) is False for name, usage in part if name)
        assert outcome.replaces is late
        if late:
            break
        for name, usage in part:
            counted[name] = counted.get(name, False) or usage
        prints = outcome.prints


@given(st.lists(reports, min_size=1, max_size=4))
def test_winners_over_chunks_are_those_of_one_batch(parts: list[list[Report]]) -> None:
    batches = [batch_of(part) for part in parts]
    kept, prints = winners([(*fingerprints(batch), batch.size) for batch in batches])
    whole = dedupe(concatenate(batches), no_prints())
    assert np.concatenate(kept).tolist() == whole.kept.tolist()
    assert prints.tolist() == whole.prints.tolist()


def test_input_alone_is_usage() -> None:
    batch = columns(request(request_id="a"), request(request_id="a", input_tokens=0))
    assert dedupe(batch, no_prints()).kept.tolist() == [False, True]


def test_records_without_ids_always_count() -> None:
    outcome = dedupe(columns(request(), request()), no_prints())
    assert outcome.kept.all()
    assert len(outcome.prints) == 0
