"""Attempts that others get in the way of: made again, eight times at most."""

import pytest

from shared.errors import Stale
from shared.services.retrying import until_settled


class Attempts:
    """Attempts of which the first some meet another's."""

    def __init__(self, failing: int) -> None:
        self.made = 0
        self._failing = failing

    async def __call__(self) -> int:
        self.made += 1
        if self.made <= self._failing:
            raise Stale("somebody else wrote")
        return self.made


@pytest.mark.parametrize("failing", [0, 7])
async def test_the_first_attempt_that_nobody_meets_counts(failing: int) -> None:
    assert await until_settled(Attempts(failing), "it") == failing + 1


async def test_after_eight_attempts_it_is_said_what_keeps_changing() -> None:
    attempts = Attempts(8)
    with pytest.raises(Stale, match="it keeps changing"):
        await until_settled(attempts, "it")
    assert attempts.made == 8
