"""What became of a change, as the API says it."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from shared.domain.verification.scale import Scale

NOTE = (
    "A difference between before and after, in matched hours. It does not show that the change "
    "caused it: whatever else changed at the same time is in it too."
)


class Metric(StrEnum):
    """What a piece of advice promises to improve."""

    RESPONSE_TIME = "response_time"
    FAILED_RESPONSE_TIME = "failed_response_time"
    TIME_TO_FIRST_TEXT = "time_to_first_text"
    ERROR_RATE = "error_rate"
    THROTTLED_SHARE = "throttled_share"
    TOKENS_PER_REQUEST = "tokens_per_request"
    UNCACHED_INPUT_TOKENS = "uncached_input_tokens_per_request"
    ADMITTED_TOKENS = "admitted_tokens_per_request"
    TRUNCATED_SHARE = "truncated_share"
    QUALITY = "quality"

    @property
    def scale(self) -> Scale:
        """Return the scale on which it is compared."""
        return _SCALES[self]

    @property
    def improves_downwards(self) -> bool:
        """Tell whether less is better."""
        return self is not Metric.QUALITY


_SCALES = {
    Metric.RESPONSE_TIME: Scale.LOG,
    Metric.FAILED_RESPONSE_TIME: Scale.LOG_OF_MEAN,
    Metric.TIME_TO_FIRST_TEXT: Scale.LOG_OF_MEAN,
    Metric.ERROR_RATE: Scale.SHARE,
    Metric.THROTTLED_SHARE: Scale.SHARE,
    Metric.TOKENS_PER_REQUEST: Scale.LOG_OF_MEAN,
    Metric.UNCACHED_INPUT_TOKENS: Scale.LOG_OF_MEAN,
    Metric.ADMITTED_TOKENS: Scale.LOG_OF_MEAN,
    Metric.TRUNCATED_SHARE: Scale.SHARE,
    Metric.QUALITY: Scale.MEAN,
}


class VerdictStatus(StrEnum):
    """What before and after say."""

    VERIFIED = "verified"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Promise:
    """How much better a metric was said to become, in percent.

    Attributes:
        low: at least.
        high: at most.
    """

    low: float
    high: float


def wanted_percent(metric: Metric, promise: Promise) -> float:
    """Return the least change that was promised, in percent of the metric: below 0 for less."""
    return -promise.low if metric.improves_downwards else promise.low


class Needs(msgspec.Struct, frozen=True):
    """What it takes to tell a change from chance, four times out of five.

    Attributes:
        effect_percent: the change that is meant, in percent of the metric.
        days: after the change; None where four weeks are too short.
        requests: on either side, in that time; None where days is.
        detectable_percent: the least change, either way, that four weeks can show.
    """

    effect_percent: float
    days: int | None
    requests: int | None
    detectable_percent: float | None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Before against after.

    Attributes:
        status: inconclusive also while it is too early to tell.
        metric: what was compared.
        log_ratio: ln(after / before); None where that has no meaning.
        log_ratio_low: from here; None also where it is unbounded.
        log_ratio_high: to here.
        effect_percent: change in percent of before, so below 0 is less.
        low_percent: from here.
        high_percent: to here.
        level: probability that the intervals of all looks hold the true change, at least.
        method: how it was found.
        rules_out_expected: whether the interval leaves no room for the least that was promised.
        matched_hours: pairs of hours compared.
        days: blocks of hours or days that the interval rests on, in days.
        requests_before: in the matched hours.
        requests_after: in the matched hours.
        length_slope: growth of ln(latency) with ln(1 + output tokens), taken out; None where not.
        looked_after_days: the look that this is of; None before the first.
        next_look_after_days: None after the last.
        needs: what it takes to see what was promised; None where that is not known.
        note: what such a comparison cannot say.
    """

    status: VerdictStatus
    metric: Metric
    log_ratio: float | None = None
    log_ratio_low: float | None = None
    log_ratio_high: float | None = None
    effect_percent: float | None = None
    low_percent: float | None = None
    high_percent: float | None = None
    level: float
    method: str
    rules_out_expected: bool = False
    matched_hours: int = 0
    days: float = 0.0
    requests_before: int = 0
    requests_after: int = 0
    length_slope: float | None = None
    looked_after_days: int | None = None
    next_look_after_days: int | None = None
    needs: Needs | None = None
    note: str = NOTE
