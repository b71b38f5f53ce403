"""An episode is one alert, and teaches little until it has lasted."""

import pytest

from shared.domain.anomaly.episode import Episode


def calm() -> Episode:
    """Return an episode that has no habit left."""
    return Episode(habit=0.0, lasting_habit=0.0)


def test_only_what_exceeds_habit_counts() -> None:
    episode = calm()
    assert episode.exceeded(3.0, 0.0, 1.0) == 3.0
    assert episode.exceeded(3.0, 0.0, 1.0) == pytest.approx(0.02, abs=1e-3)
    assert episode.exceeded(5.0, 0.0, 1.0) == pytest.approx(2.02, abs=0.02)


def test_what_builds_up_counts_as_a_whole_and_is_told_once() -> None:
    episode = calm()
    built = [episode.exceeded(0.5 * size, 0.5 * size, 1.0) for size in range(1, 9)]
    assert built[:4] == pytest.approx([0.5, 1.0, 1.5, 2.0])
    assert max(built[4:]) < 0.6


def test_single_values_that_build_up_are_habit_to_each_other() -> None:
    episode = calm()
    assert max(episode.exceeded(0.5 * size, 0.0, 1.0) for size in range(1, 9)) < 0.6


@pytest.mark.parametrize(
    ("quiet", "counts"), [pytest.param(12, 1.5, id="short"), pytest.param(13, 0.14, id="long")]
)
def test_what_was_not_told_is_habit_after_a_quiet_while(quiet: int, counts: float) -> None:
    episode = calm()
    episode.exceeded(1.5, 1.5, 1.0)
    for _ in range(quiet):
        episode.exceeded(0.0, 0.0, 1.0)
    assert episode.exceeded(1.5, 1.5, 1.0) == pytest.approx(counts, abs=0.05)


def test_habit_fades_by_points_and_by_gaps_alike() -> None:
    through, over = calm(), calm()
    through.exceeded(4.0, 0.0, 1.0)
    over.exceeded(4.0, 0.0, 1.0)
    for _ in range(99):
        through.exceeded(0.0, 0.0, 1.0)
    assert over.exceeded(4.0, 0.0, 100.0) == pytest.approx(through.exceeded(4.0, 0.0, 1.0))


def test_the_first_surprises_of_all_count_only_if_huge() -> None:
    assert Episode().exceeded(10.0, 10.0, 1.0) == 0
    assert Episode().exceeded(30.0, 30.0, 1.0) > 10


def test_a_single_surprise_teaches_in_full() -> None:
    assert calm().share(9.0) == 1.0


def test_what_follows_a_surprise_teaches_little_until_it_has_lasted() -> None:
    episode = calm()
    shares = [episode.share(9.0) for _ in range(400)]
    assert shares[1] < 0.1
    assert shares[1:] == sorted(shares[1:])
    assert shares[-1] == 1.0


def test_after_a_quiet_while_all_is_as_before() -> None:
    episode = calm()
    episode.share(9.0)
    shares = [episode.share(0.0) for _ in range(20)]
    assert shares[0] < 0.1
    assert shares[-1] == 1.0


@pytest.mark.parametrize(
    ("surprise", "share"),
    [pytest.param(0.0, 1.0, id="usual"), pytest.param(9.0, 0.55, id="surprise")],
)
def test_a_surprise_counts_for_half_in_the_rhythm(surprise: float, share: float) -> None:
    episode = calm()
    assert episode.rhythm_share(episode.share(surprise)) == pytest.approx(share)
