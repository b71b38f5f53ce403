"""From the JSON of a rule, as people write it, to an `AlertRule`, or to every reason why not.

Each field is decoded by itself, so that one answer names all that is wrong.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from shared.domain.decoding import DECODE_ERRORS, fault_of
from shared.domain.label import DEPLOYMENT, MODEL
from shared.domain.metric_spec import DERIVED, QUOTA_RATIOS, Shape
from shared.domain.rule import AlertRule
from shared.domain.rule_words import MINUTE_S, Comparison, NoData, Severity
from shared.domain.threshold_rule import ThresholdRule
from shared.domain.window import Aggregation
from shared.errors import Fault, InvalidInput

MAX_WINDOW_S = 86_400
MAX_TIME_S = 31 * 86_400
LATER_KINDS = ("baseline", "burn_rate", "absence", "budget")
RULE_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")

_WORDS = {
    "greater_than": Comparison.ABOVE,
    "greater_or_equal": Comparison.AT_LEAST,
    "less_than": Comparison.BELOW,
    "less_or_equal": Comparison.AT_MOST,
    "equals": Comparison.EQUAL,
    "not_equals": Comparison.DIFFERENT,
}
_RATIO_METRICS = {spec.name for spec in DERIVED.values() if spec.shape is Shape.RATIO}
_RATIO_AGGREGATIONS = (Aggregation.AVG, Aggregation.MIN, Aggregation.MAX)
_URL = re.compile(r"https?://[^\s\x00-\x1f\x7f]+")

_RuleName = Annotated[str, Meta(pattern=rf"\A{RULE_NAME.pattern}\Z")]
_Name = Annotated[str, Meta(min_length=1, max_length=256)]
_Text = Annotated[str, Meta(max_length=2_048)]
_Seconds = Annotated[int, Meta(ge=0, le=MAX_TIME_S)]
_Texts = Annotated[dict[_Name, Annotated[str, Meta(max_length=256)]], Meta(max_length=16)]
_Comparison = Literal[(*map(str, Comparison), *_WORDS)]  # type: ignore[valid-type]

_FIELDS: dict[str, Any] = {
    "name": _RuleName,
    "description": _Text,
    "kind": Literal["threshold"],
    "metric": _Name,
    "aggregation": Aggregation,
    "window_s": Annotated[int, Meta(ge=MINUTE_S, le=MAX_WINDOW_S)],
    "comparison": _Comparison,
    "threshold": Annotated[float, Meta(ge=-1e300, le=1e300)],
    "for_s": _Seconds,
    "keep_firing_for_s": _Seconds,
    "cooldown_s": _Seconds,
    "repeat_interval_s": _Seconds,
    "group_by": Annotated[list[_Name], Meta(max_length=8)],
    "filter": _Texts,
    "min_samples": Annotated[int, Meta(ge=0, le=1 << 53)],
    "no_data": NoData,
    "severity": Severity,
    "labels": _Texts,
    "runbook_url": _Text,
    "enabled": bool,
}
_REQUIRED = ("name", "metric", "comparison", "threshold")
_WHOLE_MINUTES = ("window_s", "for_s", "keep_firing_for_s")
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in _FIELDS.items()}


class _RuleSet(msgspec.Struct, forbid_unknown_fields=True):
    rules: list[msgspec.Raw]


_SET = msgspec.json.Decoder(_RuleSet)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def parse_rule(body: bytes | msgspec.Raw, *, name: str | None = None, at: str = "") -> AlertRule:
    """Return the rule that a JSON object states, defaults filled in.

    Args:
        body: the JSON as sent.
        name: the rule's name where the route states it; the body may leave it out.
        at: what stands before each path of a fault, as `rules[3].`.

    Raises:
        InvalidInput: with one fault per field that is missing, unknown or not as it should be.
    """
    try:
        raw = _OBJECT.decode(body)
    except DECODE_ERRORS as error:
        raise InvalidInput.at(at.rstrip(".") or "body", f"expected a rule ({error})") from error
    if name is not None:
        raw.setdefault("name", msgspec.Raw(msgspec.json.encode(name)))
    _demand_known_kind(raw.get("kind"), at)
    values, faults = _decoded(raw)
    faults += list(_contradictions(values, name))
    if faults:
        raise _refusal([Fault(f"{at}{fault.path}", fault.reason) for fault in faults])
    return _rule(values)


def parse_rules(body: bytes) -> list[AlertRule]:
    """Return the rules of `{"rules": [...]}`, each name once.

    Raises:
        InvalidInput: with every fault of every rule.
    """
    try:
        raws = _SET.decode(body).rules
    except DECODE_ERRORS as error:
        fault = fault_of(str(error), body)
        raise InvalidInput.at(fault.path or "body", fault.reason) from error
    rules: list[AlertRule] = []
    faults: list[Fault] = []
    for index, raw in enumerate(raws):
        try:
            rule = parse_rule(raw, at=f"rules[{index}].")
        except InvalidInput as error:
            faults += error.faults
            continue
        if any(rule.name == other.name for other in rules):
            faults.append(Fault(f"rules[{index}].name", f"expected each name once: {rule.name}"))
        rules.append(rule)
    if faults:
        raise _refusal(faults)
    return rules


def default_group_by(metric: str) -> tuple[str, ...]:
    """Return the labels a rule on this metric groups by where it names none."""
    of_model = metric.startswith("model_") or metric in QUOTA_RATIOS
    return (MODEL, DEPLOYMENT) if of_model else ()


def _refusal(faults: Sequence[Fault]) -> InvalidInput:
    return InvalidInput("; ".join(f"{each.path}: {each.reason}" for each in faults), faults)


def _decoded(raw: Mapping[str, msgspec.Raw]) -> tuple[dict[str, Any], list[Fault]]:
    faults = [Fault(name, "required, but missing") for name in _REQUIRED if name not in raw]
    values: dict[str, Any] = {}
    for name, text in raw.items():
        if name not in _DECODERS:
            faults.append(Fault(name, "unknown field"))
            continue
        try:
            values[name] = _DECODERS[name].decode(text)
        except DECODE_ERRORS as error:
            fault = fault_of(str(error), text)
            place = fault.path if fault.path.startswith("[") else f".{fault.path}"
            faults.append(Fault(f"{name}{place}".rstrip("."), fault.reason))
    return values, faults


def _contradictions(values: Mapping[str, Any], name: str | None) -> Iterable[Fault]:
    if name is not None and values.get("name", name) != name:
        yield Fault("name", f"expected {name!r} as in the route, got {values['name']!r}")
    for field in _WHOLE_MINUTES:
        if values.get(field, 0) % MINUTE_S:
            yield Fault(field, f"expected a multiple of 60, got {values[field]}")
    aggregation = values.get("aggregation", Aggregation.AVG)
    if values.get("metric") in _RATIO_METRICS and aggregation not in _RATIO_AGGREGATIONS:
        yield Fault("aggregation", f"expected avg, min or max for a ratio, got {aggregation}")
    group_by = values.get("group_by", [])
    if len(set(group_by)) < len(group_by):
        yield Fault("group_by", "expected each label once")
    url = values.get("runbook_url", "")
    if url and not _URL.fullmatch(url):
        yield Fault("runbook_url", "expected a URL that begins with http:// or https://")


def _demand_known_kind(raw: msgspec.Raw | None, at: str) -> None:
    for kind in LATER_KINDS:
        if raw is not None and bytes(raw).strip() == f'"{kind}"'.encode():
            raise InvalidInput.at(
                f"{at}kind", f"{kind} rules are not available yet, expected threshold"
            )


def _rule(values: dict[str, Any]) -> AlertRule:
    comparison = values["comparison"]
    values["comparison"] = _WORDS.get(comparison) or Comparison(comparison)
    values.setdefault("group_by", default_group_by(values["metric"]))
    values["group_by"] = tuple(values["group_by"])
    values.pop("kind", None)
    return ThresholdRule(**values)
