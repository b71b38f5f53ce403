"""What may become of a recommendation."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.domain.recommendation.lifecycle import (
    CONTRADICTED,
    DETECTED,
    KEPT_PROPOSED,
    LATEST_APPLICATION,
    RENEWED_EVERY,
    applied,
    contradicted,
    expired,
    judged,
    proposed,
    superseded,
)
from shared.domain.recommendation.recommendation import (
    Application,
    Status,
)
from shared.domain.verification.verdict import Metric, VerdictStatus
from shared.errors import Conflict, InvalidInput
from tests.domain.recommendation_factories import (
    advice,
    followed,
    recommendation,
    standing,
    verdict,
)
from tests.domain.rule_factories import MINUTE, T0

DAY = timedelta(days=1)
ADA = Application("ada", T0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.PROPOSED, Status.PROPOSED),
        (Status.EXPIRED, Status.PROPOSED),
        (Status.SUPERSEDED, Status.PROPOSED),
        (Status.APPLIED, Status.APPLIED),
        (Status.VERIFIED, Status.VERIFIED),
        (Status.REFUTED, Status.REFUTED),
        (Status.INCONCLUSIVE, Status.INCONCLUSIVE),
    ],
)
def test_advice_is_given_again_unless_it_was_followed(before: Status, after: Status) -> None:
    stored = standing(before)
    again = proposed(advice(description="anew"), stored, T0 + DAY)
    assert again.status is after
    assert (again == stored) is (after is not Status.PROPOSED)


def test_a_renewed_proposal_says_what_is_true_today() -> None:
    again = proposed(advice(description="anew"), recommendation(), T0 + DAY)
    assert (again.description, again.proposed_at, again.renewed_at) == ("anew", T0, T0 + DAY)


def test_what_says_the_same_is_renewed_once_a_day() -> None:
    stored = recommendation()
    assert proposed(advice(), stored, T0 + RENEWED_EVERY - MINUTE) == stored
    assert proposed(advice(), stored, T0 + RENEWED_EVERY).renewed_at == T0 + RENEWED_EVERY
    anew = proposed(advice(evidence={"reasoning_share": 0.9}), stored, T0 + MINUTE)
    assert anew.renewed_at == T0 + MINUTE


def test_what_somebody_says_takes_the_place_of_what_traffic_showed() -> None:
    seen = applied(recommendation(), Application(DETECTED, T0), T0)
    looked = judged(seen, verdict(VerdictStatus.INCONCLUSIVE), is_last=False, now=T0)
    said = applied(looked, ADA, T0 + MINUTE)
    assert (said.applied, said.status, said.measured) == (ADA, Status.APPLIED, None)
    with pytest.raises(Conflict):
        applied(said, Application(DETECTED, T0), T0 + MINUTE)
    with pytest.raises(Conflict):
        applied(replace(seen, status=Status.VERIFIED), ADA, T0 + MINUTE)


@pytest.mark.parametrize("status", Status)
def test_only_a_proposal_is_given_up_when_data_say_otherwise_for_two_days(status: Status) -> None:
    stored = standing(status)
    assert contradicted(stored, T0 + CONTRADICTED - MINUTE) == stored
    after = contradicted(stored, T0 + CONTRADICTED)
    assert after.status is (Status.EXPIRED if status is Status.PROPOSED else status)


@pytest.mark.parametrize(
    ("seen", "guard", "after_days", "status"),
    [
        (VerdictStatus.VERIFIED, VerdictStatus.INCONCLUSIVE, 4, Status.APPLIED),
        (VerdictStatus.VERIFIED, VerdictStatus.INCONCLUSIVE, 7, Status.VERIFIED),
        (VerdictStatus.VERIFIED, VerdictStatus.VERIFIED, 7, Status.VERIFIED),
        (VerdictStatus.VERIFIED, VerdictStatus.REFUTED, 2, Status.REFUTED),
        (VerdictStatus.INCONCLUSIVE, VerdictStatus.REFUTED, 14, Status.REFUTED),
        (VerdictStatus.REFUTED, VerdictStatus.VERIFIED, 2, Status.REFUTED),
    ],
)
def test_what_must_not_get_worse_is_looked_at_for_a_week(
    seen: VerdictStatus, guard: VerdictStatus, after_days: int, status: Status
) -> None:
    feared = verdict(guard, metric=Metric.TRUNCATED_SHARE, looked_after_days=after_days)
    after = judged(followed(), verdict(seen), feared, is_last=False, now=T0 + DAY)
    assert (after.status, after.guarded) == (status, feared)


def test_an_expired_proposal_begins_anew() -> None:
    again = proposed(advice(), standing(Status.EXPIRED), T0 + DAY)
    assert (again.proposed_at, again.applied) == (T0 + DAY, None)


def test_a_proposal_can_be_followed_once() -> None:
    first = applied(recommendation(), ADA, T0)
    assert (first.status, first.applied) == (Status.APPLIED, ADA)
    assert applied(first, ADA, T0 + MINUTE) == first
    with pytest.raises(Conflict, match="is applied, no longer proposed"):
        applied(first, Application("bob", T0), T0)


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.PROPOSED])
def test_only_a_proposal_can_be_followed(status: Status) -> None:
    with pytest.raises(Conflict, match=f"is {status}, no longer proposed"):
        applied(standing(status), Application("bob", T0), T0)


@pytest.mark.parametrize("at", [T0 + MINUTE, T0 - LATEST_APPLICATION - MINUTE])
def test_it_is_followed_neither_tomorrow_nor_too_long_ago(at: object) -> None:
    with pytest.raises(InvalidInput, match="at: expected a time from 2026-10-26T10:00:00Z to now"):
        applied(recommendation(), Application("ada", at), T0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "is_last", "status"),
    [
        (VerdictStatus.VERIFIED, False, Status.VERIFIED),
        (VerdictStatus.REFUTED, False, Status.REFUTED),
        (VerdictStatus.INCONCLUSIVE, False, Status.APPLIED),
        (VerdictStatus.VERIFIED, True, Status.VERIFIED),
        (VerdictStatus.INCONCLUSIVE, True, Status.INCONCLUSIVE),
    ],
)
def test_a_look_decides_or_leaves_it_open(
    seen: VerdictStatus, is_last: bool, status: Status
) -> None:
    look = verdict(seen, rules_out_expected=True)
    after = judged(followed(), look, is_last=is_last, now=T0 + DAY)
    assert (after.status, after.measured, after.rules_out_expected) == (status, look, True)
    assert after.decided_at == (None if status is Status.APPLIED else T0 + DAY)


@pytest.mark.parametrize(
    ("is_last", "status"), [(False, Status.APPLIED), (True, Status.INCONCLUSIVE)]
)
def test_what_nothing_measures_ends_inconclusive(is_last: bool, status: Status) -> None:
    after = judged(followed(target=None), None, is_last=is_last, now=T0)
    assert (after.status, after.measured) == (status, None)


@pytest.mark.parametrize("status", Status)
def test_only_a_proposal_that_nobody_renews_expires(status: Status) -> None:
    stored = standing(status)
    assert expired(stored, T0 + KEPT_PROPOSED - MINUTE) == stored
    after = expired(stored, T0 + KEPT_PROPOSED)
    assert after.status is (Status.EXPIRED if status is Status.PROPOSED else status)


@pytest.mark.parametrize("status", Status)
def test_only_a_proposal_is_superseded(status: Status) -> None:
    after = superseded(standing(status), "another", T0)
    assert (after.superseded_by == "another") is (status is Status.PROPOSED)
    assert after.status is (Status.SUPERSEDED if status is Status.PROPOSED else status)
