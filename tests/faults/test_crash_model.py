"""Processes die anywhere, timers race, clients resend: nothing is lost or doubled."""

import pytest

from tests.faults.crash_model import tell_story
from tests.faults.faulty_tables import WithoutEtags, WithoutMarkers
from tests.faults.ledger import differences
from tests.faults.world import Spoil

pytestmark = pytest.mark.faults

SEEDS = range(25)


async def is_noticed(*, spoil: Spoil, seeds: range) -> bool:
    """Return whether any story over spoilt tables ends with wrong books."""
    for seed in seeds:
        if await differences(await tell_story(seed, spoil=spoil)):
            return True
    return False


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_is_acknowledged_counts_exactly_once_whatever_dies(seed: int) -> None:
    story = await tell_story(seed)
    assert await differences(story) == []
    assert story.crashes > 0
    assert story.runs > 3


async def test_readers_look_on_while_it_happens() -> None:
    # A reader that meets a crash sees nothing, so a single story may go unwatched.
    stories = [await tell_story(seed) for seed in SEEDS[:4]]
    assert sum(story.glances for story in stories) > 0


async def test_writing_without_etags_is_noticed() -> None:
    assert await is_noticed(spoil=WithoutEtags, seeds=range(80))


async def test_forgetting_which_buckets_changed_late_is_noticed() -> None:
    assert await is_noticed(spoil=WithoutMarkers, seeds=SEEDS[:2])


async def test_clients_that_resend_under_another_batch_id_are_noticed() -> None:
    story = await tell_story(1, fresh_ids=True)
    assert await differences(story)
