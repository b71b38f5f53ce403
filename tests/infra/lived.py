"""An evening of the demo's fleet, lived through once: what was told of it, and the app's words."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from msgspec import structs

from shared.adapters.appinsights import AppInsights
from shared.domain.event import Event
from shared.services.verification import judge_applied
from tests.domain.factories import T0
from tests.domain.recommendation_factories import advice
from tests.services.recommendation_factories import Advised
from tools.demo.moments import from_api, to_api
from tools.fast_forward.evening import DAY, Evening
from tools.fast_forward.lapse import Lapse
from tools.kql.engine import Answer, Insights
from tools.kql.parameters import GRAIN
from tools.recorded import Envelope
from tools.recorder import Recorder
from tools.workbook.items import query_file

type Json = dict[str, Any]

EVENING = Evening()


@dataclass
class Lived:
    """An evening as Application Insights and the app itself tell of it."""

    envelopes: list[Envelope]
    insights: Insights
    answers: dict[str, Json] = field(default_factory=dict)

    @property
    def through(self) -> datetime:
        found = from_api(self.answers["models"]["data_through"])
        assert found is not None
        return found

    def costs(self) -> dict[str, float]:
        """Return what tokens of each deployment cost at list prices, by the app's own series."""
        return {
            each["labels"]["deployment"]: sum(value or 0 for _, value in each["points"])
            for each in self.answers["cost"]["series"]
        }

    def run(self, text: str, *, last: timedelta = 30 * DAY, **values: str) -> Answer:
        end = EVENING.end
        renamed = {GRAIN if name == "grain" else name: text for name, text in values.items()}
        return self.insights.run(text, first=end - last, end=end, values=renamed)

    def workbook(self, name: str, **values: str) -> list[Json]:
        """Return the rows of a query over the minutes that the app's answers are about."""
        renamed = {GRAIN if key == "grain" else key: text for key, text in values.items()}
        text = query_file(name).read_text()
        found = self.insights.run(text, first=EVENING.start, end=self.through, values=renamed)
        return found.records()


async def ask(lapse: Lapse, answers: dict[str, Json]) -> None:
    """Ask the app about the minutes that it has told of."""
    start = to_api(EVENING.start)
    through = (await lapse.get("/api/v1/models", range="5m"))["data_through"]
    period = {"start": start, "end": through}
    answers["models"] = await lapse.get("/api/v1/models", **period)
    answers["alerts"] = await lapse.get("/api/v1/alerts", state="all", range="24h")
    answers["budgets"] = await lapse.get("/api/v1/budgets")
    for model in answers["models"]["models"]:
        for deployment in model["deployments"]:
            answers[f"report {deployment}"] = await lapse.get(
                f"/api/v1/models/{model['model']}/report", deployment=deployment, **period
            )
    series = {"step_s": "60", "group_by": "deployment", **period}
    answers["p95"] = await lapse.get(
        "/api/v1/series", metric="model_response_time", aggregation="p95", **series
    )
    answers["cost"] = await lapse.get(
        "/api/v1/series", metric="model_cost_usd", aggregation="sum", **series
    )
    answers["quota"] = await lapse.get(
        "/api/v1/series", metric="token_usage_rate", aggregation="avg", **series
    )


async def verdicts(at: datetime) -> list[Envelope]:
    """Return what is told of advice that helped and of advice that harmed, as if at a time.

    Verdicts take weeks of traffic before and after; here stored hours stand for it.
    """
    async with Recorder() as recorder:
        insights = AppInsights(recorder.connection_string, None)
        for effect in (-0.4, 0.4):
            advised = Advised()
            await advised.applied(advice())
            await advised.hours(weeks_before=2, days_after=7, effect=effect)
            told = await judge_applied(now=T0 + 7 * DAY, ports=advised.ports)
            # Both are of the same advice at the same place: the latest would stand for both.
            await insights.send_events([_apart(event, at) for event in told])
        await insights.close()
        return list(recorder.envelopes)


def _apart(event: Event, at: datetime) -> Event:
    return structs.replace(event, time=at, properties={**event.properties, "id": event.name})
