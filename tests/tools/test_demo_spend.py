"""The month before the demo's day: thinner traffic, and what the app says of its cost."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tools.demo.options import Options
from tools.demo.paint import Paint
from tools.demo.spend import Spend, spend_lines
from tools.demo.story import DAY, draw_past
from tools.simulator import simulate

END = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
SIMULATED = Options(trace=None, once=True, port=7300, seed=1)
MONTH = {
    "month": "2026-11",
    "spent": "800",
    "expected": "1000.5",
    "low80": "950",
    "high80": "1050",
}
COSTS = {
    "total_cost": "1234.5",
    "items": [
        {"model": "gpt-5-mini", "list_cost": "200"},
        {"model": "gpt-5", "list_cost": "1000"},
        {"model": "gpt-5-mini", "list_cost": "34.5"},
    ],
}
TREND = {
    "model_name": "gpt-5",
    "insufficient_data": False,
    "reason": None,
    "slope_usd_per_day": "1.5",
    "p_value": 0.01,
    "trend_direction": "increasing",
}
PLAN = {
    "current_monthly_cost_estimate": "200",
    "expected_savings": "10",
    "reason": "",
    "implementation_priority": [{"description": "Shorten the longest prompts."}],
}
ANOMALY = {
    "start": "2026-11-23T12:00:00Z",
    "grain": "hour",
    "scope": {"application": "bot"},
    "value": "24.1",
    "high": "6.2",
}
BUDGET = {"amount_usd": "950", "status": {"exceeds_on": "2026-11-29"}}


def lines(**changed: Any) -> list[str]:
    given: dict[str, Any] = {
        "costs": COSTS,
        "forecast": {"month_end": MONTH},
        "budget": BUDGET,
        "trend": TREND,
        "plan": PLAN,
        "anomalies": [ANOMALY],
    }
    return spend_lines(Spend(**(given | changed)), "SIMULATED", Paint(False))


def test_it_ends_where_the_day_begins() -> None:
    traffic = simulate(END - DAY, END, scale=0.001)
    past = draw_past(SIMULATED, traffic)

    assert past is not None
    assert past.end == END - DAY
    assert past.end - past.start >= timedelta(days=29)


def test_every_answer_has_its_line() -> None:
    text = "\n".join(lines())

    assert "$1,234.50: gpt-5 $1,000.00, gpt-5-mini $234.50" in text
    assert "$800.00 so far, $1,000.50 expected by its end (80 %: $950.00 to $1,050.00)" in text
    assert "everything: $950.00, expected to be exceeded on 2026-11-29" in text
    assert "gpt-5 is increasing (+1.50 a day, p 0.01)" in text
    assert "2026-11-23 12:00 application bot: $24.10 in the hour, up to $6.20 is usual" in text
    assert "could save $10.00 of $200.00 in 30 days (5.0%)" in text
    assert "Shorten the longest prompts." in text


def test_what_is_not_known_is_said() -> None:
    unknown = MONTH | dict.fromkeys(("expected", "low80", "high80"))
    short = TREND | {"insufficient_data": True, "reason": "3 known days"}
    nothing = PLAN | {"implementation_priority": [], "reason": "Nothing saves anything."}
    text = "\n".join(
        lines(forecast={"month_end": unknown}, budget=None, trend=short, plan=nothing, anomalies=[])
    )

    assert "$800.00 so far, - expected by its end (80 %: - to -)" in text
    assert "budget" not in text
    assert "gpt-5: 3 known days" in text
    assert "unusual   nothing" in text
    assert "Nothing saves anything." in text
