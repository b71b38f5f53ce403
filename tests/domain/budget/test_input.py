"""A budget as people write it: defaults, exact amounts, and every reason why not."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from shared.domain.budget.budget import DEFAULT_THRESHOLDS, Budget, Period
from shared.domain.budget.input import parse_budget
from shared.errors import InvalidInput


def parsed(**fields: Any) -> Budget:
    body = msgspec.json.encode({"amount_usd": "100"} | fields)
    return parse_budget(body, name="web", tags=["team"])


def faults(**fields: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        parsed(**fields)
    return {fault.path: fault.reason for fault in caught.value.faults}


def test_an_amount_is_enough() -> None:
    assert parsed() == Budget(
        name="web",
        amount_usd=Decimal(100),
        period=Period.MONTH,
        scope={},
        thresholds=DEFAULT_THRESHOLDS,
    )


@pytest.mark.parametrize("amount", ["0.000000000000000000001", "1000.10", 12.5, 7])
def test_an_amount_is_kept_to_the_digit(amount: object) -> None:
    assert parsed(amount_usd=amount).amount_usd == Decimal(str(amount))


def test_every_field_is_taken() -> None:
    scope = {"application": "checkout-bot", "team": "web"}
    body = {"period": "month", "scope": scope, "thresholds": [1, 0.8, 1.5]}

    assert parsed(**body) == Budget(
        name="web", amount_usd=Decimal(100), scope=scope, thresholds=(0.8, 1.0, 1.5)
    )


def test_a_budget_may_be_put_back_as_it_was_answered() -> None:
    assert parsed(name="web", status={"spent": "1", "forecast": None}) == parsed()


@pytest.mark.parametrize(
    ("fields", "path", "reason"),
    [
        ({"amount_usd": "0"}, "amount_usd", "expected US dollars above 0"),
        ({"amount_usd": "-1"}, "amount_usd", "got -1"),
        ({"amount_usd": "NaN"}, "amount_usd", "got NaN"),
        ({"amount_usd": "1e400"}, "amount_usd", "got 1E+400"),
        ({"amount_usd": "much"}, "amount_usd", "ecimal"),
        ({"amount_usd": None}, "amount_usd", "got null"),
        ({"period": "week"}, "period", "month"),
        ({"scope": {"user": "ada"}}, "scope.user", "expected one of model, application,"),
        ({"scope": {"cost": "x"}}, "scope.cost", "team"),
        ({"scope": {"model": ""}}, "scope", "1"),
        ({"scope": {"model": "a\nb"}}, "scope", "control characters"),
        ({"thresholds": []}, "thresholds", "1"),
        ({"thresholds": [0]}, "thresholds[0]", "0"),
        ({"thresholds": [0.8, 11]}, "thresholds[1]", "10"),
        ({"thresholds": [0.8, 0.8]}, "thresholds", "each share once"),
        ({"name": "other"}, "name", "as in the route"),
        ({"amount": "1"}, "amount", "unknown field"),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, Any], path: str, reason: str) -> None:
    named = faults(**fields)

    assert [place.split(".")[0] for place in named] == [path.split(".", maxsplit=1)[0]]
    assert reason in next(iter(named.values()))


def test_all_that_is_wrong_is_named_at_once() -> None:
    assert faults(amount_usd="-1", scope={"who": "x"}, thresholds=[1, 1]).keys() == {
        "amount_usd",
        "scope.who",
        "thresholds",
    }
    with pytest.raises(InvalidInput, match="amount_usd: required"):
        parse_budget(b"{}", name="web")
    with pytest.raises(InvalidInput, match="expected a JSON object"):
        parse_budget(b"[]", name="web")
