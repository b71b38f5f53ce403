"""From the JSON of a budget, as people write it, to a `Budget`, or to every reason why not."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from shared.domain.budget.budget import DEFAULT_THRESHOLDS, SCOPE_LABELS, Budget, Period
from shared.domain.muting.matcher_input import control_faults
from shared.domain.record.decode_words import shortened
from shared.domain.record.field_decoding import FieldDecoder, refusal
from shared.errors import Fault

_MOST_USD = Decimal(10) ** 15
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_Value = Annotated[str, Meta(min_length=1, max_length=256)]
Scope = Annotated[dict[str, _Value], Meta(max_length=8)]
Thresholds = Annotated[list[Annotated[float, Meta(gt=0, le=10)]], Meta(min_length=1, max_length=10)]
# What an answer has beside them: a budget may be put back as it was answered.
_ANSWERED = ("name", "currency", "cost_basis", "rules", "status")

_FIELDS = FieldDecoder(
    {
        "name": str,
        "amount_usd": Decimal,
        "period": Period,
        "scope": Scope,
        "thresholds": Thresholds,
        "currency": Literal["USD"],
        "cost_basis": msgspec.Raw,
        "rules": msgspec.Raw,
        "status": msgspec.Raw,
    },
    required=("amount_usd",),
    words={"period": Period},
)


class BudgetBody(msgspec.Struct, frozen=True):
    """A budget as it is put; without a scope it is for all of the traffic."""

    amount_usd: Decimal
    period: Period = Period.MONTH
    scope: Scope = msgspec.field(default_factory=dict)
    thresholds: Thresholds = msgspec.field(default_factory=lambda: list(DEFAULT_THRESHOLDS))


def parse_budget(body: bytes, *, name: str, tags: Sequence[str] = ()) -> Budget:
    """Return the budget that a JSON object states.

    Args:
        body: the JSON as sent.
        name: as the route states it.
        tags: keys of tags that tell series apart, which a scope may name too.

    Raises:
        InvalidInput: with one fault per field that is missing, unknown or not as it should be.
    """
    values, faults = _FIELDS.decode(body)
    if not _NAME.fullmatch(name):
        faults.append(Fault("name", f"expected {_NAME.pattern}, got {shortened(repr(name))}"))
    stated = values.get("name", name)
    if stated != name:
        faults.append(Fault("name", f"expected {name!r} as in the route, got {stated!r}"))
    faults += _amount_faults(values.get("amount_usd"))
    faults += _scope_faults(values.get("scope", {}), (*SCOPE_LABELS, *tags))
    faults += _threshold_faults(values.get("thresholds", []))
    if faults:
        raise refusal(faults)
    return _budget(name, values)


def _budget(name: str, values: dict[str, Any]) -> Budget:
    own = {field: each for field, each in values.items() if field not in _ANSWERED}
    if "thresholds" in own:
        own["thresholds"] = tuple(sorted(own["thresholds"]))
    return Budget(name=name, **own)


def _amount_faults(amount: Decimal | None) -> list[Fault]:
    if amount is None or (amount.is_finite() and 0 < amount <= _MOST_USD):
        return []
    reason = f"expected US dollars above 0, {_MOST_USD:,} at most, got {str(amount)[:40]}"
    return [Fault("amount_usd", reason)]


def _scope_faults(scope: dict[str, str], known: Sequence[str]) -> list[Fault]:
    listed = ", ".join(known)
    unknown = [
        Fault(f"scope.{name[:64]}", f"expected one of {listed}")
        for name in scope
        if name not in known
    ]
    return [*unknown, *control_faults("scope", scope)]


def _threshold_faults(thresholds: Sequence[float]) -> list[Fault]:
    if len(set(thresholds)) == len(thresholds):
        return []
    return [Fault("thresholds", f"expected each share once, got {list(thresholds)}")]
