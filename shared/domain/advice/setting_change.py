"""What is known to improve one setting of a configuration, key by key.

`max_completion_tokens` and `max_output_tokens` mean the same as `max_tokens`.

| key | is changed where |
| --- | --- |
| `max_tokens` | answers need less than it says, or are cut by it (`max_tokens`) |
| `temperature` | the model takes none (then it is left out), or scores are better with another |
| `reasoning_effort` | the model takes none, or answers are as good and faster with a lower one |
| `enable_caching` | prompts repeat (`response_cache`) |
| `stream` | answers are long, and first tokens come soon (`streaming`) |
| `timeout_s` | hardly any answer needs as long (`timeouts`) |
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from shared.domain.advice import (
    max_tokens,
    reasoning_effort,
    response_cache,
    streaming,
    temperature,
    timeouts,
)
from shared.domain.advice.ground import Conclusion, Ground
from shared.domain.recommendation.recommendation import Evidence, Improvement

LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens")
TEMPERATURE, EFFORT, CACHING, STREAM, TIMEOUT = (
    "temperature",
    "reasoning_effort",
    "enable_caching",
    "stream",
    "timeout_s",
)
_REFUSED = "The model does not take it: requests that state it are refused."

type Value = str | int | float | bool | None
type Config = Mapping[str, object]


class Optimization(msgspec.Struct, frozen=True, rename={"before": "from", "after": "to"}):
    """A change of one setting.

    Attributes:
        setting: the key of the configuration.
        before: what it was; None where it was not there.
        after: what it should be; None where it should be left out.
        reason: in a sentence.
        evidence: what that is concluded from.
    """

    setting: str
    before: Any
    after: Value
    reason: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Change:
    """A change, and what it improves.

    Attributes:
        made: the change.
        improves: the name of what it improves, where that was measured.
        by: how much.
    """

    made: Optimization
    improves: str = ""
    by: Improvement | None = None


def _limit(key: str, config: Config, ground: Ground) -> Change | None:
    limit = config[key]
    if not isinstance(limit, int) or limit < 1:
        return None
    change = _advised(key, limit, max_tokens.conclude(ground, limit), int)
    metric = "admitted_tokens_per_request"
    if change is None or not isinstance(change.made.after, int):
        return change
    raised = change.made.after > limit
    return Change(change.made, "truncated_share" if raised else metric, change.by)


def _temperature(key: str, config: Config, ground: Ground) -> Change | None:
    now, takes = config[key], ground.takes
    if takes is not None and not takes.temperature:
        if now in (None, 1):
            return None
        return Change(Optimization(key, now, None, _REFUSED, {"model": ground.scope.model}))
    change = _advised(key, now, temperature.conclude(ground), float)
    return None if change is None else Change(change.made, "quality", change.by)


def _effort(key: str, config: Config, ground: Ground) -> Change | None:
    now, takes = config[key], ground.takes
    if takes is not None and now is not None and not takes.efforts:
        return Change(Optimization(key, now, None, _REFUSED, {"model": ground.scope.model}))
    change = _advised(key, now, reasoning_effort.conclude(ground), str)
    if change is None or change.by is None:
        return None
    return Change(change.made, "response_time", change.by)


def _caching(key: str, config: Config, ground: Ground) -> Change | None:
    if config.get(key):
        return None
    found = response_cache.conclude(ground)
    if found is None or found.advice is None:
        return None
    advice = found.advice
    made = Optimization(key, config.get(key), True, advice.description, advice.evidence)
    return Change(made, "requests_answered_from_cache", advice.expected_improvement)


def _stream(key: str, config: Config, ground: Ground) -> Change | None:
    if config[key]:
        return None
    found = streaming.conclude(ground)
    if found is None or found.advice is None:
        return None
    made = Optimization(key, config[key], True, found.advice.description, found.advice.evidence)
    return Change(made, "time_to_first_text", found.advice.expected_improvement)


def _timeout(key: str, config: Config, ground: Ground) -> Change | None:
    change = _advised(key, config[key], timeouts.conclude(ground), float)
    return None if change is None else Change(change.made, "failed_response_time", change.by)


def _advised(
    key: str, now: object, found: Conclusion | None, read: Callable[[str], Value]
) -> Change | None:
    """Return the change to what is advised; None where nothing is, or it is so already."""
    if found is None or found.advice is None:
        return None
    _, _, text = found.advice.setting.partition("=")
    after = None if text == "unset" else read(text)
    if after == now:
        return None
    made = Optimization(key, now, after, found.advice.description, found.advice.evidence)
    return Change(made, by=found.advice.expected_improvement)


CHANGES: dict[str, Callable[[str, Config, Ground], Change | None]] = {
    **dict.fromkeys(LIMITS, _limit),
    TEMPERATURE: _temperature,
    EFFORT: _effort,
    CACHING: _caching,
    STREAM: _stream,
    TIMEOUT: _timeout,
}
# What is switched on also where the configuration does not speak of it.
UNASKED = (CACHING,)
