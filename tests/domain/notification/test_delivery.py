"""How far a delivery is, and when it needs another message."""

from datetime import timedelta

import pytest

from shared.domain.notification.delivery import AHEAD, CLAIM_S, LOST_AFTER, NOT_BEGUN, Progress
from tests.domain.rule_factories import MINUTE, T0

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("progress", "now", "needed"),
    [
        pytest.param(NOT_BEGUN, T0, True, id="due"),
        pytest.param(NOT_BEGUN, T0 - MINUTE, True, id="due soon"),
        pytest.param(NOT_BEGUN, T0 - AHEAD, True, id="due in an hour"),
        pytest.param(NOT_BEGUN, T0 - AHEAD - SECOND, False, id="due later"),
        pytest.param(NOT_BEGUN, T0 + 9 * AHEAD, True, id="long due"),
        pytest.param(NOT_BEGUN.expecting(T0), T0, False, id="sent for"),
        pytest.param(NOT_BEGUN.expecting(T0), T0 + LOST_AFTER - SECOND, False, id="waited for"),
        pytest.param(NOT_BEGUN.expecting(T0), T0 + LOST_AFTER, True, id="lost"),
    ],
)
def test_a_message_is_needed_once_and_again_when_it_is_lost(
    progress: Progress, now: object, needed: bool
) -> None:
    assert progress.needs_message(T0, now) is needed  # type: ignore[arg-type]


def test_a_claim_keeps_others_off_for_two_minutes() -> None:
    claimed = NOT_BEGUN.claimed(1, T0)
    assert claimed.busy_s(T0) == CLAIM_S
    assert claimed.busy_s(T0 + timedelta(seconds=CLAIM_S - 0.5)) == 1
    assert claimed.busy_s(T0 + timedelta(seconds=CLAIM_S)) == 0
    assert NOT_BEGUN.busy_s(T0) == 0


def test_a_claim_is_a_sign_of_life() -> None:
    late = T0 + LOST_AFTER
    assert not NOT_BEGUN.expecting(T0).claimed(1, late).needs_message(T0, late + MINUTE)


def test_waiting_for_the_next_try_ends_the_claim_and_counts_on() -> None:
    claimed = Progress(attempt=3, failures=1, outcomes=("",)).claimed(3, T0)
    waiting = claimed.waiting(("", "refused_400"), failures=2, until=T0 + MINUTE)
    assert waiting == Progress(4, 2, ("", "refused_400"), T0 + MINUTE)
    assert waiting.busy_s(T0) == 0
