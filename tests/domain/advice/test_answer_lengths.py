"""Lengths of answers that were cut: what a limit would cut, against answers that were not."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.advice.answer_lengths import FEWEST_ALLOWED, AnswerLengths, answer_lengths
from tests.domain.advice.advice_factories import capped, outputs

_lengths = st.lists(st.integers(0, 5_000), min_size=1, max_size=60)
_limits = st.none() | st.integers(1, 3_000)


def long_tailed(size: int, seed: int = 1) -> list[int]:
    draw = np.random.default_rng(seed)
    lengths: list[int] = np.rint(np.exp(draw.normal(5.5, 0.6, size))).astype(int).tolist()
    return lengths


@given(st.lists(st.tuples(_lengths, _limits), min_size=1, max_size=4))
def test_a_lower_limit_never_cuts_less(traffic: list[tuple[list[int], int | None]]) -> None:
    found = answer_lengths(outputs([[each for own in traffic for each in capped(*own)] * 50]))
    shares = [found.truncated(limit) for limit in range(1, 4_000, 97)]
    known = [each.share for each in shares if each is not None]
    assert known == sorted(known, reverse=True)
    assert all(each.low <= each.share <= each.high for each in shares if each is not None)
    spared = [each.spared_tokens for each in shares if each is not None]
    assert spared == sorted(spared, reverse=True)


@given(st.lists(st.tuples(_lengths, st.integers(1, 3_000)), min_size=1, max_size=4))
def test_nothing_is_said_above_the_limits_in_use(traffic: list[tuple[list[int], int]]) -> None:
    found = answer_lengths(outputs([[each for own in traffic for each in capped(*own)] * 50]))
    highest = max(limit for _, limit in traffic)
    assert found.truncated(highest + 1) is None
    assert found.truncated(highest) is not None


@given(_lengths)
def test_without_limits_shares_are_plain_counts(lengths: list[int]) -> None:
    found = answer_lengths(outputs([capped(lengths * 50, None)]))
    for limit in (1, 10, 100, 1_000, 5_000):
        told = found.truncated(limit)
        assert told is not None
        longer = sum(each > limit for each in lengths) / len(lengths)
        nearly = sum(each > limit / 1.0109 - 1 for each in lengths) / len(lengths)
        assert longer - 1e-9 <= told.share <= nearly + 1e-9


@pytest.mark.parametrize("limit", [400, 700])
def test_mixed_limits_give_what_uncut_answers_give(limit: int) -> None:
    lengths = long_tailed(20_000)
    cut = [*capped(lengths[:8_000], 300), *capped(lengths[8_000:], 1_000)]
    told = answer_lengths(outputs([cut])).truncated(limit)
    assert told is not None
    true = sum(each > limit for each in long_tailed(200_000, seed=2)) / 200_000
    assert told.low <= true <= told.high
    assert told.share == pytest.approx(true, rel=0.1)


def test_cut_answers_taken_for_ended_ones_would_say_too_little() -> None:
    """What a mean or plain counting does with the sketch's data: it hides what was cut."""
    lengths = long_tailed(20_000)
    cut = [*capped(lengths[:10_000], 300), *capped(lengths[10_000:], 2_000)]
    told = answer_lengths(outputs([cut])).truncated(500)
    assert told is not None
    true = sum(each > 500 for each in lengths) / len(lengths)
    naive = sum(made > 500 for made, _, _ in cut) / len(cut)
    assert told.low <= true <= told.high
    assert naive < 0.6 * true


def test_an_unknown_end_at_the_limit_counts_as_cut() -> None:
    answers = [(200, 200, ""), (150, 200, ""), (100, 200, "content_filter")]
    found = answer_lengths(outputs([answers * 40]))
    told = found.truncated(200)
    assert told is not None
    assert told.share == pytest.approx(1 / 3)


def test_so_few_requests_with_a_limit_tell_nothing_of_it() -> None:
    answers = capped([100] * 200, 300) + capped([100] * (FEWEST_ALLOWED - 1), 900)
    assert answer_lengths(outputs([answers])).known_until == 300
    answers += capped([100], 900)
    assert answer_lengths(outputs([answers])).known_until == 900
    assert answer_lengths(outputs([capped([100] * 60, None)])).known_until == math.inf


@pytest.mark.parametrize(("requests", "most"), [(100, 0.04), (400, 0.0096), (4_000, 0.00096)])
def test_no_answer_that_long_does_not_mean_there_is_none(requests: int, most: float) -> None:
    told = answer_lengths(outputs([capped([100] * requests, 1_000)])).truncated(500)
    assert told is not None
    assert (told.share, told.low) == (0.0, 0.0)
    assert told.high == pytest.approx(most, rel=0.1)


def test_only_requests_that_could_have_been_longer_count_for_that() -> None:
    answers = capped([100] * 4_000, 200) + capped([100] * 400, 1_000)
    told = answer_lengths(outputs([answers])).truncated(500)
    assert told is not None
    assert told.high == pytest.approx(0.0096, rel=0.1)


def test_days_that_differ_widen_the_interval() -> None:
    steady = [capped([100] * 90 + [800] * 10, 1_000)] * 10
    apart = [capped([100] * 100, 1_000), capped([100] * 80 + [800] * 20, 1_000)] * 5
    found: list[AnswerLengths] = [answer_lengths(outputs(each)) for each in (steady, apart)]
    narrow, wide = (each.truncated(500) for each in found)
    assert narrow is not None
    assert wide is not None
    assert narrow.share == wide.share == pytest.approx(0.1)
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_what_a_limit_spares_is_what_would_have_come_after_it() -> None:
    told = answer_lengths(outputs([capped([100] * 60 + [200] * 20, 1_000)])).truncated(150)
    assert told is not None
    assert told.spared_tokens == pytest.approx(50 * 20 / 80, rel=0.04)
