"""Scores joined to requests, against looking each one up; and what is out of bounds."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.digest import quality
from shared.domain.digest.day import DayDigest, index_of, sections_of
from shared.domain.digest.quality import SUMS
from shared.domain.record.batch import Batch
from shared.domain.record.metric_record import metric_columns
from tests.domain.digest.digest_factories import at, buckets_of, digest_day, place
from tests.domain.factories import T0, metric


def score(request_id: str | None, value: float, name: str = "tone") -> Any:
    return metric(name=f"model_quality_{name}", value=value, request_id=request_id)


def scored(*scores: Any) -> Batch:
    return metric_columns(scores)[0]


def joined(requests: list[Any], *scores: Any) -> tuple[dict[Any, tuple[int, ...]], Any]:
    digest = DayDigest()
    digest.add_scores([scored(*scores)])
    blocks = digest_day(digest, buckets_of(requests))
    tally, index = sections_of(blocks)["quality"], index_of(blocks)
    columns = [tally.keys[name].tolist() for name in ("series", "version", "score")]
    keys = [
        (index.places[series], index.versions[version], index.names[name])
        for series, version, name in zip(*columns, strict=True)
    ]
    sums = zip(*(tally.sums[name].tolist() for name in SUMS), strict=True)
    return dict(zip(keys, sums, strict=True)), index


_ids = st.sampled_from(["a", "b", "c", "d", "e"])
_scores = st.tuples(_ids, st.integers(-1000, 1000), st.sampled_from(["tone", "facts"]))
_requests = st.lists(
    st.tuples(_ids, st.sampled_from([None, "1", "2"]), st.sampled_from(["m", "n"])),
    unique_by=lambda each: each[0],
    min_size=1,
)


@given(_requests, st.lists(_scores, min_size=1, max_size=20))
def test_scores_are_joined_as_looking_them_up_does(
    requests: list[tuple[str, str | None, str]], scores: list[tuple[str, int, str]]
) -> None:
    records = {
        name: at(T0, request_id=name, prompt_version=version, model=model)
        for name, version, model in requests
    }
    found, index = joined(
        list(records.values()), *(score(of, value / 1000, name) for of, value, name in scores)
    )
    expected: dict[Any, Counter[str]] = {}
    for of, value, name in scores:
        if of in records:
            record = records[of]
            key = place(record), record.prompt_version or "", f"model_quality_{name}"
            expected.setdefault(key, Counter()).update(
                n=1, sum_millionths=value * 1000, squares_millionths=value * value
            )
    assert found == {key: tuple(sums[n] for n in SUMS) for key, sums in expected.items()}
    assert index.unmatched_scores == sum(of not in records for of, _, _ in scores)


def test_other_metrics_and_scores_of_no_request_are_passed_over() -> None:
    own = metric(name="queue_depth", request_id="a")
    found, index = joined([at(T0, request_id="a")], score(None, 1.0), own)
    assert found == {}
    assert (index.unmatched_scores, index.scores_left_out) == (0, 0)


def test_scores_out_of_bounds_are_only_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "MAX_SCORES", 2)
    scores = [score("a", value) for value in (1e4, 1000.0, -1000.0, 0.0)]
    found, index = joined([at(T0, request_id="a")], *scores)
    assert [sums[0] for sums in found.values()] == [1]
    assert index.scores_left_out == 3
