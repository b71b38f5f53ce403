"""A rhythm is a mean by time of day and of week, from the first value on."""

import pytest

from shared.domain.anomaly.rhythm import Rhythm

DAY_S = 86_400


def learned(rhythm: Rhythm, days: int, value: float, *, step_s: float, first_day: int = 0) -> None:
    """Let a rhythm learn a constant for some days."""
    for at in range(int(days * DAY_S / step_s)):
        rhythm.learn(first_day * DAY_S + at * step_s, value, 0.0, step_s=step_s, share=1.0)


def test_where_nothing_was_seen_the_level_stands_in() -> None:
    assert Rhythm().at(0.0, 7.0) == (7.0, 7.0, None)


@pytest.mark.parametrize("share", [0.0, 0.55, 1.0])
def test_the_first_value_is_the_mean_whatever_it_counts(share: float) -> None:
    rhythm = Rhythm()
    rhythm.learn(0.0, 1e12, 3.0, step_s=60, share=share)
    assert rhythm.at(0.0, 7.0) == (1e12, 1e12, None)


def test_the_week_is_apart_from_the_day() -> None:
    rhythm = Rhythm()
    rhythm.learn(0.0, 10.0, 0.0, step_s=3_600, share=1.0)
    rhythm.learn(DAY_S, 20.0, 0.0, step_s=3_600, share=1.0)
    assert rhythm.at(0.0, 0.0)[:2] == (15.0, 10.0)
    assert rhythm.at(2 * DAY_S, 0.0)[:2] == (15.0, 15.0)


def test_a_day_counts_the_same_at_any_step() -> None:
    means = []
    for step_s in (60, 300, 900):
        rhythm = Rhythm()
        learned(rhythm, 20, 100.0, step_s=step_s)
        learned(rhythm, 3, 200.0, step_s=step_s, first_day=20)
        means.append(rhythm.at(3_600.0, 0.0)[0])
    assert means == pytest.approx([means[0]] * 3, rel=0.02)
    assert 115 < means[0] < 130


def test_times_before_the_epoch_have_their_slots() -> None:
    rhythm = Rhythm()
    rhythm.learn(-1e-9, 5.0, 0.0, step_s=60, share=1.0)
    assert rhythm.at(DAY_S - 1.0, 0.0)[0] == 5.0
