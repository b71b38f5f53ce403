"""The lists of a digest's view about settings and durations: a line per value and per outcome."""

import msgspec
import numpy as np

from shared.domain.digest import durations
from shared.domain.digest.day import Index
from shared.domain.digest.durations import FAILED, FIRST_TOKEN, quantile_us
from shared.domain.digest.lists import LONGEST_LIST
from shared.domain.digest.settings import OTHER, TEMPERATURE_SCALE, UNSET, Setting
from shared.domain.digest.tally import Tally, tally_of

_US_PER_MS = 1000.0
_GROUPS = {
    durations.UNKNOWN: "ok",
    durations.WHOLE: "ok_not_streamed",
    durations.STREAMED: "ok_streamed",
    FIRST_TOKEN: "first_token",
} | {code: each.value for each, code in FAILED.items()}


class SettingUse(msgspec.Struct, frozen=True):
    """A value of a setting, and what became of the requests that had it.

    Attributes:
        setting: max_tokens, reasoning_effort, temperature, stream or prompt_version.
        value: as sent; `none` where not stated, `other` beyond the 16 most frequent.
        ok: successes.
        mean_ms: of the successes; None without any.
        output_tokens: of the successes, reasoning included.
        reasoning_tokens: of the successes.
    """

    deployment: str
    model: str
    application: str
    setting: str
    value: str
    requests: int
    ok: int
    mean_ms: float | None
    output_tokens: int
    reasoning_tokens: int


class OutcomeTimes(msgspec.Struct, frozen=True):
    """How long requests took that ended in one way; quantiles are at most 4.5 % too long.

    Attributes:
        outcome: ok_streamed, ok_not_streamed, ok (where that is unknown), first_token, or the class
            of a failure.
    """

    deployment: str
    model: str
    application: str
    outcome: str
    requests: int
    mean_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


def value_text(setting: Setting, value: int, index: Index) -> str:
    """Return a setting's value as it was sent; `none` where not stated, `other` past the bound."""
    if value in (UNSET, OTHER):
        return "none" if value == UNSET else "other"
    match setting:
        case Setting.REASONING_EFFORT:
            return index.efforts[value]
        case Setting.PROMPT_VERSION:
            return index.versions[value]
        case Setting.TEMPERATURE:
            return f"{value / TEMPERATURE_SCALE:g}"
        case Setting.STREAM:
            return "true" if value else "false"
    return str(value)


def setting_uses(settings: Tally, index: Index) -> list[SettingUse]:
    """Return values of settings by series, those with most requests first."""
    names = ("series", "setting", "value")
    whole = tally_of({name: settings.keys[name] for name in names}, settings.sums)
    order = np.argsort(-whole.sums["requests"], kind="stable")[:LONGEST_LIST]
    return [_setting_use(whole, at, index) for at in order.tolist()]


def outcome_times(spread: Tally, index: Index) -> list[OutcomeTimes]:
    """Return durations by series and outcome, those with most requests first."""
    names = ("series", "group")
    pairs = tally_of({name: spread.keys[name] for name in names}, spread.sums)
    order = np.argsort(-pairs.sums["requests"], kind="stable")[:LONGEST_LIST]
    return [
        _outcome(spread, int(pairs.keys["series"][at]), int(pairs.keys["group"][at]), index)
        for at in order.tolist()
    ]


def _setting_use(whole: Tally, at: int, index: Index) -> SettingUse:
    _, deployment, model, application = index.places[int(whole.keys["series"][at])]
    setting = Setting(int(whole.keys["setting"][at]))
    sums = {name: int(column[at]) for name, column in whole.sums.items()}
    return SettingUse(
        deployment,
        model,
        application,
        setting.name.lower(),
        value_text(setting, int(whole.keys["value"][at]), index),
        sums["requests"],
        sums["ok"],
        sums["duration_us"] / sums["ok"] / _US_PER_MS if sums["ok"] else None,
        sums["output"],
        sums["reasoning"],
    )


def _outcome(spread: Tally, series: int, group: int, index: Index) -> OutcomeTimes:
    own = spread.where((spread.keys["series"] == series) & (spread.keys["group"] == group))
    requests = own.total("requests")
    _, deployment, model, application = index.places[series]
    return OutcomeTimes(
        deployment,
        model,
        application,
        _GROUPS[group],
        requests,
        own.total("duration_us") / requests / _US_PER_MS,
        *(
            quantile_us(own.keys["bucket"], own.sums["requests"], share) / _US_PER_MS
            for share in (0.5, 0.95, 0.99)
        ),
    )
