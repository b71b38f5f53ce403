"""What may become of a recommendation.

| from | by | to |
| --- | --- | --- |
| nothing, expired, superseded | the advice is concluded | proposed |
| proposed | the advice is concluded again | proposed, with what it says today |
| proposed | somebody follows it, or traffic is seen to | applied |
| applied, as traffic showed | somebody says when it was | applied, as they say |
| proposed | 30 days pass without its being concluded | expired |
| proposed | for two days there is data enough, and it says otherwise | expired |
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
# How long data have to say otherwise before advice is given up.
CONTRADICTED = timedelta(days=2)
# What is renewed within this time, and says the same, is not stored again.
RENEWED_EVERY = timedelta(hours=20)
DETECTED = "detected"
# Whatever was applied longer ago, its last look is past.
LATEST_APPLICATION = timedelta(days=28)
GUARDED_D = 7

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
    if before is not None and not fresh:
        if before.status is not Status.PROPOSED:
            return before
        said = {name: getattr(before, name) for name in Advice.__struct_fields__}
        if Advice(**said) == advice and now - before.renewed_at < RENEWED_EVERY:
            return before
    return Recommendation(
        **{name: getattr(advice, name) for name in Advice.__struct_fields__},
        id=recommendation_id(advice),
        status=Status.PROPOSED,
        proposed_at=now if before is None or fresh else before.proposed_at,
        renewed_at=now,
    )


def applied(before: Recommendation, application: Application, now: datetime) -> Recommendation:
    """Return the recommendation after somebody followed it, or traffic was seen to.

    What somebody says takes the place of what was seen, as long as nothing is decided.

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
    by_itself = before.applied is not None and before.applied.by == DETECTED
    said = application.by != DETECTED and by_itself and before.status is Status.APPLIED
    if before.status is not Status.PROPOSED and not said:
        raise Conflict(f"recommendation {before.id} is {before.status}, no longer proposed")
    earliest = now - LATEST_APPLICATION
    if not earliest <= application.at <= now:
        raise InvalidInput.at(
            "at",
            f"expected a time from {rfc3339(earliest)} to now, got {rfc3339(application.at)}",
        )
    return replace(before, status=Status.APPLIED, applied=application, measured=None, guarded=None)


def judged(
    before: Recommendation,
    verdict: Verdict | None,
    guard: Verdict | None = None,
    *,
    is_last: bool,
    now: datetime,
) -> Recommendation:
    """Return an applied recommendation after a look.

    One that made worse what it must not is refuted, whatever it was to improve. Where there is a
    guard, nothing is verified before it was looked at over a week.

    Args:
        before: as it was.
        verdict: what the look says; None where nothing that is measured would show it.
        guard: the same of what must not get worse; None where there is none.
        is_last: whether no look comes after it.
        now: the clock, UTC.
    """
    undecided = Status.INCONCLUSIVE if is_last else Status.APPLIED
    status = undecided if verdict is None else _DECIDED.get(verdict.status, undecided)
    if guard is not None and guard.status is VerdictStatus.REFUTED:
        status = Status.REFUTED
    elif guard is not None and (guard.looked_after_days or 0) < GUARDED_D:
        status = undecided if status is Status.VERIFIED else status
    return replace(
        before,
        status=status,
        measured=verdict,
        guarded=guard,
        rules_out_expected=verdict is not None and verdict.rules_out_expected,
        decided_at=None if status is Status.APPLIED else now,
    )


def expired(before: Recommendation, now: datetime) -> Recommendation:
    """Return the recommendation, expired where nothing concluded it for 30 days."""
    if before.status is not Status.PROPOSED or now - before.renewed_at < KEPT_PROPOSED:
        return before
    return replace(before, status=Status.EXPIRED, decided_at=now)


def contradicted(before: Recommendation, now: datetime) -> Recommendation:
    """Return the recommendation after data, of which there is enough, say otherwise.

    It expires where it was concluded two days ago or longer: what comes and goes is not told of
    each time.
    """
    if before.status is not Status.PROPOSED or now - before.renewed_at < CONTRADICTED:
        return before
    return replace(before, status=Status.EXPIRED, decided_at=now)


def superseded(before: Recommendation, by: str, now: datetime) -> Recommendation:
    """Return the recommendation after other advice took its place; only a proposed one changes."""
    if before.status is not Status.PROPOSED:
        return before
    return replace(before, status=Status.SUPERSEDED, superseded_by=by, decided_at=now)
