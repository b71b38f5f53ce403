"""From the JSON of a rule, as people write it, to an `AlertRule`, or to every reason why not.

Each field is decoded by itself, so that one answer names all that is wrong.
"""

from typing import Any

import msgspec
from msgspec.structs import asdict

from shared.domain.label import DEPLOYMENT, MODEL
from shared.domain.metric.spec import QUOTA_RATIOS
from shared.domain.record.decoding import DECODE_ERRORS, fault_of
from shared.domain.record.field_decoding import refusal
from shared.domain.rule.absence_rule import AbsenceRule
from shared.domain.rule.baseline_rule import BaselineRule
from shared.domain.rule.budget_rule import BudgetRule
from shared.domain.rule.burn_rate_rule import BurnRateRule, Indicator
from shared.domain.rule.checks import contradictions
from shared.domain.rule.fields import COMPARISON_WORDS, IndicatorInput, RuleKind, decode_fields
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.threshold import ThresholdRule
from shared.domain.rule.words import Comparison
from shared.errors import Fault, InvalidInput


class _RuleSet(msgspec.Struct, forbid_unknown_fields=True):
    rules: list[msgspec.Raw]
    # As it was answered; a page that is followed by others is no whole set.
    next: None = None


_SET = msgspec.json.Decoder(_RuleSet)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_KIND = msgspec.json.Decoder(RuleKind)
# Said in answers only: a rule may be put back as it was answered.
_ANSWERED = "unavailable"


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
    kind = _kind_of(raw, at)
    values, faults = decode_fields(kind, raw)
    if name is not None and values.get("name", name) != name:
        faults.append(Fault("name", f"expected {name!r} as in the route, got {values['name']!r}"))
    refused = {fault.path for fault in faults}
    faults += contradictions(kind, values, refused)
    if faults:
        raise refusal([Fault(f"{at}{fault.path}", fault.reason) for fault in faults])
    return _rule(kind, values)


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
    names: set[str] = set()
    for index, raw in enumerate(raws):
        try:
            rule = parse_rule(raw, at=f"rules[{index}].")
        except InvalidInput as error:
            faults += error.faults
            continue
        if rule.name in names:
            faults.append(Fault(f"rules[{index}].name", f"expected each name once: {rule.name}"))
        names.add(rule.name)
        rules.append(rule)
    if faults:
        raise refusal(faults)
    return rules


def default_group_by(metric: str) -> tuple[str, ...]:
    """Return the labels a rule on this metric groups by where it names none."""
    of_model = metric.startswith("model_") or metric in QUOTA_RATIOS
    return (MODEL, DEPLOYMENT) if of_model else ()


def _kind_of(raw: dict[str, msgspec.Raw], at: str) -> RuleKind:
    """Return the kind that a rule states; without it, no field can be judged."""
    try:
        return _KIND.decode(raw["kind"]) if "kind" in raw else RuleKind.THRESHOLD
    except DECODE_ERRORS as error:
        reason = fault_of(str(error), raw["kind"], tuple(RuleKind)).reason
        raise InvalidInput.at(f"{at}kind", reason) from error


def _rule(kind: RuleKind, values: dict[str, Any]) -> AlertRule:
    values = {name: each for name, each in values.items() if name not in ("kind", _ANSWERED)}
    if "group_by" in values:
        values["group_by"] = tuple(values["group_by"])
    match kind:
        case RuleKind.THRESHOLD:
            comparison = values["comparison"]
            values["comparison"] = COMPARISON_WORDS.get(comparison) or Comparison(comparison)
            return ThresholdRule(**_grouped(values, values["metric"]))
        case RuleKind.BASELINE:
            return BaselineRule(**_grouped(values, values["metric"]))
        case RuleKind.BURN_RATE:
            return _burn_rate_rule(values)
        case RuleKind.ABSENCE:
            return AbsenceRule(**_grouped(values, values["metric"]))
        case RuleKind.BUDGET:
            return BudgetRule(**_renamed(values, "threshold", "share"))


def _burn_rate_rule(values: dict[str, Any]) -> BurnRateRule:
    for name, part in values.items():
        if isinstance(part, IndicatorInput):
            values[name] = Indicator(**asdict(part))
    metric = values["total"].metric if "total" in values else values["metric"]
    return BurnRateRule(**_renamed(_grouped(values, metric), "metric", "latency_metric"))


def _grouped(values: dict[str, Any], metric: str) -> dict[str, Any]:
    return {"group_by": default_group_by(metric), **values}


def _renamed(values: dict[str, Any], name: str, attribute: str) -> dict[str, Any]:
    return {attribute if key == name else key: each for key, each in values.items()}
