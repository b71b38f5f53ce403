"""A digest in headline numbers, for a person who looks at a day."""

from datetime import datetime

import msgspec

from shared.domain.digest import retries
from shared.domain.digest.day import Blocks, index_of, sections_of
from shared.domain.digest.lists import (
    DeploymentLoad,
    LimitUse,
    ScoreSum,
    UserTokens,
    deployment_loads,
    limit_uses,
    score_sums,
    user_tokens,
)
from shared.domain.digest.setting_lines import (
    OutcomeTimes,
    SettingUse,
    outcome_times,
    setting_uses,
)
from shared.domain.digest.tally import Tally
from shared.domain.timeline import rfc3339, rfc3339_minute


class CacheHits(msgspec.Struct, frozen=True):
    """What a cache of answers would have spared within one window of time.

    Attributes:
        hits: requests it would have answered.
        duration_s: how long those took.
    """

    hits: int
    input_tokens: int
    output_tokens: int
    duration_s: float


class PrefixReuse(msgspec.Struct, frozen=True):
    """Input that began like an earlier prompt; None where no input is known.

    Attributes:
        input_tokens: of successes that have a prefix_hash.
        cached_share: of that, what was reported as cached, 0..1.
        seen_5m_share: of that, what stood behind a prefix seen 5 minutes before at most, 0..1.
        seen_1h_share: an hour before at most.
    """

    input_tokens: int
    cached_share: float | None
    seen_5m_share: float | None
    seen_1h_share: float | None


class RetryChains(msgspec.Struct, frozen=True):
    """Calls by operation_key.

    Attributes:
        chains: calls, of one attempt or more.
        retried: those of several attempts.
        succeeded: those with a success among their attempts.
        attempts: of all.
        failed_attempts: of all.
        failed_tokens: what the failed attempts used.
        failed_s: how long they took.
        throttled: attempts answered 429.
        honoured: of those that said when to come back and were followed: waited for.
        early: not waited for.
        by_attempts: number of attempts (the last: that many or more) -> chains.
    """

    chains: int
    retried: int
    succeeded: int
    attempts: int
    failed_attempts: int
    failed_tokens: int
    failed_s: float
    throttled: int
    honoured: int
    early: int
    by_attempts: dict[str, int]


class DigestView(msgspec.Struct, frozen=True):
    """One day.

    Attributes:
        day: yyyy-MM-dd.
        through: requests that ended before are in it.
        built_at: when it was made.
        final: whether the day is sealed, so that it never changes again.
        requests: how many counted.
        duplicates: how many were reported twice and did not.
        prompts: successes with a prompt_hash.
        cache_hits: window -> what a cache of answers would have spared.
        look_back_s: how far the search for earlier answers reached back, at least.
        short_by_tokens: what a user's tokens may lack at most.
        unmatched_scores: scores whose request did not end on this day.
        scores_left_out: scores out of bounds.
    """

    day: str
    through: str
    built_at: str
    final: bool
    requests: int
    duplicates: int
    load: list[DeploymentLoad]
    prompts: int
    cache_hits: dict[str, CacheHits]
    look_back_s: float
    prefix: PrefixReuse
    outputs: list[LimitUse]
    settings: list[SettingUse]
    durations: list[OutcomeTimes]
    retries: RetryChains
    users: list[UserTokens]
    short_by_tokens: int
    quality: list[ScoreSum]
    unmatched_scores: int
    scores_left_out: int


def digest_view(
    blocks: Blocks, day: int, *, through: int, built: datetime, final: bool
) -> DigestView:
    """Return a finished digest in headline numbers.

    Args:
        blocks: as `DayDigest.blocks` gives them.
        day: the minute it begins.
        through: the minute before which requests are in it.
        built: when it was made.
        final: whether the day is sealed.
    """
    index, found = index_of(blocks), sections_of(blocks)
    answers = found["cache_hits"]
    return DigestView(
        rfc3339_minute(day)[:10],
        rfc3339_minute(through),
        rfc3339(built),
        final,
        index.requests,
        index.duplicates,
        deployment_loads(found["load"], index),
        answers.total("requests"),
        {window: _hits(answers, window) for window in ("5m", "1h", "24h")},
        index.look_back_us / 1e6,
        _reuse(found["prefix"]),
        limit_uses(found["outputs"], index),
        setting_uses(found["settings"], index),
        outcome_times(found["durations"], index),
        _chains(found["retries"]),
        user_tokens(found["users"]),
        index.short_by_tokens,
        score_sums(found["quality"], index),
        index.unmatched_scores,
        index.scores_left_out,
    )


def _hits(answers: Tally, window: str) -> CacheHits:
    return CacheHits(
        answers.total(f"hits_{window}"),
        answers.total(f"input_{window}"),
        answers.total(f"output_{window}"),
        answers.total(f"duration_us_{window}") / 1e6,
    )


def _reuse(prefix: Tally) -> PrefixReuse:
    sent = prefix.total("input")
    shares = [
        prefix.total(name) / sent if sent else None
        for name in ("cached_input", "input_5m", "input_1h")
    ]
    return PrefixReuse(sent, *shares)


def _chains(tally: Tally) -> RetryChains:
    attempts, chains = tally.keys["attempts"], tally.sums["chains"]
    return RetryChains(
        tally.total("chains"),
        int(chains[attempts > 1].sum()),
        int(chains[tally.keys["succeeded"] == 1].sum()),
        tally.total("requests"),
        tally.total("failed"),
        tally.total("failed_tokens"),
        tally.total("failed_us") / 1e6,
        tally.total("throttled"),
        tally.total("honoured"),
        tally.total("early"),
        {
            str(number): int(chains[attempts == number].sum())
            for number in range(1, retries.MOST_ATTEMPTS + 1)
            if (attempts == number).any()
        },
    )
