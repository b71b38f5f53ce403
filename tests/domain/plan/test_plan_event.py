"""The event about a plan: stable, and whole JSON however much there is to tell."""

import json
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.event import MAX_VALUE_CHARACTERS
from shared.domain.plan.event import MOST_CHARACTERS, plan_event, recommendations_text
from shared.domain.plan.plan import plan_of
from shared.domain.plan.view import CostRecommendation, SavingsRange, view_of
from shared.domain.recommendation.recommendation import Effort
from tests.domain.plan.plan_factories import applications, bill, line, workload
from tests.domain.plan.test_plan import HEAD

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
DAY = date(2026, 11, 23)


def recommended(description: str) -> CostRecommendation:
    return CostRecommendation(
        id="batch:x",
        category="cost",
        type="batch",
        description=description,
        recommended=True,
        potential_monthly_savings="1",
        savings_range=SavingsRange("0", "2"),
        excludes=[],
        implementation_effort=Effort.LOW,
        implementation="",
        evidence={},
    )


def test_what_is_told_is_what_the_plan_says() -> None:
    waits = applications(chat={"max_delay_s": 86_400.0})
    plan = view_of(plan_of(workload(bill(line(sent=30_000_000)), applications=waits), None), HEAD)
    told = plan_event(plan, day=DAY, now=NOW, environment="prod")
    assert (told.name, told.properties["model"]) == ("cost.plan", "all")
    assert told.measurements == {"current_monthly_cost": 60.0, "expected_savings": 30.0}
    (one,) = json.loads(told.properties["recommendations"])
    assert (one["type"], one["potential_monthly_savings"]) == ("batch", "30")
    again = plan_event(plan, day=DAY, now=NOW.replace(hour=2), environment="prod")
    other = plan_event(plan, day=date(2026, 11, 24), now=NOW, environment="prod")
    assert told.event_id == again.event_id != other.event_id


@given(st.lists(st.text(max_size=3_000), max_size=8))
def test_recommendations_stay_json_and_fit(descriptions: list[str]) -> None:
    text = recommendations_text([recommended(each) for each in descriptions])
    assert len(text) <= MOST_CHARACTERS < MAX_VALUE_CHARACTERS
    told = [each["description"] for each in json.loads(text)]
    assert told == descriptions[: len(told)]
    if len(told) < len(descriptions):
        longer = recommendations_text([recommended(descriptions[len(told)])])
        assert len(text) + len(longer) > MOST_CHARACTERS
