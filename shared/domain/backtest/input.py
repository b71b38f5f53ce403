"""From the JSON of a backtest to what is to be replayed, or to every reason why not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from shared.domain.muting.matcher_input import Matchers, matcher_faults
from shared.domain.muting.silence import Silence
from shared.domain.record.field_decoding import FieldDecoder, refusal
from shared.domain.record.request import Moment
from shared.domain.rule.input import parse_rule
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.words import MINUTE_S
from shared.domain.timeline import DAY_M, EPOCH, MINUTE_US, micros, rfc3339
from shared.errors import Fault, InvalidInput

MAX_SPAN_M = 45 * DAY_M
MAX_RULES = 200
# Times at the edges of the calendar can't be rounded.
_YEARS = range(1970, 2201)
_EVER = datetime(9999, 1, 1, tzinfo=UTC)

type _Rules = Annotated[list[msgspec.Raw], Meta(min_length=1, max_length=MAX_RULES)]


class TriedSilence(msgspec.Struct, frozen=True):
    """A silence to go by, stored or not; without bounds it holds all the time."""

    matchers: Matchers
    starts_at: Moment | None = None
    ends_at: Moment | None = None


class BacktestBody(msgspec.Struct, frozen=True):
    """What to replay; `silences`: those stored (true), none, or these."""

    start: Moment
    end: Moment
    rule: AlertRule | None = None
    rules: list[AlertRule] | None = None
    step_s: int = MINUTE_S
    compare_with: list[AlertRule] | None = None
    silences: bool | list[TriedSilence] = True


_FIELDS = FieldDecoder(
    {
        "rule": msgspec.Raw,
        "rules": _Rules,
        "start": Moment,
        "end": Moment,
        "step_s": Annotated[int, Meta(ge=MINUTE_S, le=86_400)],
        "compare_with": _Rules,
        "silences": bool | Annotated[list[TriedSilence], Meta(max_length=1_000)],
    },
    required=("start", "end"),
)


@dataclass(frozen=True, slots=True)
class BacktestQuery:
    """What to replay.

    Attributes:
        rules: each name once, enabled or not.
        minutes: the evaluation times asked for.
        end: the last moment asked for, as a minute.
        compare_with: another set of rules over the same history; None for none.
        silences: those to go by; None takes the stored ones, with the stored inhibitions.
    """

    rules: Sequence[AlertRule]
    minutes: range
    end: int
    compare_with: Sequence[AlertRule] | None = None
    silences: Sequence[Silence] | None = None


def parse_backtest(body: bytes) -> BacktestQuery:
    """Return what a JSON object asks to replay.

    Raises:
        InvalidInput: with one fault per field that is missing, unknown or not as it should be.
    """
    values, faults = _FIELDS.decode(body)
    faults += _one_of_rule_and_rules(values, faults)
    rules = _rules(values, "rule", faults) + _rules(values, "rules", faults)
    others = _rules(values, "compare_with", faults)
    faults += _time_faults(values)
    silences = values.get("silences", True)
    for at, each in enumerate(silences if isinstance(silences, list) else ()):
        faults += matcher_faults(f"silences[{at}].matchers", each.matchers)
    if faults:
        raise refusal(faults)
    first, end = micros(values["start"]) // MINUTE_US, -(-micros(values["end"]) // MINUTE_US)
    return BacktestQuery(
        rules,
        range(first, end + 1, values.get("step_s", MINUTE_S) // MINUTE_S),
        end,
        others or None,
        _silences(silences),
    )


def _one_of_rule_and_rules(values: Mapping[str, Any], known: Sequence[Fault]) -> Iterator[Fault]:
    tried = {fault.path.partition("[")[0].partition(".")[0] for fault in known}
    given = [name for name in ("rule", "rules") if name in values or name in tried]
    if len(given) != 1:
        yield Fault("rule", f"expected either rule or rules, got {' and '.join(given) or 'none'}")


def _rules(values: Mapping[str, Any], field: str, faults: list[Fault]) -> list[AlertRule]:
    """Return the rules of a field, and add what is wrong with them to the faults."""
    stated = values.get(field)
    if stated is None:
        return []
    raws = stated if isinstance(stated, list) else [stated]
    found: list[AlertRule] = []
    for at, raw in enumerate(raws):
        place = f"{field}[{at}]." if isinstance(stated, list) else f"{field}."
        try:
            rule = parse_rule(raw, at=place)
        except InvalidInput as error:
            faults += error.faults
            continue
        if any(rule.name == other.name for other in found):
            faults.append(Fault(f"{place}name", f"expected each name once: {rule.name}"))
        found.append(rule)
    return found


def _time_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    step_s = values.get("step_s", MINUTE_S)
    if step_s % MINUTE_S:
        yield Fault("step_s", f"expected a multiple of 60, got {step_s}")
    odd = [n for n in ("start", "end") if n in values and values[n].year not in _YEARS]
    yield from (Fault(name, f"expected a year from 1970 on, up to {_YEARS[-1]}") for name in odd)
    if odd or "start" not in values or "end" not in values:
        return
    start, end = values["start"], values["end"]
    if start > end:
        yield Fault("start", f"expected a time up to end, got {rfc3339(start)}")
    elif (end - start).total_seconds() > MAX_SPAN_M * MINUTE_S:
        days = MAX_SPAN_M // DAY_M
        yield Fault("end", f"expected at most {days} days after start, got {rfc3339(end)}")


def _silences(stated: bool | list[TriedSilence]) -> list[Silence] | None:
    if isinstance(stated, bool):
        return None if stated else []
    return [
        Silence(
            id=f"silences[{at}]",
            matchers=each.matchers,
            starts_at=each.starts_at or EPOCH,
            ends_at=each.ends_at or _EVER,
            by="",
        )
        for at, each in enumerate(stated)
    ]
