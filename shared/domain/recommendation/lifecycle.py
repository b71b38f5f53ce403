"""What may become of a recommendation.

| from | by | to |
| --- | --- | --- |
| nothing, expired, superseded | the advice is concluded | proposed |
| proposed | the advice is concluded again | proposed, with what it says today |
| proposed | somebody follows it | applied |
| proposed | 30 days pass without its being concluded | expired |
| proposed | other advice takes its place | superseded |
| applied | an interval lies wholly on the better or worse side | verified, refuted |
| applied | the last look decides nothing | inconclusive |

What was judged stays as it was judged, so the same advice is not given again.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from shared.domain.recommendation.recommendation import (
    Advice,
    Application,
    Recommendation,
    Status,
    recommendation_id,
)
from shared.domain.timeline import rfc3339
from shared.domain.verification.verdict import Verdict, VerdictStatus
from shared.errors import Conflict, InvalidInput

KEPT_PROPOSED = timedelta(days=30)
# Whatever was applied longer ago, its last look is past.
LATEST_APPLICATION = timedelta(days=28)

_DECIDED = {
    VerdictStatus.VERIFIED: Status.VERIFIED,
    VerdictStatus.REFUTED: Status.REFUTED,
}


def proposed(advice: Advice, before: Recommendation | None, now: datetime) -> Recommendation:
    """Return the recommendation after its advice was concluded, for the first time or again.

    Args:
        advice: what is concluded.
        before: the recommendation of its id; None where there is none.
        now: the clock, UTC.
    """
    fresh = before is None or before.status in (Status.EXPIRED, Status.SUPERSEDED)
    if before is not None and not fresh and before.status is not Status.PROPOSED:
        return before
    return Recommendation(
        **{name: getattr(advice, name) for name in Advice.__struct_fields__},
        id=recommendation_id(advice),
        status=Status.PROPOSED,
        proposed_at=now if before is None or fresh else before.proposed_at,
        renewed_at=now,
    )


def applied(before: Recommendation, application: Application, now: datetime) -> Recommendation:
    """Return the recommendation after somebody followed it.

    Args:
        before: as it was.
        application: by whom and when; the very same once more changes nothing.
        now: the clock, UTC.

    Raises:
        InvalidInput: it was followed in the future, or too long ago to be judged.
        Conflict: it was followed otherwise, or is no longer proposed.
    """
    if before.applied == application:
        return before
    if before.status is not Status.PROPOSED:
        raise Conflict(f"recommendation {before.id} is {before.status}, no longer proposed")
    earliest = now - LATEST_APPLICATION
    if not earliest <= application.at <= now:
        raise InvalidInput.at(
            "at",
            f"expected a time from {rfc3339(earliest)} to now, got {rfc3339(application.at)}",
        )
    return replace(before, status=Status.APPLIED, applied=application)


def judged(
    before: Recommendation, verdict: Verdict | None, *, is_last: bool, now: datetime
) -> Recommendation:
    """Return an applied recommendation after a look.

    Args:
        before: as it was.
        verdict: what the look says; None where nothing that is measured would show it.
        is_last: whether no look comes after it.
        now: the clock, UTC.
    """
    undecided = Status.INCONCLUSIVE if is_last else Status.APPLIED
    status = undecided if verdict is None else _DECIDED.get(verdict.status, undecided)
    return replace(
        before,
        status=status,
        measured=verdict,
        rules_out_expected=verdict is not None and verdict.rules_out_expected,
        decided_at=None if status is Status.APPLIED else now,
    )


def expired(before: Recommendation, now: datetime) -> Recommendation:
    """Return the recommendation, expired where nothing concluded it for 30 days."""
    if before.status is not Status.PROPOSED or now - before.renewed_at < KEPT_PROPOSED:
        return before
    return replace(before, status=Status.EXPIRED, decided_at=now)


def superseded(before: Recommendation, by: str, now: datetime) -> Recommendation:
    """Return the recommendation after other advice took its place; only a proposed one changes."""
    if before.status is not Status.PROPOSED:
        return before
    return replace(before, status=Status.SUPERSEDED, superseded_by=by, decided_at=now)
