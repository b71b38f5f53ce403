"""The fields that each kind of alert rule has in JSON, which of them are required, and their types.

Kinds share the lifecycle's fields; a field of another kind is refused by name, so that nobody waits
for an alert from a field that his rule does not read.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from shared.domain.metric.window import Aggregation
from shared.domain.record.field_decoding import FieldDecoder
from shared.domain.rule.window_pair import Burn, pairs_of
from shared.domain.rule.words import MINUTE_S, Comparison, Direction, NoData, Severity
from shared.errors import Fault


class RuleKind(StrEnum):
    """What sort of condition a rule has."""

    THRESHOLD = "threshold"
    BASELINE = "baseline"
    BURN_RATE = "burn_rate"
    ABSENCE = "absence"
    BUDGET = "budget"


MAX_WINDOW_S = 86_400
MAX_TIME_S = 31 * 86_400
_LEAST_PERIOD_DAYS = max(pair.long_m for pair in pairs_of(Burn.ALL)) // 1440
COMPARISON_WORDS = {
    "greater_than": Comparison.ABOVE,
    "greater_or_equal": Comparison.AT_LEAST,
    "less_than": Comparison.BELOW,
    "less_or_equal": Comparison.AT_MOST,
    "equals": Comparison.EQUAL,
    "not_equals": Comparison.DIFFERENT,
}

_RULE_NAME = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{1,128}\Z")]
_Name = Annotated[str, Meta(min_length=1, max_length=256)]
_Text = Annotated[str, Meta(max_length=2_048)]
_Seconds = Annotated[int, Meta(ge=0, le=MAX_TIME_S)]
_Texts = Annotated[dict[_Name, Annotated[str, Meta(max_length=256)]], Meta(max_length=16)]
_Comparison = Literal[(*map(str, Comparison), *COMPARISON_WORDS)]  # type: ignore[valid-type]
_Distance = Annotated[float, Meta(ge=0, le=1e6)]


class IndicatorInput(msgspec.Struct, forbid_unknown_fields=True):
    """The sum of a counter, as people write it."""

    metric: _Name
    filter: _Texts = {}


_LIFECYCLE: dict[str, Any] = {
    "name": _RULE_NAME,
    "description": _Text,
    "kind": RuleKind,
    "for_s": _Seconds,
    "keep_firing_for_s": _Seconds,
    "cooldown_s": _Seconds,
    "repeat_interval_s": _Seconds,
    "flap_threshold": Annotated[int, Meta(ge=0, le=1_000)],
    "severity": Severity,
    "labels": _Texts,
    "runbook_url": _Text,
    "enabled": bool,
}
_SERIES: dict[str, Any] = {
    "metric": _Name,
    "group_by": Annotated[list[_Name], Meta(max_length=8)],
    "filter": _Texts,
}
_MEASURED: dict[str, Any] = {
    **_SERIES,
    "aggregation": Aggregation,
    "window_s": Annotated[int, Meta(ge=MINUTE_S, le=MAX_WINDOW_S)],
    "min_samples": Annotated[int, Meta(ge=0, le=1 << 53)],
    "no_data": NoData,
}
_OWN: dict[RuleKind, dict[str, Any]] = {
    RuleKind.THRESHOLD: {
        **_MEASURED,
        "comparison": _Comparison,
        "threshold": Annotated[float, Meta(ge=-1e300, le=1e300)],
    },
    RuleKind.BASELINE: {
        **_MEASURED,
        "direction": Direction,
        "deviations": _Distance,
        "percent": _Distance,
        "unavailable": str,
    },
    RuleKind.BURN_RATE: {
        **_SERIES,
        "objective": Annotated[float, Meta(gt=0, lt=1)],
        "good": IndicatorInput,
        "bad": IndicatorInput,
        "total": IndicatorInput,
        "below_ms": Annotated[float, Meta(gt=0, le=1e12)],
        "period_days": Annotated[int, Meta(ge=_LEAST_PERIOD_DAYS, le=366)],
        "min_requests": Annotated[int, Meta(ge=1, le=1 << 53)],
        "windows": Burn,
        "no_data": NoData,
    },
    RuleKind.ABSENCE: {
        **_SERIES,
        "forget_after_s": Annotated[int, Meta(ge=MINUTE_S, le=MAX_TIME_S)],
    },
    RuleKind.BUDGET: {
        "budget": _RULE_NAME,
        "threshold": Annotated[float, Meta(gt=0, le=10)],
        "forecast": bool,
        "unavailable": str,
    },
}
_REQUIRED: dict[RuleKind, tuple[str, ...]] = {
    RuleKind.THRESHOLD: ("name", "metric", "comparison", "threshold"),
    RuleKind.BASELINE: ("name", "metric"),
    RuleKind.BURN_RATE: ("name", "objective"),
    RuleKind.ABSENCE: ("name", "metric"),
    RuleKind.BUDGET: ("name", "budget"),
}
_WORDS: dict[str, Iterable[str]] = {
    "comparison": (*Comparison, *COMPARISON_WORDS),
    "kind": RuleKind,
    "severity": Severity,
    "aggregation": Aggregation,
    "no_data": NoData,
    "direction": Direction,
    "windows": Burn,
}
_DECODERS = {
    kind: FieldDecoder(
        _LIFECYCLE | own,
        required=_REQUIRED[kind],
        words={name: words for name, words in _WORDS.items() if name in _LIFECYCLE | own},
    )
    for kind, own in _OWN.items()
}


def decode_fields(
    kind: RuleKind, raw: Mapping[str, msgspec.Raw]
) -> tuple[dict[str, Any], list[Fault]]:
    """Return the fields that are as they should be, and a fault for each of the others."""
    values, faults = _DECODERS[kind].decode(msgspec.json.encode(raw))
    return values, [_with_owners(fault, kind) for fault in faults]


def _with_owners(fault: Fault, kind: RuleKind) -> Fault:
    """Return a fault that says whose field it is, where another kind has it."""
    if fault.path in _LIFECYCLE | _OWN[kind]:
        return fault
    owners = " and ".join(other for other, fields in _OWN.items() if fault.path in fields)
    return Fault(fault.path, f"a field of {owners} rules, not of {kind} ones") if owners else fault
